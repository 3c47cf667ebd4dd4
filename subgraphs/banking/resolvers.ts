/** All resolvers of banking, put together from their concerns. */
import { accountMutations } from './accounts/mutations.ts'
import { accountResolvers } from './accounts/resolvers.ts'
import { customerResolvers } from './customers/resolvers.ts'
import { entryResolvers } from './entries/resolvers.ts'
import { eventResolvers } from './events/resolvers.ts'
import { exchangeResolvers } from './exchange/resolvers.ts'
import { holdResolvers } from './holds/resolvers.ts'
import { loanResolvers } from './loans/resolvers.ts'
import { loanScalars } from './loans/scalars.ts'
import { moneyResolvers } from './money/resolvers.ts'
import { placeResolvers } from './places/resolvers.ts'
import { scalars } from './request/scalars.ts'
import { scheduleResolvers } from './schedules/resolvers.ts'
import { statementResolvers } from './statements/resolvers.ts'
import { transferResolvers } from './transfers/resolvers.ts'
import { webhookResolvers } from './webhooks/resolvers.ts'

type ResolverMap = Readonly<Record<string, object>>

const parts: readonly ResolverMap[] = [
  scalars,
  loanScalars,
  moneyResolvers,
  customerResolvers,
  accountResolvers,
  accountMutations,
  entryResolvers,
  transferResolvers,
  holdResolvers,
  exchangeResolvers,
  eventResolvers,
  scheduleResolvers,
  loanResolvers,
  statementResolvers,
  webhookResolvers,
  placeResolvers,
]

/** Parts may add fields to the same type; none replaces another's. */
const merged = new Map<string, object>()
for (const part of parts) {
  for (const [type, fields] of Object.entries(part)) {
    const known = merged.get(type)
    merged.set(type, known ? { ...known, ...fields } : fields)
  }
}

export const resolvers: ResolverMap = Object.fromEntries(merged)
