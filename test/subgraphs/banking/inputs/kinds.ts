/**
 * The kinds of arguments of banking: what their descriptions must say, and values at and beyond
 * their limits.
 */

export interface Kind {
  /**
   * The range as descriptions state it. Undefined if the type itself is the range, as with enums.
   */
  readonly says?: RegExp
  /** Each is refused with BAD_USER_INPUT, without an effect. */
  readonly bad: readonly unknown[]
  /** Each is accepted or refused by a rule, without a fault. */
  readonly edge?: readonly unknown[]
  /** Each is one or the other, never a fault of the service. */
  readonly odd?: readonly unknown[]
}

const WORST_TEXT = ['\u0000', 'a\u0000b', '\ud800', '\u001b[2J']
const BLANK = ['', '   ']
const OVER_64_BITS = '9223372036854775808'
const NO_INTEGERS = [
  '',
  ' ',
  '1.5',
  '1e3',
  '0x10',
  '+1',
  '١',
  5,
  true,
  OVER_64_BITS,
  `-${OVER_64_BITS}`,
  '9'.repeat(500),
]
const NO_DATES = [
  '',
  'yesterday',
  '2026-02-30',
  '2026-1-1',
  '2026-01-01T00:00:00Z',
  '10000-01-01',
  '-0001-01-01',
  '0000-01-01',
  5,
]

/** Two invisible characters; `test/subgraphs/banking/text.test.ts` has them all. */
const HIDDEN = ['pay\u202ement', 'pay\u200bment']

const text = (longest: number): Kind => ({
  says: new RegExp(`(At most|1 to) ${longest} characters`),
  bad: ['x'.repeat(longest + 1), '🔑'.repeat(longest + 1), ...WORST_TEXT, ...HIDDEN],
  edge: ['👩🏽\u200d🚀', '🔑'.repeat(longest), '"\\{},\''.repeat(Math.floor(longest / 6))],
})

/** Texts that are or look like ids, but not the caller's: they find nothing, without a fault. */
export const NO_IDS: readonly string[] = [
  '',
  '0',
  '-1',
  '{1}',
  "' OR 1=1 --",
  '99999999999999',
  '9'.repeat(40),
  '999999999',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-8fff-bfff-ffffffffffff',
  'evt_999999999999999999',
  'x'.repeat(5_000),
  ...WORST_TEXT,
]

