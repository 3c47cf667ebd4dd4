/** Holds, reversals and account changes through GraphQL, at the limits of every range. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDatabase } from '../../../subgraphs/banking/database/open.ts'
import { until } from '../../support/until.ts'
import { codesOf, startSeededBanking, type TestService } from './support/service.ts'

let service: TestService
let own: { id: string; number: string }
let theirs: { id: string; number: string }

beforeAll(async () => {
  service = await startSeededBanking()
  const first = async (name: string) => {
    const { data } = await service.call(name, '{ me { accounts(first: 1) { edges { node { id number } } } } }')
    return data.me.accounts.edges[0].node
  }
  own = await first('payer')
  theirs = await first('payee')
})
afterAll(() => service.stop())

const TRANSFER = `... on TransferAccepted { replayed transfer { id kind status amount { amount } held { amount } expiresAt postedAt
  reversalOf { id } reversedBy { id } } } ... on Refusal { code message }`
const ACCOUNT = `... on AccountAccepted { replayed account { id number name status currency kind dailyLimit { amount }
  product { id } branch { id } balance { posted { amount } } } } ... on Refusal { code message }`

/** Sends the mutation `field`, whose input type has the same name. */
const order = (field: string, input: Record<string, unknown>, caller: string | null = 'payer') => {
  const type = types[field] ?? `${field.slice(0, 1).toUpperCase()}${field.slice(1)}Input`
  const fields = field.endsWith('Account') || field === 'setDailyLimit' ? ACCOUNT : TRANSFER
  return service.call(caller, `mutation ($input: ${type}!) { done: ${field}(input: $input) { ${fields} } }`, {
    input: { idempotencyKey: randomUUID(), ...input },
  })
}
const types: Readonly<Record<string, string>> = {
  freezeAccount: 'AccountInput',
  unfreezeAccount: 'AccountInput',
  closeAccount: 'AccountInput',
}
const done = async (field: string, input: Record<string, unknown>, caller = 'payer') =>
  (await order(field, input, caller)).data.done
const hold = (fields: Record<string, unknown> = {}) =>
  order('holdFunds', {
    from: own.id,
    to: theirs.number,
    amount: '500',
    currency: 'EUR',
    expiresInSeconds: 600,
    ...fields,
  })
const pay = async () => {
  const { transfer } = await done('transfer', { from: own.id, to: theirs.number, amount: '300', currency: 'EUR' })
  return transfer.id as string
}

describe('hold', () => {
  test('A hold is placed, listed, captured in part, and no longer listed', async () => {
    const placed = (await hold()).data.done.transfer
    expect(placed).toMatchObject({
      kind: 'HOLD',
      status: 'PENDING',
      amount: { amount: '500' },
      held: { amount: '500' },
      postedAt: null,
    })
    const listed = async () => {
      const query =
        'query ($id: ID!) { account(id: $id) { holds { edges { node { id } } } balance { posted { amount } available { amount } pending { amount } } } }'
      return (await service.call('payer', query, { id: own.id })).data.account
    }
    const { holds, balance } = await listed()
    expect(holds.edges).toEqual([{ node: { id: placed.id } }])
    expect(BigInt(balance.posted.amount) - BigInt(balance.available.amount)).toBe(500n)
    const captured = await done('captureHold', { transferId: placed.id, amount: '120' })
    expect(captured.transfer).toMatchObject({ status: 'POSTED', amount: { amount: '120' }, held: { amount: '500' } })
    expect((await listed()).holds.edges).toEqual([])
    expect(await done('voidHold', { transferId: placed.id })).toMatchObject({ code: 'HOLD_ALREADY_RESOLVED' })
  })

  test('A hold expires by itself', async () => {
    const { id } = (await hold({ expiresInSeconds: 1 })).data.done.transfer
    const query = 'query ($id: ID!) { transfer(id: $id) { status } }'
    const status = async () => (await service.call('payer', query, { id })).data.transfer.status
    await until(async () => (await status()) !== 'PENDING')
    expect(await status()).toBe('EXPIRED')
  })

  test.each([
    ['no time at all', { expiresInSeconds: 0 }],
    ['more than 30 days', { expiresInSeconds: 2_592_001 }],
    ['nothing to hold', { amount: '0' }],
    ['over 64 bits', { amount: '9223372036854775808' }],
    ['a key over 64 characters', { idempotencyKey: 'k'.repeat(65) }],
  ])('A hold with %s is bad input', async (_case, fields) => {
    expect(codesOf(await hold(fields))).toEqual(['BAD_USER_INPUT'])
  })

  test('A hold of the longest time is accepted, and a capture of nothing is bad input', async () => {
    const { transfer } = (await hold({ expiresInSeconds: 2_592_000, amount: '1' })).data.done
    expect(codesOf(await order('captureHold', { transferId: transfer.id, amount: '0' }))).toEqual(['BAD_USER_INPUT'])
    expect(await done('captureHold', { transferId: transfer.id, amount: '2' })).toMatchObject({ code: 'HOLD_EXCEEDED' })
    expect(await done('voidHold', { transferId: transfer.id })).toMatchObject({ transfer: { status: 'VOIDED' } })
  })

  test.each(['captureHold', 'voidHold', 'reverseTransfer'])(
    'The mutation %s of an unknown id is refused',
    async (field) => {
      for (const transferId of ['999999999', 'nothing', '0', '-1', '{1}'])
        expect(await done(field, { transferId })).toMatchObject({ code: 'TRANSFER_NOT_FOUND' })
    },
  )
})

