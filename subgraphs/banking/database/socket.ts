/** What the types of `pg` hide of a client. */
import type { ClientBase, Connection } from 'pg'

export const connectionOf = (client: ClientBase): Connection =>
  (client as ClientBase & { readonly connection: Connection }).connection

/** Some servers hang and answer no farewell. */
export const socketOf = (client: ClientBase): Connection['stream'] => connectionOf(client).stream

/** What it tells the server as it connects. */
export const startupOf = (client: ClientBase): { options?: string | null | undefined } =>
  (client as ClientBase & { readonly connectionParameters: { options?: string | null | undefined } })
    .connectionParameters
