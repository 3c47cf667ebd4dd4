import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readSchema, withSchemaEngine } from '../../prisma/engine.ts'
import { migrate } from '../../prisma/migrate.ts'
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