export const kinds = {
  key: { ...text(64), says: /^1 to 64 characters/, bad: ['', ...text(64).bad, 'a\nb'] },
  reference: text(140),
  endToEnd: text(35),
  name: { ...text(70), bad: [...BLANK, ...text(70).bad] },
  amount: { says: /^(At least 1|From 1 to)\b/, bad: ['0', '-1', ...NO_INTEGERS], edge: ['1', '9223372036854775807'] },
  filterAmount: { says: /^1 or more\b/, bad: ['0', '-1', ...NO_INTEGERS], edge: ['1', '9223372036854775807'] },
  limit: { says: /^0 or more\b/, bad: ['-1', ...NO_INTEGERS], edge: ['0', '9223372036854775807'] },
  quoted: {
    says: /at least as much as buys one minor unit/,
    bad: ['0', '-1', ...NO_INTEGERS],
    odd: ['1', '9223372036854775807'],
  },
  principal: {
    says: /^1 to 1,000,000,000,000,000\b/,
    bad: ['0', '-1', '1000000000000001', ...NO_INTEGERS],
    edge: ['1', '1000000000000000'],
  },
  rate: {
    says: /^From 0\.0001 to 1000000\b/,
    bad: ['0', '0.0000999999', '1000000.1', '-1', '1e3', '', 'NaN', '1.00000000001', 1],
  },
  percentage: {
    says: /0 to 100 percent/,
    bad: ['100.0001', '-1', '1e1', '', '1.00001', 5],
    edge: ['0', '100', '0.0001'],
  },
  instalments: { says: /^1 to 480\b/, bad: [0, -1, 481, 1.5, 2 ** 31, '12'], edge: [1, 480] },
  seconds: { says: /^1 to 2,592,000\b/, bad: [0, -1, 2_592_001, 1.5, 2 ** 31, '60'], edge: [1, 2_592_000] },
  currency: {
    says: /EUR|USD|[Mm]ust be the currency|[Aa]nother one of these/,
    bad: ['', 'XYZ', 'eur', 'EUR}', 'EURO', '\u0000', 5],
    odd: ['CHF', 'XAU', 'JPY'],
  },
  iban: {
    says: /^Account number \(IBAN\)/,
    bad: ['', 'somewhere', 'IE00TRIB99010110000006', 'x'.repeat(5_000), ...WORST_TEXT],
    edge: ['DE89 3704 0044 0532 0130 00'],
  },
  id: { says: /\bid\b|quoteExchange/i, bad: [], odd: NO_IDS },
  branch: { says: /^Id of a branch/, bad: NO_IDS },
  merchant: { says: /^Id of a merchant, 1 to 64 characters/, bad: BLANK, odd: NO_IDS },
  category: { says: /1 to 64 characters/, bad: [...BLANK, ...text(64).bad], edge: text(64).edge ?? [] },
  search: {
    says: /^3 to 64 characters/,
    bad: [...BLANK, 'ab', '\u0301\u0302\u0303', 'a\u0301b\u0301', ...text(64).bad],
    edge: ['%__', "'\\%", '🔑'.repeat(64)],
  },
  date: {
    says: /today|first day|last day|day/i,
    bad: NO_DATES,
    odd: ['0001-01-01', '1900-02-28', '2000-02-29', '9999-12-31'],
  },
  futureDate: {
    says: /[Tt]oday \(UTC\) or later|not before the first/,
    bad: NO_DATES,
    odd: ['0001-01-01', '9999-12-31'],
  },
  instant: {
    says: /at this instant|before this instant/,
    bad: ['', 'yesterday', '2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T25:00:00Z', 5],
    odd: ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-01-01T00:00:00+14:00'],
  },
  first: { says: /^0 to 100/, bad: [-1, 101, 1.5, 2 ** 31, '5'], edge: [0, 1, 100, null] },
  batch: { says: /^1 to 1,000/, bad: [[]] },
  locale: {
    says: /BCP 47/,
    bad: ['', 'e', 'x'.repeat(65), 'no such', ...WORST_TEXT],
    edge: ['en', 'pt-PT', 'ar-EG-u-nu-arab', 'x'.repeat(8)],
  },
  url: {
    says: /^`https:\/\/` and a public address, at most 2,048 characters/,
    bad: [
      '',
      'nonsense',
      'http://example.com/',
      'https://127.0.0.1/',
      'https://u:p@example.com/',
      'https://example.com/#a',
      `https://example.com/${'x'.repeat(2_048)}`,
      ...WORST_TEXT,
    ],
  },
  flag: { says: /\bwhether\b/, bad: ['true', 1, ''], edge: [true, false] },
  choice: { bad: ['NONSENSE', '', 5] },
  cursor: { says: /cursor/i, bad: [], odd: [] },
} as const satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds

/** Cursors that the service never issued. @param list its name in cursors */
export function forgedCursors(list: string): { readonly bad: readonly string[]; readonly odd: readonly string[] } {
  const encode = (...position: readonly unknown[]): string =>
    Buffer.from(JSON.stringify(position)).toString('base64url')
  const moments = ['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']
  return {
    bad: [
      '',
      'forged',
      '\u0000',
      'a'.repeat(600),
      encode('another list', '1'),
      encode(list, '1 OR 1=1'),
      encode(list, null),
      encode(list, -1),
      encode(list, '1', '2', '3'),
    ],
    odd: [
      encode(list, '0'),
      encode(list, '9'.repeat(18)),
      encode(list, '9'.repeat(14)),
      encode(list, 2 ** 53),
      encode(list, 1),
      encode(list, '0000-01-01'),
      encode(list, '9999-12-31'),
      ...moments.flatMap((at) => [
        encode(list, at, 'nonsense'),
        encode(list, at, '\u0000'),
        encode(list, at, '00000000-0000-0000-0000-000000000000'),
      ]),
    ],
  }
}
