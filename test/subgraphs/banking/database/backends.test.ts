/** A successor ends all connections of the previous writer that it is allowed to end. */
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

test('A successor ends the connections of one instance, and no others', async () => {
  const [last, other] = [newInstance(), newInstance()]
  const clients = [await marked(last), await marked(last), await marked(other), await connect()]
  expect(await endBackends(await connect(), last)).toBe(2)
  expect(await Promise.all(clients.map(isAlive))).toEqual([false, false, true, true])
})

test('A successor starts even if it may not end the connections of another role', async () => {
  const last = newInstance()
  const client = await marked(last)
  const successor = await connect()
  // A role that cannot end the connections of the tests' own role.
  await successor.query('SET ROLE pg_monitor')
  expect(await endBackends(successor, last)).toBe(0)
  expect(await isAlive(client)).toBe(true)
})
