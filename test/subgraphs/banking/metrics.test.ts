import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '../../support/until.ts'
import { startSeededBanking, type TestService } from './support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startSeededBanking()
})
afterAll(() => service.stop())

const figures = async (): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

test("Banking's metrics report the length of the ledger, the state of its clock, and the backlog of events", async () => {
  const before = await figures()
  expect(before.get('tributary_ledger_batches')).toBeGreaterThan(100)
  expect(before.get('tributary_ledger_head_age_seconds')).toBeGreaterThan(86_400)
  const { data: own } = await service.call('payer', '{ me { accounts(first: 1) { edges { node { id } } } } }')
  const accountId = own.me.accounts.edges[0].node.id
  const { data } = await service.call(
    'payer',
    'mutation ($input: RenameAccountInput!) { renameAccount(input: $input) { __typename } }',
    { input: { idempotencyKey: 'metrics', accountId, name: 'Daily' } },
  )
  expect(data.renameAccount.__typename).toBe('AccountAccepted')
  const after = await figures()
  expect(after.get('tributary_ledger_batches')).toBe((before.get('tributary_ledger_batches') ?? 0) + 1)
  expect(after.get('tributary_ledger_head_age_seconds')).toBeLessThan(3_600)
  expect(Math.abs(after.get('tributary_ledger_clock_difference_seconds') ?? Number.NaN)).toBeLessThan(5)
  expect(after.get('tributary_webhook_lag_seconds')).toBe(0)
  await until(async () => (await figures()).get('tributary_outbox_lag_events') === 0)
})

test('The service creates four partitions ahead', async () => {
  await until(async () => (await figures()).get('tributary_ledger_partitions_left') === 4)
})
