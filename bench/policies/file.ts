/** A gateway with an empty configuration file, compared with one without a file. */
import type { Point } from './point.ts'

export const point: Point = {
  workload: 'one field, unique',
  off: {},
  on: () => ({ 'an empty file': { config: '{}' } }),
}
