/** The statements on the row of the lease. */
import type { ClientBase } from 'pg'

/** 64-bit integers are as the driver gives them. */
export interface LeaseRow {
  readonly token: string
  readonly beat: string
  /** Null: nobody has it. */
  readonly instance: number | null
  readonly address: string | null
  readonly key: string | null
}

/** The holder's own data. */
interface Holder {
  readonly instance: number
  readonly address: string | null
  readonly key: string
}

export async function readLease(client: ClientBase): Promise<LeaseRow | undefined> {
  const text = 'SELECT token, beat, instance, address, key FROM ledger_writer WHERE id = 1'
  return (await client.query<LeaseRow>({ name: 'lease:read', text })).rows[0]
}

/** Takes the lease if it is still as `seen`. Resolves to its new token. */
export async function takeLease(
  client: ClientBase,
  seen: LeaseRow,
  { instance, address, key }: Holder,
): Promise<string | undefined> {
  const { rows } = await client.query<{ token: string }>(
    `UPDATE ledger_writer SET token = token + 1, beat = beat + 1, instance = $3, address = $4, key = $5
     WHERE id = 1 AND token = $1 AND beat = $2 RETURNING token`,
    [seen.token, seen.beat, instance, address, key],
  )
  return rows[0]?.token
}

/**
 * False if another instance has taken it. Does not wait for the disk: a renewal lost in a crash
 * does no harm.
 */
export async function renewLease(client: ClientBase, token: string, instance: number): Promise<boolean> {
  const text = `UPDATE ledger_writer SET beat = beat + 1
    WHERE id = 1 AND token = $1 AND instance = $2 AND set_config('synchronous_commit', 'off', true) = 'off'`
  return (await client.query({ name: 'lease:renew', text, values: [token, instance] })).rowCount === 1
}

/** Gives the lease back, so that nobody must wait until it expires. Its token still fences. */
export async function releaseLease(client: ClientBase, token: string, instance: number): Promise<void> {
  await client.query(
    `UPDATE ledger_writer SET beat = beat + 1, instance = NULL, address = NULL, key = NULL
     WHERE id = 1 AND token = $1 AND instance = $2`,
    [token, instance],
  )
}
