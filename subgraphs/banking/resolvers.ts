/** All resolvers of banking, put together from their features. */
import { accountMutations } from './accounts/mutations.ts'
import { accountResolvers } from './accounts/resolvers.ts'
import { customerResolvers } from './customers/resolvers.ts'
import { entryResolvers } from './entries/resolvers.ts'
import { eventResolvers } from './events/resolvers.ts'
import type { Tail } from './events/tail.ts'
import { exchangeByQuote } from './exchange/order.ts'
import { type ExchangeOptions, exchangeResolvers } from './exchange/resolvers.ts'
import { holdResolvers } from './holds/resolvers.ts'
import { loanResolvers } from './loans/resolvers.ts'
import { loanScalars } from './loans/scalars.ts'
import { moneyResolvers } from './money/resolvers.ts'
import { oversightResolvers } from './oversight/resolvers.ts'
import { placeResolvers } from './places/resolvers.ts'
import { scalars } from './request/scalars.ts'
import { scheduleResolvers } from './schedules/resolvers.ts'
import type { DownloadLinks } from './statements/link.ts'
import { statementResolvers } from './statements/resolvers.ts'
import { transferResolvers } from './transfers/resolvers.ts'
import { webhookResolvers } from './webhooks/resolvers.ts'
import type { Webhooks } from './webhooks/service.ts'

type ResolverMap = Readonly<Record<string, object>>

/** What resolvers need besides their request. */
interface BankingServices extends ExchangeOptions {
  readonly tail: Tail
  /** Makes links to downloads. */
  readonly downloads: DownloadLinks
  readonly webhooks: Webhooks
}

export const createResolvers = (services: BankingServices): ResolverMap =>
  merged([
    scalars,
    loanScalars,
    moneyResolvers,
    customerResolvers,
    accountResolvers,
    accountMutations,
    entryResolvers,
    transferResolvers(exchangeByQuote(services.treasury)),
    holdResolvers,
    exchangeResolvers(services),
    eventResolvers(services.tail),
    scheduleResolvers,
    loanResolvers,
    oversightResolvers,
    statementResolvers(services.downloads),
    webhookResolvers(services.webhooks),
    placeResolvers,
  ])

/** Features may add fields to the same type; none replaces another's. */
function merged(features: readonly ResolverMap[]): ResolverMap {
  const types = new Map<string, object>()
  for (const feature of features)
    for (const [type, fields] of Object.entries(feature)) types.set(type, { ...types.get(type), ...fields })
  return Object.fromEntries(types)
}
