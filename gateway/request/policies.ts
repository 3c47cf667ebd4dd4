/**
 * Every policy, in the order in which they apply. Each refuses by throwing; an operation that
 * passes all of them is executed.
 */
import type { DocumentNode } from 'graphql'
import type { VerifyAuthorization } from '../../platform/protocol/caller.ts'
import type { CredentialsOf } from '../../platform/protocol/credentials.ts'
import type { IdentitySettings } from '../../platform/protocol/identity-settings.ts'
import type { RedisConnection } from '../../platform/redis/connection.ts'
import type { BudgetSettings } from '../config/sections/budgets.ts'
import type { Cors } from '../config/sections/cors.ts'
import type { ClientHeaderRule } from '../config/sections/headers.ts'
import {
  CLIENT_NAME_HEADERS,
  CLIENT_VERSION_HEADERS,
  type OperationSettings,
  type Safelist,
} from '../config/sections/operations.ts'
import { limitBatchCost, limitCost } from '../document/cost.ts'
import { limitShape } from '../document/document-limits.ts'
import type { DocumentCheck, KnownOperation } from '../document/documents.ts'
import { refuseIntrospection } from '../document/introspection.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import { constantsOf } from '../headers/to-client.ts'
import { createBudgetPlans } from '../limits/budget-plans.ts'
import type { BoundName, Limits } from '../limits/limits.ts'
import type { Measuring } from '../limits/measuring.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { LiveLists } from '../persisted/live-lists.ts'
import type { PersistedTexts } from '../persisted/texts.ts'
import { recogniseClient } from './policies/api-client.ts'
import { authenticate, credentialsOf, requireCaller } from './policies/authenticate.ts'
import { type Buckets, type Budget, createBudget, noBudget } from './policies/budget.ts'
import { type ClientName, createClientName } from './policies/client-name.ts'
import { createConcurrencyLimit, type LimitConcurrency } from './policies/concurrency.ts'
import { allowOrigins } from './policies/cors.ts'
import { refuseCrossSite } from './policies/cross-site.ts'
import { measurePolicies } from './policies/measured.ts'
import { negotiateMediaType, requireJsonBody } from './policies/media-type.ts'
import { allowMethods, fitsMethod } from './policies/method.ts'
import { readParameters } from './policies/parameters.ts'
import { resolvePersisted } from './policies/persisted.ts'
import { limitRequests } from './policies/requests-at-once.ts'
import { reportUnlisted, requireListed } from './policies/safelist.ts'
import { type SpendShared, shareBudget } from './policies/shared-budget.ts'
import { shareRequests } from './policies/shared-requests.ts'
import { allowTrace } from './policies/trace.ts'
import type { ReportUnlisted } from './policies/unlisted.ts'
import { limitBody, limitVariables } from './policies/variables.ts'

export interface Policies {
  /** Where a request carries its token. */
  readonly credentialsOf: CredentialsOf
  /** Reads the name that a client gives itself. */
  readonly clientName: ClientName
  /** Headers that tell who the API client is, in lower case. */
  readonly clientNameHeaders: ReadonlySet<string>
  /** For every request, before it is known which operations it holds. */
  readonly request: readonly Policy[]
  /** For every operation by HTTP, with its parameters and before its document is read. */
  readonly beforeDocument: readonly Policy[]
  /**
   * For every operation by WebSocket, whose parameters are in its message: those of the policies
   * above that apply.
   */
  readonly message: readonly Policy[]
  /** Once for every new document. */
  readonly document: readonly DocumentCheck[]
  /** For every request, with its operation. */
  readonly operation: readonly ((exchange: Exchange, operation: KnownOperation) => void)[]
  /** Around the execution of an operation that has passed the policies. */
  readonly limitConcurrency: LimitConcurrency
  /** How many new documents of one caller may wait to be read. */
  readonly operationsWaiting: number
  /** Called with each requested size of a list; present only if `listSize` is measured. */
  readonly onListSize: ((size: number) => void) | undefined
  /** Pays for operations, and for reading refused documents and variables. */
  readonly budget: Budget
  /** Takes an admitted operation's cost from what all gateways allow the caller together. */
  readonly spendShared: SpendShared
}

/** Options that depend on the path: that of the whole schema, or of a contract variant. */
export interface EndpointPolicyOptions {
  readonly introspection: boolean
  /** Refuse requests without a token, where tokens are verified. */
  readonly isCallerRequired: boolean
  readonly safelist: Safelist
  /** The registered operations; `undefined` without a safelist. */
  readonly lists: LiveLists | undefined
  /** Texts of automatic persisted queries; `undefined` if they are off. */
  readonly texts: PersistedTexts | undefined
}

/** Hooks of the configuration that run as policies. */
export interface HookPolicies {
  /** Run before the caller is known. */
  readonly request: readonly Policy[]
  /** The same for an operation by WebSocket. */
  readonly message: readonly Policy[]
  /**
   * Run when the text of an operation is known, before it is parsed.
   * @param again policies for an operation that replaces it
   */
  beforeDocument(again: readonly Policy[]): readonly Policy[]
}

export interface PolicyOptions {
  /** Enforced limits. */
  readonly limits: Limits
  /** Limits that are only measured. */
  readonly measuring: Measuring | undefined
  readonly budgets: BudgetSettings
  /** Reports what the measured budgets would have refused. */
  readonly reportMeasured: ReportLimit
  /** What callers have left of their budgets. */
  readonly buckets: Buckets
  /** Gateways that count for themselves: each allows its part of the budgets. */
  readonly gateways: number
  readonly cors: Cors
  readonly clientHeaders: readonly ClientHeaderRule[]
  readonly identity: IdentitySettings | undefined
  readonly operations: Pick<OperationSettings, 'batchSize'>
  readonly reportUnlisted: ReportUnlisted
  readonly hooks: HookPolicies
  /** Where all gateways count the cost together. */
  readonly redis: RedisConnection | undefined
  /** Without it tokens are opaque. */
  readonly verify: VerifyAuthorization | undefined
}

