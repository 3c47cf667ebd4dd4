/** The answer to a transfer comes from its batch, and must equal a read of it. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { type BankingContext, createContext } from '../../../../subgraphs/banking/request/context.ts'
import { madeRow, transferById } from '../../../../subgraphs/banking/transfers/read.ts'
import { transferResolvers } from '../../../../subgraphs/banking/transfers/resolvers.ts'
import { createBank, customer, subjectOf, type TestBank } from '../support/bank.ts'

let bank: TestBank
let from: string
let to: string
/** The bank's own account. */
let house: string

beforeAll(async () => {
  bank = await createBank()
  from = await bank.open({ owner: 'zoë "the payer", \\ of (all)', balance: 1_000n })
  to = await bank.open({ owner: 'payee', balance: 1_000n })
  house = await bank.open({ balance: 1_000n })
})
afterAll(() => bank.close())

async function expectAsRead(answer: Answer): Promise<void> {
  const [read] = await transferById(bank.database, [subjectOf(answer)])
  expect(answer.made && madeRow(answer.made)).toEqual(read)
}

const fresh: readonly [name: string, ask: () => Promise<Answer>][] = [
  ['a transfer', () => bank.transfer({ from, to, amount: 3n })],
  ['a transfer with a reference', () => bank.transfer({ from, to, reference: 'für "dich", (ja) \\' })],
  [
    'a transfer with an end-to-end id, which is written under the lock',
    () => bank.transfer({ from, to, endToEndId: 'e2e 1' }),
  ],
  [
    'a reversal',
    async () => {
      const transferId = subjectOf(await bank.transfer({ from, to, reference: 'back' }))
      return bank.ask({ name: 'reverseTransfer', transferId })
    },
  ],
]

test.each(fresh)('The answer to a mutation equals a read of the transfer: %s', async (_name, ask) =>
  expectAsRead(await ask()),
)

test('Each of many transfers, in one batch and in the next evaluated ahead, gets its own answer', async () => {
  const pay = (): Promise<Answer> => bank.transfer({ from, to, reference: randomUUID() })
  const answers = await Promise.all(Array.from({ length: 100 }, pay))
  expect(new Set(answers.map(({ made }) => made?.id)).size).toBe(100)
  await Promise.all(answers.map(expectAsRead))
})

test('A transfer of a renamed customer has the new name', async () => {
  await bank.transfer({ from, to })
  await bank.database.customer.update({ where: { id: 'payee' }, data: { name: 'Another name' } })
  const answer = await bank.transfer({ from, to })
  expect(answer.made?.credit.holder).toBe('Another name')
  await expectAsRead(answer)
})

test.each<[string, () => Promise<Answer>]>([
  [
    'a replay',
    () => bank.transfer({ from, to }, { key: 'again' }).then(() => bank.transfer({ from, to }, { key: 'again' })),
  ],
  ['a refusal', () => bank.transfer({ from, to: from })],
  ["a payment to the bank's own account", () => bank.transfer({ from, to: house })],
  ["a payment from the bank's own account", () => bank.transfer({ from: house, to })],
  [
    'a hold',
    () =>
      bank.ask(
        { name: 'holdFunds', from, to, amount: 1n, currency: 'EUR', reference: null, expiresInSeconds: 60 },
        { actor: customer('zoë "the payer", \\ of (all)') },
      ),
  ],
])('The transfer of %s is read from the database', async (_name, ask) => {
  expect((await ask()).made).toBeUndefined()
})

test('A transfer known from its batch is not read again', async () => {
  const { made, outcome } = await bank.transfer({ from, to, amount: 5n })
  // A database that fails every query.
  const database = {} as BankingContext['database']
  const context = createContext({ caller: undefined, requestId: null, database, ledger: bank.ledger })
  const { transfer } = transferResolvers(() => Promise.reject(new Error('No quote.'))).TransferAccepted
  if (!made || !outcome.accepted) throw new Error('Nothing was made.')
  expect(await transfer({ subject: outcome.subject, made }, null, context)).toMatchObject({ id: made.id, amount: 5n })
})
