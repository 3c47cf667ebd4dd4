/** Rules for errors of services, compared with none: their cost if no service reports any. */
import type { Point } from './point.ts'

export const point: Point = {
  workload: 'one field, unique',
  off: { config: '{}' },
  on: () => ({
    'codes, messages, extensions': { config: `{ errors: { codes: 'all', messages: 'all', extensions: ['reason'] } }` },
  }),
}
