import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { INPUT_VERSION, inputHashOf } from '../../../../subgraphs/banking/ledger/request.ts'
import { createBank, type TestBank, verdictOf } from '../support/bank.ts'

const command = { name: 'transfer', from: '1', to: '2', amount: 5n, reference: null }
/** Pretends that the field was added in version 2. */
const later = { purpose: 2 }

test('An unused newer field leaves the hash of an earlier version unchanged', () => {
  const before = inputHashOf(command, 1, {})
  expect(inputHashOf({ ...command, purpose: null }, 1, later)).toBe(before)
  expect(inputHashOf({ ...command, purpose: null }, 2, later)).not.toBe(before)
  const items = { name: 'batch', items: [{ amount: 1n }] }
  expect(inputHashOf({ ...items, items: [{ amount: 1n, purpose: null }] }, 1, later)).toBe(inputHashOf(items, 1, {}))
})

test('A used newer field changes the hash, in any version', () => {
  for (const version of [1, 2])
    expect(inputHashOf({ ...command, purpose: 'RENT' }, version, later)).not.toBe(
      inputHashOf({ ...command, purpose: null }, version, later),
    )
})

let bank: TestBank
beforeAll(async () => {
  bank = await createBank()
})
afterAll(() => bank.close())

test('An operation records the version of its input hash, and a retry is compared by that version', async () => {
  const [from, to] = [await bank.open({ balance: 10n }), await bank.open()]
  expect(verdictOf(await bank.transfer({ from, to }, { key: 'twice' }))).toBe('ACCEPTED')
  const { inputVersion } = await bank.database.operation.findFirstOrThrow({ where: { key: 'twice' } })
  expect(inputVersion).toBe(INPUT_VERSION)
  expect(await bank.transfer({ from, to }, { key: 'twice' })).toMatchObject({ replayed: true })
  expect(verdictOf(await bank.transfer({ from, to, amount: 2n }, { key: 'twice' }))).toBe('IDEMPOTENCY_KEY_REUSED')
})
