/** Statements read from a real database with more entries than fit a page. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readEntries, readSums } from '../../../../subgraphs/banking/statements/read.ts'
import type { StatementEntry } from '../../../../subgraphs/banking/statements/statement.ts'
import { createBank, type TestBank } from '../support/bank.ts'

const TRANSFERS = 2_300

let bank: TestBank
let account: string
beforeAll(async () => {
  bank = await createBank()
  account = await bank.open({ owner: 'someone', balance: 1_000_000n })
  const other = await bank.open({ owner: 'another' })
  await Promise.all(
    Array.from({ length: TRANSFERS }, (_, at) =>
      at % 3 === 2
        ? bank.transfer({ from: other, to: account, amount: 1n })
        : bank.transfer({ from: account, to: other, amount: 2n }),
    ),
  )
})
afterAll(() => bank.close())

const period = () => ({ accountId: account, from: new Date('2000-01-01'), to: new Date(Date.now() + 86_400_000) })
const read = async (): Promise<StatementEntry[]> => {
  const range = await readSums(bank.database, period())
  const entries: StatementEntry[] = []
  for await (const entry of readEntries((read) => read(bank.database), account, range)) entries.push(entry)
  return entries
}

test('Entries over several pages are complete, in order, each balance following from the one before', async () => {
  const entries = await read()
  expect(entries).toHaveLength(TRANSFERS + 1)
  const { opening, closing, credits, debits } = await readSums(bank.database, period())
  let balance = opening
  for (const { amount, balanceAfter } of entries) {
    balance += amount
    expect(balanceAfter).toBe(balance)
  }
  expect(balance).toBe(closing)
  expect(credits.count + debits.count).toBe(entries.length)
  expect(credits.sum - debits.sum).toBe(closing - opening)
})

test('Transfers posted while a statement is read are not part of it', async () => {
  const range = await readSums(bank.database, period())
  const other = await bank.open()
  const entries: StatementEntry[] = []
  for await (const entry of readEntries((read) => read(bank.database), account, range)) {
    if (entries.length === 0) await bank.transfer({ from: account, to: other, amount: 5n })
    entries.push(entry)
  }
  expect(entries.at(-1)?.balanceAfter).toBe(range.closing)
  expect((await readSums(bank.database, period())).closing).toBe(range.closing - 5n)
})

test("A statement shows a customer's number on the other side in full, and masks the bank's own", async () => {
  const own = await bank.open({ owner: 'someone' })
  await bank.transfer({ from: account, to: own, amount: 7n })
  const entries = await read()
  expect(entries.at(-1)?.counterparty).toMatchObject({
    name: 'Customer someone',
    number: expect.stringMatching(/^IE\d\d/),
  })
  expect(entries.at(1)?.counterparty).toMatchObject({
    name: 'Customer another',
    number: expect.stringMatching(/^IE\d\d/),
  })
  expect(entries.at(0)?.counterparty.number).toMatch(/^•+\d{4}$/)
})
