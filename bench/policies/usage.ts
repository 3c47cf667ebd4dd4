/** Recorded use of clients that send name and version. */
import type { Point } from './point.ts'

export const point: Point = {
  workload: 'one field, unique',
  headers: { 'apollographql-client-name': 'bench', 'apollographql-client-version': '1.0.0' },
  off: { env: { USAGE_RECORD: 'off' } },
  on: () => ({ recorded: { env: { USAGE_RECORD: 'on', USAGE_EVERY: '1000' } } }),
}
