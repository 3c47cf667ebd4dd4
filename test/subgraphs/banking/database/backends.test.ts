/** Which connections a successor ends: all of the last writer that it may. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { endBackends, markBackend, newInstance } from '../../../../subgraphs/banking/database/backends.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'

let database: TestDatabase
const open: Client[] = []
beforeEach(async () => {
  database = await createDatabase('empty')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => {})))
  await database.drop()
})

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: database.url })
  client.on('error', () => {})
  await client.connect()
  open.push(client)
  return client
}

async function marked(instance: number): Promise<Client> {
  const client = await connect()
  await markBackend(client, instance)
  return client
}

const isAlive = (client: Client): Promise<boolean> =>
  client.query('SELECT 1').then(
    () => true,
    () => false,
  )

test('Connections of one instance are ended, and no others', async () => {
  const [last, other] = [newInstance(), newInstance()]
  const clients = [await marked(last), await marked(last), await marked(other), await connect()]
  expect(await endBackends(await connect(), last)).toBe(2)
  expect(await Promise.all(clients.map(isAlive))).toEqual([false, false, true, true])
})

test('Connections of another role, which it may not end, do not keep a successor from beginning', async () => {
  const last = newInstance()
  const client = await marked(last)
  const successor = await connect()
  // A role that the tests' own is a member of, but that is no member of it.
  await successor.query('SET ROLE pg_monitor')
  expect(await endBackends(successor, last)).toBe(0)
  expect(await isAlive(client)).toBe(true)
})
