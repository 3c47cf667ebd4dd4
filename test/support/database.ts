/**
 * Databases for tests: each suite gets its own, and the `DATABASE_URL` of the environment is never
 * used.
 */
import { Client } from 'pg'
import type { DatabaseKind } from './database-host.ts'

export interface TestDatabase {
  readonly url: string
  /** Drops the database, and cuts every connection to it. */
  drop(): Promise<void>
}

/** A new database, ready within milliseconds after the first of its kind. */
export async function createDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const url = await ask('POST', kind)
  return { url, drop: () => dropDatabase(url) }
}

/** Drops any database of the server, if it exists, and cuts every connection to it. */
export async function dropDatabase(url: string): Promise<void> {
  await ask('DELETE', new URL(url).pathname.slice(1))
}

/** A session that the test must end. */
export async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client
}

/** Runs one statement in a session of its own. @returns its rows */
// biome-ignore lint/suspicious/noExplicitAny: rows have the columns that a test asks for
export async function query(url: string, text: string): Promise<{ readonly [column: string]: any }[]> {
  const client = await connectTo(url)
  const { rows } = await client.query(text).finally(() => client.end())
  return rows
}

async function ask(method: string, path: string): Promise<string> {
  const response = await fetch(`${process.env['TEST_DATABASE_HOST']}/${path}`, { method })
  const body = await response.text()
  if (!response.ok) throw new Error(body)
  return body
}
