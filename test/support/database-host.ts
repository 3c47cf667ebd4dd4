/**
 * The databases of one test run. Lives in Jest's main process, because workers come and go. Starts
 * one throw-away PostgreSQL on the first request; makes each kind of database once as a template,
 * and copies it for every suite.
 */
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type DatabaseError } from 'pg'
import { makeDataFolder } from './data-folder.ts'
import { announced } from './processes.ts'

const INSUFFICIENT_PRIVILEGE = '42501' // SQLSTATE

/** Empty; with the tables; with the tables and the demo customers. */
export type DatabaseKind = 'empty' | 'migrated' | 'seeded'

interface DatabaseHost {
  /**
   * The URL for suites: `POST /<kind>` answers with a new database's URL, `DELETE /<name>` drops
   * it.
   */
  readonly url: string
  close(): Promise<void>
}

interface Server {
  readonly url: string
  stop(): Promise<void>
}

export async function openDatabaseHost(): Promise<DatabaseHost> {
  let server: Promise<Server> | undefined
  const templates = new Map<string, Promise<string>>()

  const template = (kind: string, url: string): Promise<string> => {
    const made = templates.get(kind) ?? makeTemplate(kind, url)
    templates.set(kind, made)
    return made
  }
  const makeTemplate = async (kind: string, url: string): Promise<string> => {
    const recipe = recipes[kind]
    if (!recipe) return 'template1'
    const copy = await copyDatabase(url, await template(recipe.from, url))
    await recipe.make(copy)
    return nameOf(copy)
  }
  const answer = async (method: string | undefined, name: string): Promise<string> => {
    server ??= startServer()
    const { url } = await server
    if (method === 'DELETE') {
      await dropDatabase(url, name)
      return ''
    }
    return await copyDatabase(url, await template(name, url))
  }

  const door = createServer((request, response) => {
    // A kept-alive connection could end just when the next suite reuses it.
    response.shouldKeepAlive = false
    answer(request.method, (request.url ?? '').slice(1)).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    )
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    async close() {
      door.closeAllConnections()
      door.close()
      await (await server)?.stop()
    },
  }
}

/** Started in its own process, so that it ends with Jest however Jest ends. */
async function startServer(): Promise<Server> {
  const folder = await makeDataFolder()
  const child = fork(new URL('database-process.ts', import.meta.url), [folder.path], { execArgv: [] })
  const ended = once(child, 'exit')
  const url = await announced(child)
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
      await folder.remove()
    },
  }
}

/** How each kind is made from the previous one. Imported lazily, when a suite first asks. */
const recipes: Readonly<Record<string, { from: DatabaseKind; make: (url: string) => Promise<unknown> }>> = {
  migrated: { from: 'empty', make: async (url) => (await import('../../prisma/migrate.ts')).migrate(url) },
  seeded: { from: 'migrated', make: async (url) => void (await (await import('../../prisma/seed.ts')).seed(url)) },
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

async function copyDatabase(url: string, template: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await execute(url, `CREATE DATABASE "${name}" TEMPLATE "${template}"`)
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

/** Retries while autovacuum is in the database, which only a superuser could end. */
async function dropDatabase(url: string, name: string): Promise<void> {
  const deadline = Date.now() + 120_000
  for (;;) {
    try {
      return await execute(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    } catch (error) {
      if ((error as DatabaseError).code !== INSUFFICIENT_PRIVILEGE || Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