describe('reversal', () => {
  test('A reversal and its transfer link to each other, and it happens once', async () => {
    const id = await pay()
    const { transfer } = await done('reverseTransfer', { transferId: id }, 'payee')
    expect(transfer).toMatchObject({ kind: 'REVERSAL', amount: { amount: '300' }, reversalOf: { id } })
    expect(await done('reverseTransfer', { transferId: id }, 'payee')).toMatchObject({ code: 'ALREADY_REVERSED' })
    const { data } = await service.call('payer', 'query ($id: ID!) { transfer(id: $id) { reversedBy { id } } }', { id })
    expect(data.transfer.reversedBy.id).toBe(transfer.id)
  })

  test('A reversal cannot itself be reversed', async () => {
    const { transfer } = await done('reverseTransfer', { transferId: await pay() }, 'payee')
    for (const caller of ['payer', 'officer'])
      expect(await done('reverseTransfer', { transferId: transfer.id }, caller)).toMatchObject({
        code: 'NOT_REVERSIBLE',
      })
  })

  test('The payer cannot reverse a transfer', async () => {
    expect(await done('reverseTransfer', { transferId: await pay() })).toMatchObject({ code: 'NOT_PERMITTED' })
  })
})

describe('account', () => {
  const open = (fields: Record<string, unknown> = {}) =>
    order('openAccount', { kind: 'SAVINGS', currency: 'EUR', name: 'Holiday', branch: 'lisbon', ...fields })

  test('An account is opened once for a key, renamed, limited, frozen, unfrozen and closed', async () => {
    const idempotencyKey = randomUUID()
    const { account } = (await open({ idempotencyKey })).data.done
    expect(account).toMatchObject({
      name: 'Holiday',
      status: 'OPEN',
      product: { id: 'savings-account' },
      branch: { id: 'lisbon' },
    })
    expect((await open({ idempotencyKey })).data.done).toMatchObject({ replayed: true, account: { id: account.id } })
    const accountId = account.id
    expect(await done('renameAccount', { accountId, name: 'Journey' })).toMatchObject({ account: { name: 'Journey' } })
    expect(await done('setDailyLimit', { accountId, limit: '0' }, 'officer')).toMatchObject({
      account: { dailyLimit: { amount: '0' } },
    })
    expect(await done('freezeAccount', { accountId }, 'officer')).toMatchObject({
      account: { status: 'FROZEN', name: 'Journey' },
    })
    expect(await done('closeAccount', { accountId })).toMatchObject({ code: 'ACCOUNT_NOT_OPEN' })
    expect(await done('unfreezeAccount', { accountId }, 'officer')).toMatchObject({ account: { status: 'OPEN' } })
    expect(await done('closeAccount', { accountId })).toMatchObject({ account: { status: 'CLOSED' } })
  })

  test('Only a customer of the bank opens an account', async () => {
    const fields = { kind: 'SAVINGS', currency: 'EUR', name: 'Holiday', branch: 'lisbon' }
    expect(codesOf(await order('openAccount', fields, 'officer2'))).toEqual(['FORBIDDEN'])
  })

  test('An account with money on it does not close', async () => {
    expect(await done('closeAccount', { accountId: own.id })).toMatchObject({ code: 'ACCOUNT_NOT_EMPTY' })
  })

  test.each([
    ['no name', { name: '   ' }],
    ['a name over 70 characters', { name: 'n'.repeat(71) }],
    ['a currency the bank does not keep', { currency: 'CHF' }],
    ['a branch that does not exist', { branch: 'atlantis' }],
  ])('An account is not opened with %s', async (_case, fields) => {
    expect(codesOf(await open(fields))).toEqual(['BAD_USER_INPUT'])
  })

  test.each(['freezeAccount', 'unfreezeAccount', 'setDailyLimit'])('Only officers may %s', async (field) => {
    expect(await done(field, { accountId: own.id })).toMatchObject({ code: 'NOT_PERMITTED' })
  })

  test.each(['renameAccount', 'closeAccount', 'freezeAccount'])(
    'The mutation %s on a foreign account finds nothing',
    async (field) => {
      const input = { accountId: theirs.id, ...(field === 'renameAccount' ? { name: 'Mine' } : {}) }
      expect(await done(field, input)).toMatchObject({ code: 'ACCOUNT_NOT_FOUND' })
    },
  )

  test('A negative limit is bad input', async () => {
    expect(codesOf(await order('setDailyLimit', { accountId: own.id, limit: '-1' }, 'officer'))).toEqual([
      'BAD_USER_INPUT',
    ])
  })
})

