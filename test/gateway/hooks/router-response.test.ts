import { describe, expect, test } from '@jest/globals'
import { changedMessage, toldOf } from '../../../gateway/hooks/router-response.ts'

const pairs = {
  'x-request-id': 'r',
  'content-type': 'application/json',
  vary: 'origin',
  'cache-control': 'public, max-age=60',
  age: '3',
  etag: '"a"',
  'x-own': '1',
}
const message = {
  status: 200,
  headers: [...Object.entries(pairs).flat(), 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
  body: '{}',
}
const cookieless = { ...message, headers: Object.entries(pairs).flat() }
const listed = (headers: readonly string[]) => toldOf({ status: 200, headers, body: '' }).headers

describe('headers of a changed answer', () => {
  test('Headers that come back from a coprocessor stay, line by line', () => {
    const { headers } = toldOf(message)
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(changedMessage(message, { headers }, true)).toEqual(message)
  })

  test('Headers that do not come back from a coprocessor are removed, except framing headers', () => {
    const { headers } = changedMessage(message, { headers: { 'X-New': ['2', '3'] } }, true)
    const { 'x-own': _own, ...kept } = pairs
    expect(listed(headers)).toEqual({
      ...Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, [value]])),
      'x-new': ['2', '3'],
    })
  })

  test('Headers that a coprocessor did not get stay', () => {
    const { headers } = changedMessage(message, { headers: { 'x-own': '2' } }, false)
    expect(listed(headers)).toEqual({ ...listed(message.headers), 'x-own': ['2'] })
  })

  test.each(['content-type', 'x-request-id', 'Date', 'Content-Length', 'transfer-encoding'])(
    'A coprocessor cannot write %s',
    (name) => {
      for (const value of ['a', 'undefined'])
        expect(() => changedMessage(message, { headers: { [name]: value } }, true)).toThrow('must not set the header')
    },
  )

  test('No cache keeps a cookie that a coprocessor adds', () => {
    const { headers } = changedMessage(cookieless, { headers: { 'set-cookie': 'a=1' } }, false)
    expect(listed(headers)).toMatchObject({ 'cache-control': ['no-store'], 'set-cookie': ['a=1'] })
    for (const name of ['age', 'etag']) expect(listed(headers)).not.toHaveProperty(name)
  })
})

describe('the body of a changed answer', () => {
  test('A changed body beyond ASCII is UTF-8', () => {
    const { body } = changedMessage(message, { body: '{"data":"é"}' }, true)
    expect(body).toEqual(Buffer.from('{"data":"é"}'))
    expect(toldOf({ ...message, body }).body()).toBe('{"data":"é"}')
  })

  test('A changed body of a batch stays a list, and that of one operation an object', () => {
    const batch = { ...message, body: '[{"data":{}}]' }
    expect(changedMessage(batch, { body: '[{"data":null}]' }, true).body).toBe('[{"data":null}]')
    expect(() => changedMessage(batch, { body: '{"data":null}' }, true)).toThrow('or of a list for a batch')
    expect(() => changedMessage(message, { body: '[{"data":null}]' }, true)).toThrow(
      'must be the JSON text of an object',
    )
  })

  test("A replaced answer's memory is not freed as if it had been sent", () => {
    const loan = { give: () => undefined } as never
    expect(changedMessage({ ...message, loan }, { body: '{}' }, true)).toHaveProperty('loan', loan)
    expect(changedMessage({ ...message, loan }, { body: '{ }' }, true)).not.toHaveProperty('loan')
  })

  test.each(['', 'a', '1', 'null', '[]', '"a"', {}])('%j is no body of an answer', (body) => {
    expect(() => changedMessage(message, { body }, true)).toThrow(/JSON/)
  })

  test('An answer without a body gets none', () => {
    const unchanged = { ...message, status: 304, body: '' }
    expect(changedMessage(unchanged, { body: '' }, true)).toEqual(unchanged)
    expect(() => changedMessage(unchanged, { body: '{}' }, true)).toThrow('JSON')
  })
})
