import { expect, test } from '@jest/globals'
import { createEventReader } from '../../../gateway/traffic/event-stream.ts'

/** What is read of a text that comes in pieces of this many characters. */
function eventsIn(text: string, length: number): (readonly [name: string, data: string])[] {
  const events: (readonly [name: string, data: string])[] = []
  const read = createEventReader((name, data) => void events.push([name, data]), 100)
  for (let at = 0; at < text.length; at += length) read(text.slice(at, at + length))
  return events
}

const LINES = [
  ':',
  '',
  'event: next',
  'id: 1',
  'data: {"a":',
  'data: "\\r\\n"}',
  '',
  '',
  'event:complete',
  'data:',
  '',
  '',
]
const EVENTS = [
  ['next', '{"a":\n"\\r\\n"}'],
  ['complete', ''],
]

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('Lines of an event stream may end with %s, wherever the pieces are cut', (_name, end) => {
  const text = LINES.join(end)
  for (let length = 1; length <= text.length; length += 1) expect(eventsIn(text, length)).toEqual(EVENTS)
})

test('A byte order mark at the begin of an event stream does not hide the first event, and none counts later', () => {
  const text = `\ufeff${LINES.slice(2).join('\n')}`
  for (const length of [1, text.length]) expect(eventsIn(text, length)).toEqual(EVENTS)
  expect(eventsIn('data: 1\n\n\ufeffdata: 2\n\n', 100)).toEqual([['', '1']])
})