describe('officer', () => {
  const amount = { amount: '1', currency: 'EUR' }
  test.each<[string, () => Record<string, unknown>]>([
    ['transfer', () => ({ from: own.id, to: theirs.number, ...amount })],
    ['holdFunds', () => ({ from: own.id, to: theirs.number, ...amount, expiresInSeconds: 60 })],
    [
      'scheduleTransfer',
      () => ({ from: own.id, to: theirs.number, ...amount, frequency: 'ONCE', firstOn: '2099-01-01' }),
    ],
    [
      'applyForLoan',
      () => ({ accountId: own.id, terms: { principal: '1000', currency: 'EUR', annualRate: '5', instalments: 12 } }),
    ],
  ])("An officer orders nothing from a customer's account: %s", async (field, input) => {
    const type = `${field.slice(0, 1).toUpperCase()}${field.slice(1)}Input`
    const query = `mutation ($input: ${type}!) { done: ${field}(input: $input) { __typename ... on Refusal { code } } }`
    const { data } = await service.call('officer', query, { input: { idempotencyKey: randomUUID(), ...input() } })
    expect(data.done).toEqual({ __typename: 'Refusal', code: 'ACCOUNT_NOT_FOUND' })
  })

  test("An officer orders nothing from a customer's account in a batch, nor from the bank’s own accounts", async () => {
    const prisma = openDatabase({ url: service.databaseUrl, connections: 1 })
    const bankOwn = await prisma.account.findFirstOrThrow({ where: { customerId: null, currency: 'EUR' } })
    await prisma.$disconnect()
    const transfers = [own.id, `${bankOwn.id}`].map((from) => ({ from, to: theirs.number, ...amount }))
    const query = `mutation ($input: TransferBatchInput!) { done: transferBatch(input: $input) {
      ... on TransferBatchAccepted { items { code } } } }`
    const input = { idempotencyKey: randomUUID(), mode: 'EACH', transfers }
    const { data } = await service.call('officer', query, { input })
    expect(data.done.items).toEqual([{ code: 'ACCOUNT_NOT_FOUND' }, { code: 'ACCOUNT_NOT_FOUND' }])
  })

  test('An officer does not change what a customer’s standing order pays', async () => {
    const query = `mutation ($input: ScheduleTransferInput!) { done: scheduleTransfer(input: $input) { ... on ScheduleAccepted { schedule { id } } } }`
    const input = { from: own.id, to: theirs.number, ...amount, frequency: 'ONCE', firstOn: '2099-01-01' }
    const { data } = await service.call('payer', query, { input: { idempotencyKey: randomUUID(), ...input } })
    for (const [field, rest] of Object.entries({ changeSchedule: { amount: '900' }, cancelSchedule: {} })) {
      const type = `${field.slice(0, 1).toUpperCase()}${field.slice(1)}Input`
      const asked = { idempotencyKey: randomUUID(), scheduleId: data.done.schedule.id, ...rest }
      const answer = await service.call(
        'officer',
        `mutation ($input: ${type}!) { done: ${field}(input: $input) { __typename ... on Refusal { code } } }`,
        { input: asked },
      )
      expect(answer.data.done).toEqual({ __typename: 'Refusal', code: 'SCHEDULE_NOT_FOUND' })
    }
  })
})

