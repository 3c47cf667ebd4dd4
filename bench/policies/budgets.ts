/** Budgets that are never used up, compared with the default one of a minute. */
import type { Point } from './point.ts'

const windows = '[{ every: 1000, cost: 1e12 }, { every: 60000, cost: 1e12 }]'

export const point: Point = {
  workload: 'one field, unique',
  off: { config: '{}' },
  on: () => ({
    'two windows': { config: `{ budgets: { windows: ${windows} } }` },
    'two windows, requests at once': { config: `{ budgets: { windows: ${windows}, requestsAtOnce: 1000 } }` },
    'clients by header': {
      config: `{ budgets: { windows: ${windows}, client: { header: 'x-client' }, clients: { app: { windows: ${windows} } } } }`,
    },
    'all limits measured': { config: `{ limits: { measure: true } }` },
  }),
}
