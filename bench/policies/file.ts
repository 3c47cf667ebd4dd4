/** A gateway that reads a configuration file which says nothing, beside one that reads none. */
import type { Point } from './point.ts'

export const point: Point = {
  workload: 'one field, unique',
  off: {},
  on: () => ({ 'an empty file': { config: '{}' } }),
}