test.each(['holdFunds', 'openAccount', 'reverseTransfer', 'closeAccount'])(
  'The mutation %s needs a sign-in',
  async (field) => {
    const input: Readonly<Record<string, object>> = {
      holdFunds: { from: own.id, to: theirs.number, amount: '1', currency: 'EUR', expiresInSeconds: 1 },
      openAccount: { kind: 'CURRENT', currency: 'EUR', name: 'x', branch: 'lisbon' },
      reverseTransfer: { transferId: '1' },
      closeAccount: { accountId: own.id },
    }
    expect(codesOf(await order(field, { ...input[field] }, null))).toEqual(['UNAUTHENTICATED'])
  },
)

const OTHER_BANKS = ['DE89370400440532013000', 'GB29NWBK60161331926819']
const NOTHING = ['nothing', 'nowhere']
const MOVED = { amount: '1', currency: 'EUR' }
const TERMS = { principal: '1000', currency: 'EUR', annualRate: '5', instalments: 12 }
/** Each mutation with an argument that may name nothing in the bank. */
const naming: readonly [field: string, type: string, argument: string, rest: () => Record<string, unknown>][] = [
  ['transfer', 'TransferInput', 'from', () => ({ to: theirs.number, ...MOVED })],
  ['transfer', 'TransferInput', 'to', () => ({ from: own.id, ...MOVED })],
  ['transfer', 'TransferInput', 'quoteId', () => ({ from: own.id, to: theirs.number, ...MOVED })],
  ['holdFunds', 'HoldFundsInput', 'to', () => ({ from: own.id, ...MOVED, expiresInSeconds: 60 })],
  ['captureHold', 'CaptureHoldInput', 'transferId', () => ({})],
  ['voidHold', 'VoidHoldInput', 'transferId', () => ({})],
  ['reverseTransfer', 'ReverseTransferInput', 'transferId', () => ({})],
  ['renameAccount', 'RenameAccountInput', 'accountId', () => ({ name: 'Mine' })],
  ['setDailyLimit', 'SetDailyLimitInput', 'accountId', () => ({})],
  ['freezeAccount', 'AccountInput', 'accountId', () => ({})],
  ['scheduleTransfer', 'ScheduleTransferInput', 'to', () => ({ from: own.id, ...MOVED, ...ONCE })],
  ['changeSchedule', 'ChangeScheduleInput', 'scheduleId', () => ({ amount: '1' })],
  ['cancelSchedule', 'CancelScheduleInput', 'scheduleId', () => ({})],
  ['applyForLoan', 'ApplyForLoanInput', 'accountId', () => ({ terms: TERMS })],
  ['withdrawLoan', 'LoanInput', 'loanId', () => ({})],
  ['removeWebhook', 'WebhookInput', 'webhookId', () => ({})],
  ['retryWebhookDelivery', 'RetryWebhookDeliveryInput', 'webhookId', () => ({ eventId: 'evt_1' })],
  ['retryWebhookDelivery', 'RetryWebhookDeliveryInput', 'eventId', () => ({ webhookId: 'none' })],
]
const ONCE = { frequency: 'ONCE', firstOn: '2099-01-01' }

test.each(naming)(
  'A key of %s (%s) is not used again for another "%s" that names nothing',
  async (field, type, argument, rest) => {
    const idempotencyKey = randomUUID()
    const [first, other] = argument === 'to' ? OTHER_BANKS : NOTHING
    const ask = async (given: string | undefined) => {
      const query = `mutation ($input: ${type}!) { done: ${field}(input: $input) { ... on Refusal { code replayed } } }`
      return (await service.call('payer', query, { input: { idempotencyKey, ...rest(), [argument]: given } })).data.done
    }
    const { code } = await ask(first)
    expect(code).toMatch(/_NOT_FOUND$/)
    expect(await ask(first)).toEqual({ code, replayed: true })
    expect(await ask(other)).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED', replayed: false })
  },
)
