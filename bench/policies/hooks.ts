/** Hooks that do next to nothing, compared with none. */
import type { Point } from './point.ts'

const hooks = (source: string): string => `{ hooks: { ${source} } }`

export const point: Point = {
  workload: 'one field, unique',
  off: { config: '{}' },
  on: () => ({
    onRequest: { config: hooks('onRequest: () => {}') },
    onOperation: { config: hooks('onOperation: async () => {}') },
    'both of a service call': {
      config: hooks(`onServiceRequest: ({ setHeader }) => setHeader('x-key', 'k'), onServiceResponse: () => {}`),
    },
    'onAnswer that reads and replaces': { config: hooks('onAnswer: ({ body, replace }) => replace(body())') },
  }),
}
