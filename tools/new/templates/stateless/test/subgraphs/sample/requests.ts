/** Requests to the service `sample` that `test/stateless` sends to many instances. */
import type { RequestsOfService } from '../../stateless/support/instances.ts'
import fc from '../../support/fast-check.ts'

const id = fc.constantFrom('ash', 'birch', 'oak', 'none', '')

export const requests: RequestsOfService = fc.oneof(
  id.map((each) => ({ query: 'query ($id: ID!) { sample(id: $id) { id name } }', variables: { id: each } })),
  fc.integer({ min: 0, max: 7 }).map((first) => ({
    query: 'query ($first: Int) { samples(first: $first) { edges { cursor node { name } } pageInfo { endCursor } } }',
    variables: { first },
  })),
  id.map((each) => ({
    query: 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Sample { name } } }',
    variables: { keys: [{ __typename: 'Sample', id: each }] },
  })),
)
