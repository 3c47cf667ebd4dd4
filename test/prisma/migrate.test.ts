import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readSchema, withSchemaEngine } from '../../prisma/engine.ts'
import { migrate } from '../../prisma/migrate.ts'
import { openBank } from '../subgraphs/banking/support/bank.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('empty')
})
afterAll(() => database.drop())

test('several instances may migrate at once: each migration is applied by one of them', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)))
  expect(applied.flat().sort()).toEqual([...new Set(applied.flat())].sort())
  expect(applied.flat()).toContain('20260101000000_ledger')
  expect(await migrate(database.url)).toEqual([])
})

test('the schema and the migrations agree', async () => {
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

test('a migration that fails changes nothing, what is running goes on, and mended it is applied', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-migrations-'))
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
    await rm(folder, { recursive: true, force: true })
  }
})
