/** What each caller may spend. */
import { z } from 'zod'
import { headerName, list, onOff, whole } from './values.ts'

const DAY = 86_400_000 // milliseconds
const MOST = 1e12

const budgetWindow = z.strictObject({
  /** Milliseconds within which the whole cost is refilled. */
  every: whole(1_000, 31 * DAY),
  /** Cost that can be spent at once. */
  cost: whole(1, MOST),
})

const ofClient = {
  windows: list(budgetWindow)
    .min(1, 'must name at least one window')
    .refine((windows) => new Set(windows.map(({ every }) => every)).size === windows.length, {
      error: 'must have each "every" once',
    })
    .optional(),
  /** Queries and mutations in work at once; more are refused. */
  requestsAtOnce: whole(1, 1e6).optional(),
} as const

export const budgetsSection = z
  .strictObject({
    ...ofClient,
    /** Where the name of an API client is found. */
    client: z
      .strictObject({
        header: headerName.optional(),
        claim: z.string().min(1, 'must be the name of a claim').optional(),
      })
      .refine(({ header, claim }) => (header === undefined) !== (claim === undefined), 'must be a header or a claim')
      .optional(),
    /** Budgets of API clients, by name; absent parts are those of all callers. */
    clients: z.record(z.string(), z.strictObject(ofClient)).default({}),
    /** Where each caller's cost is counted; `redis` for several gateways together. */
    store: z.enum(['memory', 'redis'], 'must be memory or redis').default('memory'),
    /** Milliseconds that a request waits for Redis at most. */
    redisTimeout: whole(1, 1_000).default(50),
    /** Refuse nothing; report in log and metrics what would have been refused. */
    measure: onOff.default(false),
  })
  .superRefine(({ client, clients }, context) => {
    if (client === undefined && Object.keys(clients).length > 0)
      context.addIssue({ code: 'custom', path: ['client'], message: 'is required with clients' })
  })
  .prefault({})

/** Absent parts of a client are those of all callers. */
export type ClientBudget = z.output<z.ZodObject<typeof ofClient>>

export type BudgetSettings = z.output<typeof budgetsSection>
