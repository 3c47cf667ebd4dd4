/** Sample statements: a readable one, and arbitrary ones with hostile text. */

import type {
  Statement,
  StatementEntry,
  StatementFormat,
  StatementHeader,
} from '../../../../subgraphs/banking/statements/statement.ts'
import { writeStatement } from '../../../../subgraphs/banking/statements/write.ts'
import fc from '../../../support/fast-check.ts'

export const header: StatementHeader = {
  id: '99010110000001-20260501-20260531',
  sequence: 3,
  account: {
    id: '99010110000001',
    number: 'IE38TRIB99010110000001',
    name: 'Everyday',
    kind: 'CURRENT',
    currency: 'EUR',
    owner: 'Alba Reyes',
  },
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-06-01T00:00:00Z'),
  createdAt: new Date('2026-06-02T09:30:00.250Z'),
  opening: 10_000n,
  closing: 8_750n,
  credits: { count: 1, sum: 50n },
  debits: { count: 1, sum: 1_300n },
}

export const entry: StatementEntry = {
  id: '42',
  transferId: '41',
  amount: -1_300n,
  balanceAfter: 8_700n,
  postedAt: new Date('2026-05-03T12:00:00.5Z'),
  reversal: false,
  counterparty: { name: 'Bistro', number: 'IE83TRIB99010110000002' },
  reference: 'Lunch, "two"',
  endToEndId: null,
  merchant: { name: 'Bistro Sol', category: 'RESTAURANT' },
}

export async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}

export const statementOf = (entries: Iterable<StatementEntry>, changes: Partial<StatementHeader> = {}): Statement => ({
  header: { ...header, ...changes },
  entries: each(entries),
})

export async function fileOf(format: StatementFormat, statement: Statement): Promise<string> {
  let text = ''
  for await (const chunk of writeStatement(format, statement)) text += chunk
  return text
}

/** Any text: controls, quotes, markup, formulas, other scripts, halves of surrogate pairs. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '=1+1',
    '-2',
    '@x',
    '\t=1',
    '"',
    'a,b',
    'a\r\nb',
    ']]>',
    '<!--',
    '&amp;',
    '\ud800',
    '\u0000',
    '\uffff',
    '  ',
  ),
)
const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })

export const entries: fc.Arbitrary<StatementEntry[]> = fc.array(
  fc.record({
    id: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
    transferId: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
    amount: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).filter((amount) => amount !== 0n),
    balanceAfter: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    postedAt: instant,
    reversal: fc.boolean(),
    counterparty: fc.record({
      name: nasty,
      number: fc.constantFrom('IE83TRIB99010110000002', '••••••••••••••••••0002'),
    }),
    reference: fc.option(nasty),
    endToEndId: fc.option(nasty),
    merchant: fc.option(fc.record({ name: nasty, category: fc.constantFrom('GROCERY', 'TRAVEL') })),
  }),
  { maxLength: 6 },
)

export const changes: fc.Arbitrary<Partial<StatementHeader>> = fc
  .record({
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
    name: nasty,
    owner: nasty,
    kind: fc.constantFrom('CURRENT' as const, 'SAVINGS' as const),
    opening: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    closing: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  })
  .map(({ opening, closing, ...account }) => ({ opening, closing, account: { ...header.account, ...account } }))
