import { afterAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { createDatabase, type TestDatabase } from './database.ts'

const opened: TestDatabase[] = []
const open = async (): Promise<TestDatabase> => {
  const database = await createDatabase('empty')
  opened.push(database)
  return database
}
const query = async (url: string, statement: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(statement).finally(() => client.end())
  return rows
}

afterAll(() => Promise.all(opened.map((database) => database.drop())))

test('Each suite gets a database of its own', async () => {
  const [first, second] = await Promise.all([open(), open()])
  await query(first.url, 'CREATE TABLE here (id integer)')
  expect(await query(first.url, "SELECT to_regclass('here')::text AS name")).toEqual([{ name: 'here' }])
  expect(await query(second.url, "SELECT to_regclass('here')::text AS name")).toEqual([{ name: null }])
})

test('A dropped database is gone, even if clients were connected', async () => {
  const database = await open()
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const cut = new Promise((resolve) => client.on('error', resolve))
  await database.drop()
  await cut
  await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
})

test('Each request for a database uses a new connection, so that none meets a closing one', async () => {
  const answer = await fetch(`${process.env['TEST_DATABASE_HOST']}/no-such-database`, { method: 'DELETE' })
  await answer.text()
  expect(answer.headers.get('connection')).toBe('close')
})
