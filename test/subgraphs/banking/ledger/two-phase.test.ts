import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expireHolds } from '../../../../subgraphs/banking/holds/expiry.ts'
import { until } from '../../../support/until.ts'
import { createBank, customer, openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'

let bank: TestBank
let other: TestBank
let from: string
let to: string
const ann = customer('ann')
const bob = customer('bob')
const eve = customer('eve')

beforeAll(async () => {
  bank = await createBank()
  other = openBank(bank.url)
  from = await bank.open({ owner: 'ann', balance: 1_000n })
  to = await bank.open({ owner: 'bob' })
  await bank.open({ owner: 'eve' })
})
afterAll(async () => {
  expect(await brokenInvariants(bank.database)).toEqual([])
  await other.close()
  await bank.close()
})

const hold = async (amount: bigint, expiresInSeconds = 600) =>
  subjectOf(
    await bank.ask(
      { name: 'holdFunds', from, to, amount, currency: 'EUR', reference: null, expiresInSeconds },
      { actor: ann },
    ),
  )
const capture = (transferId: string, amount: bigint | null = null, actor = ann) =>
  bank.ask({ name: 'captureHold', transferId, amount }, { actor })
const release = (transferId: string, actor = ann) => bank.ask({ name: 'voidHold', transferId }, { actor })
const reverse = (transferId: string, actor = bob) => bank.ask({ name: 'reverseTransfer', transferId }, { actor })

/** Posted, pending debits, pending credits. */
async function counters(id: string): Promise<[bigint, bigint, bigint]> {
  const row = await bank.database.account.findUniqueOrThrow({ where: { id: BigInt(id) } })
  return [row.creditsPosted - row.debitsPosted, row.debitsPending, row.creditsPending]
}

describe('hold', () => {
  test('A hold sets money aside that nothing else can spend', async () => {
    const id = await hold(900n)
    expect(await counters(from)).toEqual([1_000n, 900n, 0n])
    expect(verdictOf(await bank.transfer({ from, to, amount: 101n }, { actor: ann }))).toBe('INSUFFICIENT_FUNDS')
    expect(verdictOf(await release(id))).toBe('ACCEPTED')
    expect(await counters(from)).toEqual([1_000n, 0n, 0n])
    expect(await counters(to)).toEqual([0n, 0n, 0n])
  })

  test('A partial capture releases the rest of the hold', async () => {
    const id = await hold(300n)
    expect(verdictOf(await capture(id, 301n))).toBe('HOLD_EXCEEDED')
    expect(verdictOf(await capture(id, 120n))).toBe('ACCEPTED')
    expect(await counters(from)).toEqual([880n, 0n, 0n])
    expect(await counters(to)).toEqual([120n, 0n, 0n])
    expect(verdictOf(await capture(id, 1n))).toBe('HOLD_ALREADY_RESOLVED')
    expect(verdictOf(await release(id))).toBe('HOLD_ALREADY_RESOLVED')
  })

  test('A hold ends once, however many requests try at once', async () => {
    const id = await hold(50n)
    const tries = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? capture(id) : release(id)))
    const verdicts = (await Promise.all(tries)).map(verdictOf)
    expect(verdicts.filter((verdict) => verdict === 'ACCEPTED')).toHaveLength(1)
    expect(new Set(verdicts)).toEqual(new Set(['ACCEPTED', 'HOLD_ALREADY_RESOLVED']))
  })

  test('Only the payer and officers can end a hold; the payee may not, and others see nothing', async () => {
    const id = await hold(10n)
    expect(verdictOf(await capture(id, null, bob))).toBe('NOT_PERMITTED')
    expect(verdictOf(await capture(id, null, eve))).toBe('TRANSFER_NOT_FOUND')
    expect(verdictOf(await release('999999999'))).toBe('TRANSFER_NOT_FOUND')
    expect(verdictOf(await release(id, { id: 'officer', officer: true }))).toBe('ACCEPTED')
  })

  test('A hold expires exactly once, also with two instances', async () => {
    const [before] = await counters(from)
    const short = await Promise.all(Array.from({ length: 5 }, () => hold(7n, 1)))
    const long = await hold(11n)
    const pending = () => bank.database.transfer.count({ where: { id: { in: short.map(BigInt) }, status: 'PENDING' } })
    await until(async () => {
      await Promise.all([expireHolds(bank.database, bank.ledger), expireHolds(other.database, other.ledger)])
      return (await pending()) === 0
    })
    const events = await bank.database.event.findMany({ where: { kind: 'HOLD_EXPIRED' } })
    expect(events.map(({ transferId }) => transferId.toString()).sort()).toEqual(short.sort())
    expect(await counters(from)).toEqual([before, 11n, 0n])
    expect(verdictOf(await capture(short[0] as string))).toBe('HOLD_ALREADY_RESOLVED')
    await release(long)
  })

  test('A hold placed and captured in one batch is stored as captured', async () => {
    const key = 'placed and captured'
    const [last] = await bank.database.event.findMany({ orderBy: { sequence: 'desc' }, take: 1 })
    const id = ((last?.sequence ?? 0n) + 1n).toString()
    const placing = bank.ask(
      { name: 'holdFunds', from, to, amount: 5n, currency: 'EUR', reference: null, expiresInSeconds: 60 },
      { actor: ann, key },
    )
    // Predicts the id from the sequence: nobody else writes to this database.
    const answers = await Promise.all([placing, capture(id, 3n)])
    expect(answers.map(verdictOf)).toEqual(['ACCEPTED', 'ACCEPTED'])
    const row = await bank.database.transfer.findUniqueOrThrow({ where: { id: BigInt(id) } })
    expect(row).toMatchObject({ status: 'POSTED', amount: 5n, postedAmount: 3n })
  })
})

describe('reversal', () => {
  const pay = async (amount: bigint) => subjectOf(await bank.transfer({ from, to, amount }, { actor: ann }))

  test('A reversal returns the money once, with a transfer of its own', async () => {
    const id = await pay(40n)
    const before = await counters(from)
    const [first, second] = await Promise.all([reverse(id), reverse(id)])
    expect([first, second].map((answer) => verdictOf(answer as typeof first)).sort()).toEqual([
      'ACCEPTED',
      'ALREADY_REVERSED',
    ])
    expect(await counters(from)).toEqual([before[0] + 40n, 0n, 0n])
    const reversal = await bank.database.transfer.findFirstOrThrow({ where: { reversalOf: BigInt(id) } })
    expect(verdictOf(await reverse(reversal.id.toString(), ann))).toBe('NOT_REVERSIBLE')
  })

  test('A reversal is refused where the receiver no longer has the money', async () => {
    const id = await pay(60n)
    const [balance] = await counters(to)
    await bank.transfer({ from: to, to: from, amount: balance - 59n }, { actor: bob })
    expect(verdictOf(await reverse(id))).toBe('INSUFFICIENT_FUNDS')
  })

  test('Only the receiver and officers can reverse; the payer may not, and others see nothing', async () => {
    const id = await pay(1n)
    expect(verdictOf(await reverse(id, ann))).toBe('NOT_PERMITTED')
    expect(verdictOf(await reverse(id, eve))).toBe('TRANSFER_NOT_FOUND')
    expect(verdictOf(await reverse(id, { id: 'officer', officer: true }))).toBe('ACCEPTED')
  })

  test('A reversal of an unposted transfer is refused', async () => {
    const id = await hold(2n)
    expect(verdictOf(await reverse(id))).toBe('NOT_REVERSIBLE')
    await release(id)
    expect(verdictOf(await reverse(id))).toBe('NOT_REVERSIBLE')
  })
})
