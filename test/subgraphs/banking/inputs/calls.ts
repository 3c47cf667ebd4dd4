/** A valid call for every place of an argument, in which a test replaces one value. */
import { randomUUID } from 'node:crypto'
import type { Answer } from '../../../support/answer.ts'
import type { TestService } from '../support/service.ts'

/** The ids that calls use; all but `strangers` belong to the payer. */
export interface World {
  readonly account: string
  readonly payee: string
  readonly hold: string
  readonly schedule: string
  readonly loan: string
  /** A webhook of an officer, who has no accounts: nothing is ever sent to it. */
  readonly webhook: string
  /** Ids of the same kinds that belong to others. */
  readonly strangers: readonly string[]
}

interface Call {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: string
}

type Sound = (world: World) => Readonly<Record<string, unknown>>

const order: Sound = ({ account, payee }) => ({ from: account, to: payee, amount: '1', currency: 'EUR' })
const terms = { principal: '100000', currency: 'EUR', annualRate: '5', instalments: 12 }
const loan: Sound = (world) => ({ loanId: world.loan })
const account: Sound = (world) => ({ accountId: world.account })
const transfer: Sound = ({ hold }) => ({ transferId: hold })

/**
 * Each mutation's input, without its key, and the officer who may send it if it is for officers.
 */
const mutations: Readonly<Record<string, readonly [type: string, input: Sound, caller?: 'officer']>> = {
  transfer: ['TransferInput', order],
  transferBatch: ['TransferBatchInput', (world) => ({ mode: 'EACH', transfers: [order(world)] })],
  quoteExchange: ['QuoteExchangeInput', () => ({ sell: 'EUR', buy: 'USD', amount: '1000' })],
  fundLiquidity: ['FundLiquidityInput', () => ({ currency: 'USD', amount: '1' }), 'officer'],
  setExchangeRate: ['SetExchangeRateInput', () => ({ currency: 'USD', perEuro: '1.1' }), 'officer'],
  holdFunds: ['HoldFundsInput', (world) => ({ ...order(world), expiresInSeconds: 600 })],
  captureHold: ['CaptureHoldInput', transfer],
  voidHold: ['VoidHoldInput', transfer],
  reverseTransfer: ['ReverseTransferInput', transfer],
  scheduleTransfer: [
    'ScheduleTransferInput',
    (world) => ({ ...order(world), frequency: 'MONTHLY', firstOn: '2099-01-31', until: '2099-12-31' }),
  ],
  changeSchedule: ['ChangeScheduleInput', ({ schedule }) => ({ scheduleId: schedule, amount: '1' })],
  cancelSchedule: ['CancelScheduleInput', ({ schedule }) => ({ scheduleId: schedule })],
  openAccount: ['OpenAccountInput', () => ({ kind: 'SAVINGS', currency: 'EUR', name: 'Edges', branch: 'lisbon' })],
  renameAccount: ['RenameAccountInput', (world) => ({ ...account(world), name: 'Edges' })],
  freezeAccount: ['AccountInput', account],
  unfreezeAccount: ['AccountInput', account],
  closeAccount: ['AccountInput', account],
  setDailyLimit: ['SetDailyLimitInput', (world) => ({ ...account(world), limit: '1' })],
  applyForLoan: ['ApplyForLoanInput', (world) => ({ ...account(world), terms })],
  approveLoan: ['LoanDecisionInput', loan],
  rejectLoan: ['LoanDecisionInput', loan],
  withdrawLoan: ['LoanInput', loan],
  disburseLoan: ['LoanDecisionInput', loan],
  repayLoan: ['RepayLoanInput', (world) => ({ ...loan(world), amount: '1' })],
  writeOffLoan: ['LoanDecisionInput', loan],
  refundLoanOverpayment: ['LoanInput', loan],
  registerWebhook: ['RegisterWebhookInput', () => ({ url: 'https://example.com/hook' }), 'officer'],
  removeWebhook: ['WebhookInput', ({ webhook }) => ({ webhookId: webhook }), 'officer'],
  retryWebhookDelivery: [
    'RetryWebhookDeliveryInput',
    ({ webhook }) => ({ webhookId: webhook, eventId: 'evt_1' }),
    'officer',
  ],
}

/** Selections of mutations whose accepted answers must be inspected. */
const plain: Readonly<Record<string, string>> = {
  quoteExchange: 'id',
  transferBatch: '... on TransferBatchAccepted { items { code } }',
}
const KEYLESS = new Set(['quoteExchange'])

const ids: Sound = (world) => ({ account: world.account, schedule: world.schedule, loan: world.loan })
const list = (field: string): string => `${field} { edges { cursor } pageInfo { hasNextPage } }`
const PAGE = '$first: Int, $after: String, $last: Int, $before: String'

