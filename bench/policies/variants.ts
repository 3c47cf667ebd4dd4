/** Contract variants: a gateway with some, called at its main path and at theirs. */
import type { Point } from './point.ts'

const ALL = 32
const variants = (count: number): string =>
  `{ variants: { ${Array.from({ length: count }, (_, at) => `v${at}: { exclude: ['internal'] }`).join()} } }`

export const point: Point = {
  workload: 'one field, unique',
  off: { config: '{}' },
  on: () => ({
    'one variant, the whole schema': { config: variants(1) },
    'one variant, by its path': { config: variants(1), path: '/graphql/v0' },
    'as many as there may be, by a path': { config: variants(ALL), path: `/graphql/v${ALL - 1}` },
  }),
}
