import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { freePorts } from '../../platform/process/ports.ts'
import { serverAccount } from '../../prisma/embedded/account.ts'
import { type EmbeddedDatabase, type EmbeddedOptions, startEmbedded } from '../../prisma/embedded.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { query } from '../support/database.ts'
import { log } from '../support/log.ts'
import { announced, isAlive, processesIn } from '../support/processes.ts'
import { until } from '../support/until.ts'

const program = new URL('../../prisma/embedded.ts', import.meta.url)

let folder: TestFolder
let cluster: string
beforeAll(async () => {
  folder = await makeDataFolder()
  cluster = join(folder.path, 'postgres/cluster')
})
afterAll(() => folder.remove())

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop()
})

const start = async (options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedDatabase> => {
  const database = await startEmbedded({ dataDir: folder.path, log, ...options })
  opened.push(database)
  return database
}

/** Runs the database process as a supervisor would. */
const startProcess = async (
  environment: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string }> => {
  const env = { ...process.env, DATA_DIR: folder.path, LOG_LEVEL: 'silent', ...environment }
  const child = fork(program, { env, execArgv: [] })
  return { child, url: await announced(child) }
}

const postmaster = async (): Promise<number> =>
  Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8'), 10)

describe('database in the data folder', () => {
  test('The database flushes commits, requires its password, and its user is no superuser', async () => {
    const { url } = await start()
    for (const name of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'])
      expect(await query(url, `SHOW ${name}`)).toEqual([{ [name]: 'on' }])
    expect(await query(url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
      { rolsuper: false },
    ])
    expect((await stat(join(folder.path, 'postgres/password'))).mode & 0o777).toBe(0o600)
    await expect(query(Object.assign(new URL(url), { password: 'guess' }).href, 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    })
    await expect(query(Object.assign(new URL(url), { username: 'postgres' }).href, 'SELECT 1')).rejects.toThrow()
  })

  test('The database keeps its data and its password over a restart', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    const second = await start()
    expect(new URL(second.url).password).toBe(new URL(first.url).password)
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  test('A lost password is replaced', async () => {
    await rm(join(folder.path, 'postgres/password'))
    const { url } = await start()
    expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  test('A database whose creation was cut short is created again', async () => {
    const other = await makeDataFolder()
    const draft = join(other.path, 'postgres/cluster.draft-1')
    await mkdir(draft, { recursive: true })
    await writeFile(join(draft, 'PG_VERSION'), '18')
    const { url } = await start({ dataDir: other.path })
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect((await readdir(join(other.path, 'postgres'))).sort()).toEqual(['cluster', 'lock', 'password', 'server.log'])
    await opened.pop()?.stop()
    await other.remove()
  })

  test("A failed start reports the server's own message", async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as { port: number }
    await expect(startEmbedded({ dataDir: folder.path, log, port })).rejects.toThrow(/Address already in use/)
    stranger.close()
    await start() // the data folder is free again
  })
})

describe('remains of a killed run', () => {
  test('A server that a killed run left behind is stopped, and no commit is lost', async () => {
    const { child, url } = await startProcess()
    await query(url, 'CREATE TABLE acknowledged AS SELECT 1 AS one')
    const left = await postmaster()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await isAlive(left)).toBe(true)
    const database = await start()
    expect(await isAlive(left)).toBe(false)
    expect(await query(database.url, 'SELECT one FROM acknowledged')).toEqual([{ one: 1 }])
  })

  test('The start waits for backends that survive their server', async () => {
    const { child, url } = await startProcess()
    const client = new Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    const busy = client.query('DO $$ BEGIN FOR i IN 1..2000000000 LOOP END LOOP; END $$').catch(() => {})
    await until(async () => {
      const [row] = await query(url, "SELECT count(*)::int AS busy FROM pg_stat_activity WHERE query LIKE 'DO %'")
      return row?.['busy'] === 1
    })
    child.kill('SIGKILL')
    process.kill(await postmaster(), 'SIGKILL')
    const orphans = await processesIn(cluster)
    expect(orphans.length).toBeGreaterThan(0)
    const database = await start()
    for (const orphan of orphans) expect(await isAlive(orphan)).toBe(false)
    expect(await query(database.url, 'SELECT one FROM acknowledged')).toEqual([{ one: 1 }])
    await busy
  })

  test('A stale pid file is ignored, and the process that now has that pid stays alive', async () => {
    const bystander = spawn('sleep', ['60'], { ...(await serverAccount()), stdio: 'ignore' })
    await once(bystander, 'spawn')
    await writeFile(join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n1\n15432\n\n127.0.0.1\n\nready\n`)
    await start()
    expect(await isAlive(bystander.pid as number)).toBe(true)
    bystander.kill()
  })
})

describe('database process', () => {
  test('The database process fails when its server dies, and the next one serves the same clients at the same address', async () => {
    const [port] = await freePorts(1)
    const first = await startProcess({ PORT: `${port}` })
    process.kill(await postmaster(), 'SIGKILL')
    expect((await once(first.child, 'exit'))[0]).toBe(1)
    const second = await startProcess({ PORT: `${port}` })
    expect(second.url).toBe(first.url)
    second.child.kill('SIGTERM')
    expect((await once(second.child, 'exit'))[0]).toBe(0)
    expect(await processesIn(cluster)).toEqual([])
  })

  test('The server ends when its supervisor is gone, also while it is starting', async () => {
    const { child } = await startProcess()
    child.disconnect()
    expect((await once(child, 'exit'))[0]).toBe(0)
    expect(await processesIn(cluster)).toEqual([])

    const env = { ...process.env, DATA_DIR: folder.path, LOG_LEVEL: 'silent' }
    const early = fork(program, { env, execArgv: [] })
    await until(async () => (await processesIn(cluster)).length > 0)
    early.disconnect()
    expect((await once(early, 'exit'))[0]).toBe(0)
    expect(await processesIn(cluster)).toEqual([])
  })

  test('A new process waits for the old one to finish', async () => {
    const { child } = await startProcess()
    const next = start()
    child.kill('SIGTERM')
    expect(await query((await next).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})

const asRoot = process.getuid?.() === 0 ? describe : describe.skip
asRoot('as root, in a folder closed to the user postgres', () => {
  test("The database's files are in a folder that the server's user can access, and are found again", async () => {
    const parent = await makeDataFolder()
    const dataDir = join(parent.path, 'data')
    const home = join(dataDir, 'postgres')
    const before = await start({ dataDir })
    await query(before.url, 'CREATE TABLE moved AS SELECT 1 AS one')
    await before.stop()
    await chmod(parent.path, 0o700)
    for (let run = 0; run < 2; run++) {
      const notices: string[] = []
      const database = await start({ dataDir, notice: (line) => void notices.push(line) })
      expect(notices).toEqual([expect.stringContaining(`the files of ${dataDir} are in ${await readlink(home)}`)])
      expect(await query(database.url, 'SELECT one FROM moved')).toEqual([{ one: 1 }])
      await database.stop()
    }
    const elsewhere = await readlink(home)
    await rm(elsewhere, { recursive: true })
    await expect(startEmbedded({ dataDir, log })).rejects.toThrow('they are gone')
    await parent.remove()
  })
})
