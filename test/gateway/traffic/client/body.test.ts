import { describe, expect, test } from '@jest/globals'
import { openBody } from '../../../../gateway/traffic/client/body.ts'
import fc from '../../../support/fast-check.ts'

const chunk = (bytes: Uint8Array, size: string, extension: string): Buffer =>
  Buffer.concat([Buffer.from(`${size}${extension}\r\n`), bytes, Buffer.from('\r\n')])

/** The body in chunks that end at these offsets. */
function chunked(bytes: Uint8Array, places: readonly number[], extension: string): Buffer {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  const parts = ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
  const chunks = parts
    .filter(({ length }) => length > 0)
    .map((part) => chunk(part, part.length.toString(16), extension))
  return Buffer.concat([...chunks, Buffer.from('0\r\n'), Buffer.from(extension ? 'X: y\r\n\r\n' : '\r\n')])
}

const bytes = fc.uint8Array({ maxLength: 5_000, size: 'max' })
const places = fc.array(fc.nat(), { maxLength: 20 })

/** Feeds a body its bytes in pieces, through one reused buffer. */
function takeAll(framing: Parameters<typeof openBody>[0], wire: Buffer, cuts: readonly number[]) {
  const body = openBody(framing)
  const shared = Buffer.alloc(wire.length + 1)
  const ends = [...cuts.map((cut) => cut % (wire.length + 1)), wire.length].toSorted((a, b) => a - b)
  let taken = 0
  for (const [index, end] of ends.entries()) {
    const begin = index === 0 ? 0 : (ends[index - 1] as number)
    wire.copy(shared, 0, begin, end)
    taken += body.take(shared.subarray(0, end - begin))
    shared.fill(0xff)
  }
  return { taken, body }
}

describe('body', () => {
  test('A body is the same however it is framed and split, and shares no memory with its input', () => {
    fc.assert(
      fc.property(bytes, places, places, fc.constantFrom('', ';a=b'), (content, chunks, cuts, extension) => {
        const wire = chunked(content, chunks, extension)
        const answers = [
          takeAll(content.length, Buffer.from(content), cuts),
          takeAll('chunked', wire, cuts),
          takeAll('until the end', Buffer.from(content), cuts),
        ]
        for (const { body } of answers) expect(Buffer.compare(body.content(), content)).toBe(0)
        expect(answers.map(({ taken }) => taken)).toEqual([content.length, wire.length, content.length])
        expect(answers.map(({ body }) => body.isWhole())).toEqual([true, true, false])
      }),
    )
  })

  test('A body with a known length has its own memory of that length', () => {
    for (const length of [1, 100, 10_000]) {
      const { body } = takeAll(length, Buffer.alloc(length, 'x'), [])
      expect(body.content().buffer.byteLength).toBe(length)
    }
  })

  test('A body in lent memory has the same bytes', () => {
    const content = Buffer.alloc(10_000, 'x')
    const body = openBody(content.length, { mayBeLent: true })
    for (let at = 0; at < content.length; at += 3_000) body.take(content.subarray(at, at + 3_000))
    expect(body.loan()?.bytes).toBe(body.content())
    expect(body.content().equals(content)).toBe(true)
  })

  test.each([
    [10_000, false],
    ['chunked', true],
    ['until the end', true],
  ] as const)('Nothing is lent for a body of framing %s, allowed: %s', (framing, mayBeLent) => {
    const body = openBody(framing, { mayBeLent })
    body.take(framing === 'chunked' ? Buffer.from('4\r\nabcd\r\n0\r\n\r\n') : Buffer.alloc(10_000))
    expect(body.loan()).toBeUndefined()
  })

  test('A chunk that would exceed the limit is refused by its size, before its data arrives', () => {
    const body = openBody('chunked', { most: 10 })
    body.take(Buffer.from('a\r\n0123456789\r\n'))
    expect(() => body.take(Buffer.from('1\r\n'))).toThrow('the answer has over 10 bytes')
    expect(() => openBody('chunked', { most: 10 }).take(Buffer.from('b\r\n'))).toThrow('over 10 bytes')
  })

  test('Bytes after a body do not belong to it', () => {
    const body = openBody(2)
    expect([body.take(Buffer.from('{}HTTP')), body.content().toString()]).toEqual([2, '{}'])
  })
})
