import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { readSchema, withSchemaEngine } from '../../prisma/engine.ts'
import { migrate } from '../../prisma/migrate.ts'
import { openBank } from '../subgraphs/banking/support/bank.ts'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.ts'
import { newFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('empty')
})
afterAll(() => database.drop())

test('Several instances may migrate at once: each migration is applied by one of them', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)))
  expect(applied.flat().sort()).toEqual([...new Set(applied.flat())].sort())
  expect(applied.flat()).toContain('20260101000000_ledger')
  expect(await migrate(database.url)).toEqual([])
})

test('A migration with nothing to apply does not wait for the lock of another', async () => {
  const holder = await connectTo(database.url)
  try {
    await holder.query('SELECT pg_advisory_lock(4242001)')
    expect(await migrate(database.url)).toEqual([])
  } finally {
    await holder.end()
  }
})

test('The schema and the migrations agree', async () => {
  const schema = await readSchema()
  const diff = await withSchemaEngine(database.url, (engine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: '' },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    }),
  )
  expect(diff.stdout).toContain('empty migration')
  expect(diff.exitCode).toBe(0)
})

test('A failed migration changes nothing, running processes continue, and its corrected version is applied', async () => {
  const folder = await newFolder()
  const running = openBank(database.url)
  try {
    await cp(new URL('../../prisma/migrations', import.meta.url), folder, { recursive: true })
    await mkdir(join(folder, '29990101000000_next'))
    const script = join(folder, '29990101000000_next', 'migration.sql')
    await writeFile(script, 'CREATE TABLE half_done (id int); SELECT 1 / 0;')
    await expect(migrate(database.url, folder)).rejects.toThrow('division by zero')

    const [from, to] = [await running.open({ balance: 10n }), await running.open()]
    expect((await running.transfer({ from, to })).outcome.accepted).toBe(true)
    const [half] = await running.database.$queryRaw<
      [{ made: boolean }]
    >`SELECT to_regclass('half_done') IS NOT NULL AS made`
    expect(half.made).toBe(false)

    await writeFile(script, 'CREATE TABLE half_done (id int);')
    expect(await migrate(database.url, folder)).toEqual(['29990101000000_next'])
  } finally {
    await running.close()
  }
})

describe('killed migration', () => {
  const GATE = 777 // the advisory lock that the script waits for
  let folder: string
  let gate: Client
  beforeEach(async () => {
    folder = await newFolder()
    await cp(new URL('../../prisma/migrations', import.meta.url), folder, { recursive: true })
    gate = await connectTo(database.url)
    await gate.query('SELECT pg_advisory_lock($1)', [GATE])
  })
  afterEach(() => gate.end())

  /**
   * Kills a process in the middle of the script; returns the pid of the backend that still runs it.
   */
  async function killWithin(name: string, script: string): Promise<number> {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'migration.sql'), script)
    const module = new URL('../../prisma/migrate.ts', import.meta.url)
    const program = `(await import(${JSON.stringify(module.href)})).migrate(...process.argv.slice(1))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, database.url, folder], {
      stdio: 'ignore',
    })
    const waiting = async (): Promise<number | undefined> => {
      const { rows } = await gate.query(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted",
        [GATE],
      )
      return rows[0]?.pid
    }
    await until(async () => (await waiting()) !== undefined)
    const backend = await waiting()
    child.kill('SIGKILL')
    await once(child, 'exit')
    if (backend === undefined) throw new Error('nobody waits')
    return backend
  }

  test('A script that the server finished after its process was killed is not applied twice', async () => {
    await killWithin('29990102000000_one', `SELECT pg_advisory_xact_lock(${GATE}); CREATE TABLE one (id int);`)
    const next = migrate(database.url, folder)
    await gate.query('SELECT pg_advisory_unlock($1)', [GATE])
    expect(await next).toEqual([])
    expect(await migrate(database.url, folder)).toEqual([])
  })

  test('A script that ended with its killed process is applied by the next one', async () => {
    const backend = await killWithin(
      '29990103000000_two',
      `SELECT pg_advisory_xact_lock(${GATE}); CREATE TABLE two (id int);`,
    )
    await gate.query('SELECT pg_terminate_backend($1)', [backend])
    await gate.query('SELECT pg_advisory_unlock($1)', [GATE])
    expect(await migrate(database.url, folder)).toEqual(['29990103000000_two'])
    expect(await migrate(database.url, folder)).toEqual([])
  })
})
