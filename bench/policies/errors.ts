/** Rules for errors of services, beside none: what they cost where no service reports any. */
import type { Point } from './point.ts'

export const point: Point = {
  workload: 'one field, unique',
  off: { config: '{}' },
  on: () => ({
    'codes, messages, extensions': { config: `{ errors: { codes: 'all', messages: 'all', extensions: ['reason'] } }` },
  }),
}
