/** Checks that a database answers before a command begins. */
import { hostNames } from '../../../platform/process/postgres-url.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { openClient } from './connect.ts'

const CONNECT_TIMEOUT_MS = 5_000

/** @throws StartRefused in one line, without the password, if the database cannot be used */
export async function requireDatabase(url: string): Promise<void> {
  try {
    const client = await openClient(url, { connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
    await client.query('SELECT 1').finally(() => client.end())
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new StartRefused(`DATABASE_URL: no connection to ${hostNames(url)} (${message || code}).`)
  }
}
