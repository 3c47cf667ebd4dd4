/** Checks that a database answers before a command begins. */
import { Client } from 'pg'
import { StartRefused } from '../../../platform/process/settings.ts'

const CONNECT_TIMEOUT_MS = 5_000

/** @throws StartRefused in one line, without the password, where the database cannot be used */
export async function requireDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => {}) // the query in flight rejects anyway
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new StartRefused(`DATABASE_URL: no connection to ${new URL(url).host} (${message || code}).`)
  } finally {
    await client.end().catch(() => {})
  }
}
