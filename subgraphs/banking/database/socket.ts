/** The socket of a `pg` client, which its types hide: some servers hang and answer no farewell. */
import type { ClientBase, Connection } from 'pg'

export const connectionOf = (client: ClientBase): Connection =>
  (client as ClientBase & { readonly connection: Connection }).connection

export const socketOf = (client: ClientBase): Connection['stream'] => connectionOf(client).stream
