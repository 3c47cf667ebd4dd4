/** Writes to the service `sample` that `test/stateful` sends to killed instances. */
import type { WritesOfService } from '../../stateful/support/writes.ts'

export const writes: WritesOfService = {
  write: (idempotencyKey) => ({
    query: 'mutation ($input: AddSampleInput!) { addSample(input: $input) { id } }',
    variables: { input: { idempotencyKey, name: idempotencyKey } },
  }),
  idOf: ({ addSample }) => addSample?.id,
  page: (after) => ({
    query: `query ($after: String) {
      samples(first: 100, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
    variables: { after },
  }),
  connectionOf: ({ samples }) => samples,
}