/** Queries by the field with the arguments, and the kind of list that it returns, if any. */
const queries: Readonly<
  Record<string, { query: string; variables: Sound; caller?: 'officer'; cursors?: string; gives?: 'null' }>
> = {
  'Query.account': { query: 'query ($id: ID!) { done: account(id: $id) { id } }', variables: account, gives: 'null' },
  'Query.schedule': { query: 'query ($id: ID!) { done: schedule(id: $id) { id } }', variables: ids, gives: 'null' },
  'Query.transfer': { query: 'query ($id: ID!) { done: transfer(id: $id) { id } }', variables: ids, gives: 'null' },
  'Query.loan': { query: 'query ($id: ID!) { done: loan(id: $id) { id } }', variables: ids, gives: 'null' },
  'Query.loans': {
    query: `query ($state: LoanState! = SUBMITTED, ${PAGE}) { ${list('loans(state: $state, first: $first, after: $after, last: $last, before: $before)')} }`,
    variables: () => ({}),
    caller: 'officer',
    cursors: 'loans',
  },
  'Query.customers': {
    query: `query ($search: String, ${PAGE}) { ${list('customers(search: $search, first: $first, after: $after, last: $last, before: $before)')} }`,
    variables: () => ({}),
    caller: 'officer',
    cursors: 'customers',
  },
  'Query.customer': {
    query: 'query ($id: ID!) { done: customer(id: $id) { id } }',
    variables: () => ({ id: 'payer' }),
    caller: 'officer',
    gives: 'null',
  },
  'Query.operations': {
    query: `query (${PAGE}) { ${list('operations(first: $first, after: $after, last: $last, before: $before)')} }`,
    variables: () => ({}),
    caller: 'officer',
    cursors: 'operations',
  },
  'Query.quoteLoan': {
    query:
      'query ($terms: LoanQuoteInput!) { quoteLoan(terms: $terms) { totalPayable { amount } effectiveAnnualRate schedule { dueOn } } }',
    variables: () => ({ terms }),
  },
  'Customer.accounts': {
    query: `query (${PAGE}) { me { ${list('accounts(first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: () => ({}),
    cursors: 'accounts',
  },
  'Customer.schedules': {
    query: `query (${PAGE}) { me { ${list('schedules(first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: () => ({}),
    cursors: 'schedules',
  },
  'Customer.loans': {
    query: `query ($state: LoanState, ${PAGE}) { me { ${list('loans(state: $state, first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: () => ({}),
    cursors: 'loans',
  },
  'Account.entries': {
    query: `query ($account: ID!, $filter: EntryFilter, ${PAGE}) { account(id: $account) {
      ${list('entries(first: $first, after: $after, last: $last, before: $before, filter: $filter)')} } }`,
    variables: ids,
    cursors: 'entries',
  },
  'Account.holds': {
    query: `query ($account: ID!, ${PAGE}) { account(id: $account) { ${list('holds(first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: ids,
    cursors: 'holds',
  },
  'Account.statement': {
    query: `query ($account: ID!, $from: Date!, $to: Date!) { account(id: $account) { statement(from: $from, to: $to) {
      opening { amount } closing { amount } byMonth { month } download(format: CSV) { url } } } }`,
    variables: (world) => ({ ...ids(world), from: '2026-01-01', to: '2026-01-31' }),
  },
  'Statement.download': {
    query: `query ($account: ID!, $format: StatementFormat! = CSV, $byteOrderMark: Boolean! = false) { account(id: $account) {
      statement(from: "2026-01-01", to: "2026-01-31") { download(format: $format, byteOrderMark: $byteOrderMark) { url } } } }`,
    variables: ids,
  },
  'Schedule.runs': {
    query: `query ($schedule: ID!, ${PAGE}) { schedule(id: $schedule) { ${list('runs(first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: ids,
    cursors: 'scheduleRuns',
  },
  'Loan.changes': {
    query: `query ($loan: ID!, ${PAGE}) { loan(id: $loan) { ${list('changes(first: $first, after: $after, last: $last, before: $before)')} } }`,
    variables: ids,
    cursors: 'loanChanges',
  },
  'Loan.position': {
    query: 'query ($loan: ID!, $on: Date) { loan(id: $loan) { position(on: $on) { settlement { amount } } } }',
    variables: ids,
  },
  'Webhook.deliveries': {
    query: `query ($status: DeliveryStatus, ${PAGE}) { me { webhooks {
      ${list('deliveries(status: $status, first: $first, after: $after, last: $last, before: $before)')} } } }`,
    variables: () => ({}),
    caller: 'officer',
    cursors: 'webhookDeliveries',
  },
  'Money.formatted': {
    query:
      'query ($account: ID!, $locale: String) { account(id: $account) { balance { posted { formatted(locale: $locale) } } } }',
    variables: ids,
  },
  'Subscription.accountActivity': {
    query:
      'subscription ($accountId: ID!, $after: String) { accountActivity(accountId: $accountId, after: $after) { kind } }',
    variables: account,
    cursors: 'activity',
  },
}

/** A place of an argument. */
export interface Place {
  readonly what: string
  call(world: World, value: unknown): Call
  /** The list whose cursors it takes. */
  readonly cursors: string | undefined
  /** True for mutations; `done` is then the result. */
  readonly refuses: boolean
  readonly isOfficers: boolean
}

/** Every place of the argument with that coordinate. */
export function placesOf(coordinate: string): Place[] {
  const [, type = '', field = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? []
  if (argument !== undefined) return queryPlace(`${type}.${field}`, [argument])
  if (type === 'EntryFilter') return queryPlace('Account.entries', ['filter', field])
  if (type === 'LoanQuoteInput') return queryPlace('Query.quoteLoan', ['terms', field])
  const path: readonly (string | number)[] =
    type === 'TransferBatchItemInput' ? ['transfers', 0, field] : type === 'LoanTermsInput' ? ['terms', field] : [field]
  return Object.entries(mutations)
    .filter(
      ([name, [input]]) => input === (holders[type] ?? type) && !(KEYLESS.has(name) && field === 'idempotencyKey'),
    )
    .map(([name, [input, sound, caller = 'payer']]) => ({
      what: name,
      cursors: undefined,
      refuses: true,
      isOfficers: caller === 'officer',
      call: (world, value) => {
        const key = KEYLESS.has(name) ? {} : { idempotencyKey: randomUUID() }
        const selection = plain[name] ?? '__typename ... on Refusal { code }'
        return {
          query: `mutation ($input: ${input}!) { done: ${name}(input: $input) { ${selection} } }`,
          variables: { input: put({ ...key, ...sound(world) }, path, value) },
          caller,
        }
      },
    }))
}

/** Inputs nested in another input. */
const holders: Readonly<Record<string, string>> = {
  TransferBatchItemInput: 'TransferBatchInput',
  LoanTermsInput: 'ApplyForLoanInput',
}

function queryPlace(name: string, path: readonly string[]): Place[] {
  const found = queries[name]
  if (!found) return []
  const { query, variables, caller = 'payer', cursors, gives } = found
  return [
    {
      what: name,
      cursors,
      refuses: gives === 'null',
      isOfficers: caller === 'officer',
      call: (world, value) => ({ query, variables: put(variables(world), path, value), caller }),
    },
  ]
}

/** A copy with one value replaced. */
function put<Whole>(whole: Whole, [at, ...rest]: readonly (string | number)[], value: unknown): Whole {
  if (at === undefined) return value as Whole
  if (Array.isArray(whole)) return whole.map((part, index) => (index === at ? put(part, rest, value) : part)) as Whole
  const record = (whole ?? {}) as Readonly<Record<string, unknown>>
  return { ...record, [at]: put(record[at], rest, value) } as Whole
}

/** Creates the objects that the calls use. */
export async function makeWorld(service: TestService): Promise<World> {
  const accounts = async (caller: string) => {
    const { data } = await service.call(caller, '{ me { accounts { edges { node { id number currency } } } } }')
    return data.me.accounts.edges.map(({ node }: { node: unknown }) => node)
  }
  const make = async (caller: string, own: string, theirs: string) => {
    const parts = { account: own, payee: theirs, hold: '', schedule: '', loan: '', webhook: '', strangers: [] }
    const done = async (name: string, selection: string): Promise<Answer['data']> => {
      const [type, sound] = mutations[name] ?? []
      const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${selection} } }`
      const { data } = await service.call(caller, query, { input: { idempotencyKey: randomUUID(), ...sound?.(parts) } })
      return data.done
    }
    return {
      hold: (await done('holdFunds', '... on TransferAccepted { transfer { id } }')).transfer.id,
      schedule: (await done('scheduleTransfer', '... on ScheduleAccepted { schedule { id } }')).schedule.id,
      loan: (await done('applyForLoan', '... on LoanAccepted { loan { id } }')).loan.id,
    }
  }
  const [[payer], [payee, payeeToo]] = await Promise.all([accounts('payer'), accounts('payee')])
  const own = await make('payer', payer.id, payee.number)
  const theirs = await make('payee', payee.id, payeeToo.number)
  const webhookOf = async (caller: string): Promise<string> => {
    const query = `mutation ($input: RegisterWebhookInput!) { done: registerWebhook(input: $input) { ... on WebhookAccepted { webhook { id } } } }`
    const input = { idempotencyKey: randomUUID(), url: 'https://example.com/hook' }
    return (await service.call(caller, query, { input })).data.done.webhook.id
  }
  return {
    account: payer.id,
    payee: payee.number,
    ...own,
    webhook: await webhookOf('officer'),
    strangers: [payee.id, ...Object.values(theirs)],
  }
}
