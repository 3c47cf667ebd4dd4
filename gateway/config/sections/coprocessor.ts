/** A team's own process that is called by HTTP at fixed points of a request. */
import { z } from 'zod'
import { httpAddress } from '../../../platform/process/settings.ts'
import { list, milliseconds } from './values.ts'

const part = z.enum(['headers', 'body', 'context'], 'must be headers, body or context')
const stage = list(part).optional()

export const coprocessorSection = z
  .strictObject({
    url: httpAddress,
    /** Milliseconds for each of its answers. */
    timeout: milliseconds.default(1_000),
    /** What happens to a request without a valid answer. */
    onFailure: z.enum(['refuse', 'pass'], 'must be refuse or pass').default('refuse'),
    /** The stages at which it is called, and what it gets there. */
    stages: z.strictObject({
      RouterRequest: stage,
      RouterResponse: stage,
      SupergraphRequest: stage,
      SupergraphResponse: stage,
      ExecutionRequest: stage,
      ExecutionResponse: stage,
      SubgraphRequest: stage,
      SubgraphResponse: stage,
    }),
  })
  .optional()

export type CoprocessorSettings = NonNullable<z.output<typeof coprocessorSection>>
export type Stage = keyof CoprocessorSettings['stages']
