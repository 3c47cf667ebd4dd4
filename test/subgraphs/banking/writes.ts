/** Writes to banking that `test/stateful` sends to killed instances: new accounts. */
import type { WritesOfService } from '../../stateful/support/writes.ts'

export const writes: WritesOfService = {
  write: (idempotencyKey) => ({
    query: `mutation ($input: OpenAccountInput!) { openAccount(input: $input) { ... on AccountAccepted { account { id } } } }`,
    variables: { input: { idempotencyKey, kind: 'SAVINGS', currency: 'EUR', name: idempotencyKey, branch: 'lisbon' } },
  }),
  idOf: ({ openAccount }) => openAccount?.account?.id,
  page: (after) => ({
    query: `query ($after: String) {
      me { accounts(first: 100, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }`,
    variables: { after },
  }),
  connectionOf: ({ me }) => me.accounts,
}
