import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBank, customer, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'

let bank: TestBank
const ann = customer('ann')
const officer = { id: 'officer', officer: true }

beforeAll(async () => {
  bank = await createBank()
})
afterAll(async () => {
  expect(await brokenInvariants(bank.database)).toEqual([])
  await bank.close()
})

type Change = 'freezeAccount' | 'unfreezeAccount' | 'closeAccount'
const change = (name: Change, accountId: string, actor = ann) =>
  bank.ask({ name, accountId }, { actor }).then(verdictOf)
const pay = (from: string, to: string, amount: bigint, actor = ann) => bank.transfer({ from, to, amount }, { actor })

test('A frozen account neither pays nor is paid until an officer unfreezes it, but its holds can be voided', async () => {
  const account = await bank.open({ owner: 'ann', balance: 100n })
  const payee = await bank.open({ owner: 'bob', balance: 100n })
  const hold = subjectOf(
    await bank.ask(
      {
        name: 'holdFunds',
        from: account,
        to: payee,
        amount: 10n,
        currency: 'EUR',
        reference: null,
        expiresInSeconds: 60,
      },
      { actor: ann },
    ),
  )
  expect(await change('freezeAccount', account)).toBe('NOT_PERMITTED')
  expect(await change('freezeAccount', account, officer)).toBe('ACCEPTED')
  expect(await change('freezeAccount', account, officer)).toBe('ACCOUNT_NOT_OPEN')
  expect(verdictOf(await pay(account, payee, 1n))).toBe('ACCOUNT_NOT_OPEN')
  expect(verdictOf(await pay(payee, account, 1n, customer('bob')))).toBe('ACCOUNT_NOT_OPEN')
  expect(verdictOf(await bank.ask({ name: 'captureHold', transferId: hold, amount: null }, { actor: ann }))).toBe(
    'ACCOUNT_NOT_OPEN',
  )
  expect(verdictOf(await bank.ask({ name: 'voidHold', transferId: hold }, { actor: ann }))).toBe('ACCEPTED')
  expect(await change('unfreezeAccount', account)).toBe('NOT_PERMITTED')
  expect(await change('unfreezeAccount', account, officer)).toBe('ACCEPTED')
  expect(await change('unfreezeAccount', account, officer)).toBe('ACCOUNT_NOT_FROZEN')
  expect(verdictOf(await pay(account, payee, 1n))).toBe('ACCEPTED')
})

test('An account can be closed only at zero and without holds, and stays closed', async () => {
  const account = await bank.open({ owner: 'ann', balance: 5n })
  const payee = await bank.open({ owner: 'bob' })
  expect(await change('closeAccount', account)).toBe('ACCOUNT_NOT_EMPTY')
  expect(await change('closeAccount', account, customer('bob'))).toBe('ACCOUNT_NOT_FOUND')
  // Emptied and closed in one batch, in the order of the requests.
  const [paid, closed] = await Promise.all([pay(account, payee, 5n), change('closeAccount', account)])
  expect([verdictOf(paid), closed]).toEqual(['ACCEPTED', 'ACCEPTED'])
  expect(verdictOf(await pay(payee, account, 1n, customer('bob')))).toBe('ACCOUNT_NOT_OPEN')
  expect(await change('closeAccount', account)).toBe('ACCOUNT_NOT_OPEN')
  expect(verdictOf(await bank.ask({ name: 'renameAccount', accountId: account, label: 'Late' }, { actor: ann }))).toBe(
    'ACCOUNT_NOT_OPEN',
  )
  const row = await bank.database.account.findUniqueOrThrow({ where: { id: BigInt(account) } })
  expect(row).toMatchObject({ status: 'CLOSED', closedAt: expect.any(Date), name: 'Test' })
})

test('No account of the bank can be closed, since its work finds it again for good', async () => {
  const opening = { name: 'openAccount', owner: null, kind: 'INTERNAL', currency: 'EUR', label: 'Income' } as const
  const account = subjectOf(await bank.ask({ ...opening, floor: null, productId: null, branchId: null }))
  expect(await change('closeAccount', account, officer)).toBe('NOT_PERMITTED')
  const payer = await bank.open({ owner: 'ann', balance: 5n })
  expect(verdictOf(await pay(payer, account, 5n))).toBe('ACCEPTED')
})

describe('daily limit', () => {
  const limit = (accountId: string, amount: bigint | null, actor = officer) =>
    bank.ask({ name: 'setDailyLimit', accountId, limit: amount }, { actor }).then(verdictOf)

  test('The daily limit counts transfers and holds, excludes released holds, and shows the remainder', async () => {
    const account = await bank.open({ owner: 'ann', balance: 1_000n })
    const payee = await bank.open({ owner: 'bob' })
    expect(await limit(account, 100n, ann)).toBe('NOT_PERMITTED')
    expect(await limit(account, 100n)).toBe('ACCEPTED')
    await pay(account, payee, 30n)
    const hold = await bank.ask(
      {
        name: 'holdFunds',
        from: account,
        to: payee,
        amount: 50n,
        currency: 'EUR',
        reference: null,
        expiresInSeconds: 60,
      },
      { actor: ann },
    )
    expect((await pay(account, payee, 21n)).outcome).toEqual({
      accepted: false,
      code: 'LIMIT_EXCEEDED',
      message: 'The daily limit is €1.00, of which €0.20 is left today.',
    })
    await bank.ask({ name: 'captureHold', transferId: subjectOf(hold), amount: 40n }, { actor: ann })
    expect(verdictOf(await pay(account, payee, 31n))).toBe('LIMIT_EXCEEDED')
    expect(verdictOf(await pay(account, payee, 30n))).toBe('ACCEPTED')
    expect(await limit(account, null)).toBe('ACCEPTED')
    expect(verdictOf(await pay(account, payee, 500n))).toBe('ACCEPTED')
  })

  test('The daily limit starts again each day', async () => {
    const account = await bank.open({ owner: 'ann', balance: 1_000n })
    const payee = await bank.open({ owner: 'bob' })
    await limit(account, 100n)
    await pay(account, payee, 100n)
    await bank.database.$executeRaw`UPDATE accounts SET spent_on = spent_on - 1 WHERE id = ${BigInt(account)}`
    expect(verdictOf(await pay(account, payee, 100n))).toBe('ACCEPTED')
    expect(verdictOf(await pay(account, payee, 1n))).toBe('LIMIT_EXCEEDED')
  })
})

test('A counter never exceeds 64 bits', async () => {
  const half = 2n ** 62n
  const account = await bank.open({ owner: 'ann', balance: half })
  const other = await bank.open({ owner: 'ann' })
  expect(verdictOf(await pay(account, other, half))).toBe('ACCEPTED')
  expect(verdictOf(await pay(other, account, half))).toBe('LIMIT_EXCEEDED')
  expect(verdictOf(await pay(other, account, half - 1n))).toBe('ACCEPTED')
})
