import { expect, test } from '@jest/globals'
import { readMessage } from '../../../../gateway/traffic/sockets/message.ts'
import fc from '../../../support/fast-check.ts'

const blank = fc.stringMatching(/^[ \t\n\r]{0,2}$/)

test('The payload of a message is exactly the text that the service wrote', () => {
  const members = fc.record({ type: fc.string(), id: fc.string(), payload: fc.jsonValue(), more: fc.jsonValue() })
  fc.assert(
    fc.property(members, blank, fc.integer({ min: 0, max: 2 }), (message, around, indent) => {
      const payload = JSON.stringify(message.payload, null, indent)
      const parts = Object.entries(message).map(([name, value]) => {
        const text = name === 'payload' ? payload : JSON.stringify(value)
        return `${around}"${name}"${around}:${around}${text}${around}`
      })
      const read = readMessage(`${around}{${parts.join(',')}}${around}`)
      expect(read).toEqual({ type: message.type, id: message.id, payload })
    }),
  )
})

test('Numbers and escapes of a payload stay unchanged', () => {
  const payload = String.raw`{"data":{"n":12345678901234567890.10,"s":"\u00e9\"}"}}`
  expect(readMessage(`{"payload":${payload},"type":"next","id":"1"}`)?.payload).toBe(payload)
})

test.each([
  '',
  ' ',
  'null',
  '[]',
  '{',
  '{}',
  '{"type":1}',
  '{"type":"next"',
  '{"type":"next"}x',
  '{"type":"next",}',
  '{"type"}',
  '{type:"next"}',
  '"type"',
  '{"type":"next" "id":"1"}',
  '{"type":"ne',
])('An invalid message is rejected: %s', (text) => {
  expect(readMessage(text)).toBeUndefined()
})

test('A message is read in one pass, however deep and long', () => {
  const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
  expect(readMessage(`{"type":"next","id":"1","payload":${deep}}`)?.payload?.length).toBe(2_000_000)
})
