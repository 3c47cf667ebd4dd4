/** Damages an answer's bytes, regardless of its structure. */
import type { Dice } from './dice.ts'

const PIECES: readonly Buffer[] = [
  ...[
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '-',
    '.',
    '0',
    'e',
    'E',
    '+',
    ' ',
    '\n',
    '\t',
    '\r',
    '\0',
    '\u001f',
    '\u007f',
  ],
  ...[
    'null',
    'true',
    'false',
    '\\u',
    '\\u12',
    '\\ud83d',
    '\\x',
    '""',
    '[]',
    '{}',
    '1e400',
    '//',
    '\u2028',
    'é',
    '😀',
    '\ufeff',
  ],
  ...[',"a":1', '"a":1,', ',null', 'null,', ',"errors":[{"message":"x"}]', ',"extensions":{}', '{"data":'],
].map((text) => Buffer.from(text))

const DIGITS = [...Buffer.from('0123456789-.e')]

/** Invalid UTF-8: cut and overlong sequences, surrogates, code points beyond Unicode. */
const NO_UTF8 = ['80', 'c3', 'c0af', 'e282', 'eda080', 'edb080', 'f09f98', 'f4908080', 'ff', 'c328'].map((hex) =>
  Buffer.from(hex, 'hex'),
)

/** Prefers places where a string, a number or a bracket ends: they find more faults than others. */
function place(bytes: Buffer, dice: Dice): number {
  const at = dice.below(bytes.length + 1)
  if (dice.chance(2)) return at
  for (let next = at; next < bytes.length && next < at + 40; next++) {
    if ('"{}[],:'.includes(String.fromCharCode(bytes[next] as number))) return next + dice.below(2)
  }
  return at
}

function range(bytes: Buffer, dice: Dice): readonly [begin: number, end: number] {
  const one = place(bytes, dice)
  const other = dice.chance(3) ? place(bytes, dice) : Math.min(bytes.length, one + 1 + dice.below(8))
  return one < other ? [one, other] : [other, one]
}

const kinds: readonly ((bytes: Buffer, dice: Dice) => Buffer)[] = [
  function flip(bytes, dice) {
    const copy = Buffer.from(bytes)
    const at = dice.below(copy.length)
    copy[at] = (copy[at] as number) ^ (1 << dice.below(8))
    return copy
  },
  function replace(bytes, dice) {
    const copy = Buffer.from(bytes)
    copy[Math.min(place(bytes, dice), copy.length - 1)] = dice.chance(2)
      ? dice.below(256)
      : (dice.of(PIECES)[0] as number)
    return copy
  },
  function cut(bytes, dice) {
    return bytes.subarray(0, place(bytes, dice))
  },
  function cutFront(bytes, dice) {
    return bytes.subarray(place(bytes, dice))
  },
  function remove(bytes, dice) {
    const [begin, end] = range(bytes, dice)
    return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)])
  },
  function double(bytes, dice) {
    const [begin, end] = range(bytes, dice)
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(begin)])
  },
  function move(bytes, dice) {
    const [begin, end] = range(bytes, dice)
    const rest = Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)])
    const to = place(rest, dice)
    return Buffer.concat([rest.subarray(0, to), bytes.subarray(begin, end), rest.subarray(to)])
  },
  function insert(bytes, dice) {
    const at = place(bytes, dice)
    const piece = dice.chance(4) ? dice.of(NO_UTF8) : dice.of(PIECES)
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  },
  function append(bytes, dice) {
    return Buffer.concat([bytes, dice.of(PIECES)])
  },
  function digit(bytes, dice) {
    const copy = Buffer.from(bytes)
    const from = dice.below(copy.length)
    const at = copy.findIndex((byte, index) => index >= from && byte >= 0x30 && byte <= 0x39)
    if (at >= 0) copy[at] = dice.of(DIGITS)
    return copy
  },
]

export function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  let mutated = bytes
  for (let left = dice.chance(4) ? 2 : 1; left > 0 && mutated.length > 0; left--)
    mutated = dice.of(kinds)(mutated, dice)
  // A copy in memory of its own, as answers have.
  return Buffer.from(mutated)
}