/** The policies of each path. All paths share what callers have left of budgets and turns. */
export function createPolicies(options: PolicyOptions): (endpoint: EndpointPolicyOptions) => Policies {
  const { limits, measuring, cors, identity, verify } = options
  const { bodyBytes } = limits
  const { batchSize } = options.operations
  const { budget, limitConcurrency, spendShared } = createBudgets(options)
  const measured = measuring && measurePolicies(measuring)
  const authenticated = authenticate(verify)
  const recognised = recogniseClient(options.budgets)
  const bounded = present(limitVariables(limits, budget), measured?.request)
  const trace = allowTrace(identity?.demo !== undefined)
  const common = {
    credentialsOf: credentialsOf(identity),
    operation: present(
      measured?.begin,
      (exchange: Exchange, { definition }: KnownOperation) => fitsMethod(exchange, definition),
      (exchange: Exchange, { estimate }: KnownOperation) => {
        const cost = estimate(exchange.parameters.variables ?? {})
        exchange.cost = cost
        limitCost(cost, limits)
        const { outer } = exchange
        if (outer) limitBatchCost(outer.cost, cost, limits)
        budget.spend(exchange, cost)
        if (outer) outer.cost += cost
      },
      measured?.operation,
    ),
    limitConcurrency,
    operationsWaiting: limits.operationsWaiting,
    onListSize: measured?.onListSize,
    budget,
    spendShared,
  }
  return (endpoint) => {
    const required = verify && endpoint.isCallerRequired ? requireCaller : undefined
    const identified = present(authenticated, required, recognised)
    const clientName = createClientName(endpoint.safelist?.clientHeaders ?? CLIENT_NAME_HEADERS)
    const checked = [trace, ...bounded, createPersisted(endpoint, clientName, options.reportUnlisted)]
    const beforeDocument = [...checked, ...options.hooks.beforeDocument(checked)]
    return {
      ...common,
      clientName,
      clientNameHeaders: clientNameHeadersOf(endpoint, options.budgets),
      request: [
        ...present(insertHeaders(options.clientHeaders), allowOrigins(cors)),
        negotiateMediaType,
        allowMethods,
        refuseCrossSite(cors),
        requireJsonBody,
        ...options.hooks.request,
        ...identified,
        readParameters({ bodyBytes, batchSize, limitBody: limitBody(limits, budget) }),
      ],
      beforeDocument,
      message: [...options.hooks.message, ...identified, ...beforeDocument],
      document: present(
        (document: DocumentNode) => limitShape(document, limits),
        measured?.document,
        endpoint.introspection ? undefined : refuseIntrospection,
      ),
    }
  }
}

/** The usual headers, and those of the settings. */
const clientNameHeadersOf = ({ safelist }: EndpointPolicyOptions, budgets: BudgetSettings): ReadonlySet<string> =>
  new Set([
    ...CLIENT_NAME_HEADERS,
    ...CLIENT_VERSION_HEADERS,
    ...(safelist?.clientHeaders ?? []),
    ...(budgets.client?.header === undefined ? [] : [budgets.client.header]),
  ])

/** Runs first, so that refusals have them, too. */
function insertHeaders(rules: readonly ClientHeaderRule[]): Policy | undefined {
  const constants = constantsOf(rules)
  if (constants.length === 0) return undefined
  return ({ headers }) => {
    for (const [name, value] of constants) headers.set(name, value)
  }
}

function createPersisted(
  { safelist, lists, texts }: EndpointPolicyOptions,
  clientName: ClientName,
  report: ReportUnlisted,
): Policy {
  if (lists && safelist?.mode === 'enforce') return requireListed(lists, clientName)
  const resolve = resolvePersisted({ texts, lists, clientName })
  return lists && safelist?.mode === 'log' ? reportUnlisted(lists, clientName, resolve, report) : resolve
}

function createBudgets({ limits, measuring, budgets, reportMeasured, buckets, gateways, redis }: PolicyOptions) {
  const measured: readonly BoundName[] = budgets.measure ? ['budgetCost', 'costPerMinute'] : []
  const names = new Set<BoundName>([...(measuring?.names ?? []), ...measured])
  const costPerMinute = Math.min(limits.costPerMinute, measuring?.limits.costPerMinute ?? Number.POSITIVE_INFINITY)
  const plans = createBudgetPlans(budgets, { costPerMinute }, redis ? 1 : gateways)
  const budget = plans.boundsCost ? createBudget(plans, names, reportMeasured, buckets) : noBudget
  const inTurn = createConcurrencyLimit(limits, measuring)
  const limitConcurrency = plans.boundsRequests
    ? limitRequests(plans, inTurn, {
        reportMeasured: budgets.measure ? reportMeasured : undefined,
        shared: redis && shareRequests(redis),
      })
    : inTurn
  const spendShared: SpendShared =
    redis && plans.boundsCost
      ? shareBudget({ redis, plans, own: budget, measured: names, reportMeasured })
      : () => undefined
  return { budget, limitConcurrency, spendShared }
}

const present = <Item>(...items: readonly (Item | undefined)[]): readonly Item[] =>
  items.filter((item) => item !== undefined)
