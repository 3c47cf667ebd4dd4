/**
 * Free text (references, notes, purposes, names, keys) refuses invisible characters, unless a
 * script or an emoji needs them there.
 */
import { describe, expect, test } from '@jest/globals'
import { idempotencyKey, optionalText, requiredText } from '../../../subgraphs/banking/request/input.ts'

const hidden = [
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069', '\u061c', '\u200e'],
  ...[
    '\u200f',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
    '\u2061',
    '\u2064',
    '\u206a',
    '\ufeff',
    '\u00ad',
    '\u034f',
    '\u180e',
  ],
  ...[
    '\u2028',
    '\u2029',
    '\u115f',
    '\u3164',
    '\uffa0',
    '\ufff9',
    '\u{e0001}',
    '\u{e0041}',
    '\ufe0f\ufe0f',
    '\u{1d173}',
  ],
  ...['\u0000', '\u001b', '\u0085', '\ud800'],
]
const codes = (text: string): string => [...text].map((one) => one.codePointAt(0)?.toString(16)).join(' ')

describe('invisible characters', () => {
  test.each(hidden.map((text) => [codes(text), text]))(
    'U+%s is refused within, before and after a text',
    (_code, text) => {
      for (const given of [`pay${text}ment`, `${text}payment`, `payment${text}`, `${text}`]) {
        if (given.trim() === '' || given.trim() === 'payment') continue
        expect(() => optionalText('reference', given, 140)).toThrow('"reference" must have')
        expect(() => requiredText('name', given, 140)).toThrow('"name" must have')
        expect(() => idempotencyKey(given)).toThrow('"idempotencyKey" must have')
      }
    },
  )

  test('A joiner that some script needs is refused elsewhere', () => {
    for (const given of ['\u200cمی', 'می\u200c\u200cخواهم', 'a\u200d👩', '👩\u200cx', '\ufe0f', ' \ufe0fx'])
      expect(() => optionalText('note', `x ${given}`, 140)).toThrow('invisible')
  })
})

test.each([
  ['Persian', 'می\u200cخواهم'],
  ['Hindi', 'क्\u200dष'],
  ['a family', '👩\u200d👩\u200d👧'],
  ['a heart on fire', '❤\ufe0f\u200d🔥'],
  ['an astronaut', '👩🏽\u200d🚀'],
  ['a keycap', '1\ufe0f\u20e3'],
  ['a name', '葛\u{e0100}城'],
  ['right to left', 'شكرا جزيلا'],
  ['accents', 'Ame\u0301lie, Zoë & Œuvre – «naïve»'],
  ['spaces', 'a\u00a0b\u2009c'],
])('A text with %s is accepted unchanged', (_what, text) => {
  expect(optionalText('reference', text, 140)).toBe(text)
})
