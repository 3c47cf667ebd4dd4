import { describe, expect, test } from '@jest/globals'
import { CallFailure } from '../../../../gateway/traffic/call/failure.ts'
import { readStreamedAnswer } from '../../../../gateway/traffic/client/streamed-answer.ts'
import fc from '../../../support/fast-check.ts'

/** Every result of the reader for these pieces, and the body. */
function readAll(pieces: readonly Buffer[]): { said: string[]; body: string } {
  const said: string[] = []
  let body = ''
  const reader = readStreamedAnswer({
    onHead: (status, fields) => said.push(`${status} ${fields.get('content-type')}`),
    onText: (text) => (body += text),
    onEnd: () => said.push('end'),
  })
  for (const piece of pieces) reader.read(piece)
  if (!reader.end()) said.push('cut off')
  return { said, body }
}

/** Splits at these offsets, with empty pieces where offsets repeat. */
const cut = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const ends = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'
const chunked = (texts: readonly string[]): string =>
  [...texts.filter((text) => text !== ''), '']
    .map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
    .join('')

const whole = ['HTTP/1.1 100 Continue\r\n\r\n', ''].flatMap((before) => [
  (texts: readonly string[]) => `${before}${HEAD}transfer-encoding: chunked\r\n\r\n${chunked(texts)}`,
  (texts: readonly string[]) =>
    `${before}${HEAD}content-length: ${Buffer.byteLength(texts.join(''))}\r\n\r\n${texts.join('')}`,
  (texts: readonly string[]) => `${before}${HEAD}\r\n${texts.join('')}`,
])

describe('streamed answer', () => {
  test('An answer is the same however its bytes are split and framed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.array(fc.nat(), { maxLength: 20 }),
        (write, texts, places) => {
          const read = readAll(cut(Buffer.from(write(texts)), places))
          expect(read).toEqual({ said: ['200 text/plain', 'end'], body: texts.join('') })
        },
      ),
    )
  })

  test.each(whole)('An answer is complete when its head arrived alone (%#)', (write) => {
    const bytes = Buffer.from(write(['{"data":', 'null}']))
    const end = bytes.lastIndexOf('\r\n\r\n', bytes.indexOf('data')) + 4
    const read = readAll([bytes.subarray(0, end), bytes.subarray(end)])
    expect(read).toEqual({ said: ['200 text/plain', 'end'], body: '{"data":null}' })
  })

  test('A truncated answer is never taken for complete', () => {
    const bytes = Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunked(['some', 'text'])}`)
    for (let length = 0; length < bytes.length; length += 1)
      expect(readAll([bytes.subarray(0, length)]).said.at(-1)).toBe('cut off')
  })

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
    ['a length that is none', `${HEAD}content-length: -1\r\n\r\n`],
    ['a coding nobody asked for', `${HEAD}transfer-encoding: gzip\r\n\r\n`],
    ['a chunk without a size', `${HEAD}transfer-encoding: chunked\r\n\r\nx\r\n`],
    ['a chunk longer than it says', `${HEAD}transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n`],
    ['a head without an end', `${HEAD}${'x: y\r\n'.repeat(10_000)}`],
  ])('%s is refused', (_what, text) => {
    expect(() => readAll([Buffer.from(text)])).toThrow(CallFailure)
  })
})
