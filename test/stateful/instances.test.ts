/**
 * Every acknowledged write of a stateful service exists once, although instances are killed.
 * `DEATHS=20` kills more of them.
 */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { services } from '../../gateway/config/registry.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { type Instance, startInstance } from '../stateless/support/instances.ts'
import type { Answer } from '../support/answer.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { signedCall } from '../support/signed-call.ts'
import { migrateOwn } from '../support/stateful-service.ts'
import type { Operation, WritesOfService } from './support/writes.ts'

const INSTANCES = 2
/** Number of kills; by default one for each initial instance. */
const DEATHS = Number(process.env['DEATHS'] ?? INSTANCES)
/** Acknowledged writes between two kills. */
const EVERY = 20
const WRITES = (DEATHS + 1) * EVERY
const AT_ONCE = 6

const inProject = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const stateful = services
  .map(({ name, kind }) => ({ name, kind, file: inProject(`test/subgraphs/${name}/writes.ts`) }))
  .filter(({ kind, file }) => kind === 'stateful' && existsSync(file))

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

/** A database for the service, or the seeded one of the demo. */
async function databaseOf(name: string): Promise<TestDatabase> {
  const isAlone = existsSync(inProject(`subgraphs/${name}/migrate.ts`))
  const database = await createDatabase(isAlone ? 'empty' : 'seeded')
  undo.push(() => database.drop())
  if (isAlone) await migrateOwn(name, database.url)
  return database
}

interface Fleet {
  /** Asks the instances or their successors again and again until one answers. */
  ask(operation: Operation, isAnswer: (answer: Answer) => boolean): Promise<Answer>
  /** Asks one instance only. */
  from(place: number, operation: Operation): Promise<Answer>
  /** Kills an instance and starts another in its place. */
  replace(place: number): Promise<void>
}

async function startFleet(name: string, database: TestDatabase): Promise<Fleet> {
  const folder: TestFolder = await makeDataFolder()
  undo.push(() => folder.remove())
  const identity = await demoIdentity(folder.path)
  const authorization = `Bearer ${await identity.sign('payer')}`
  const started: Instance[] = []
  undo.push(() => Promise.all(started.map((instance) => instance.kill())))
  const start = async (): Promise<Instance> => {
    const instance = await startInstance(name, 0, {
      DATABASE_URL: database.url,
      DATA_DIR: folder.path,
      NODE_ENV: 'test',
    })
    started.push(instance)
    return instance
  }
  const instances = await Promise.all(Array.from({ length: INSTANCES }, start))
  const from = (place: number, operation: Operation): Promise<Answer> =>
    signedCall((instances[place % INSTANCES] as Instance).url, { ...operation, authorization })
  return {
    from,
    async ask(operation, isAnswer) {
      for (let attempt = 0; ; attempt++) {
        const answer = await from(attempt, operation).catch(() => undefined)
        if (answer && isAnswer(answer)) return answer
        if (attempt > 3_000) throw new Error(`no answer: ${JSON.stringify(answer)}`)
        await sleep(20)
      }
    },
    async replace(place) {
      await instances[place % INSTANCES]?.kill()
      instances[place % INSTANCES] = await start()
    },
  }
}

/** Every id that one instance lists. */
async function idsFrom(fleet: Fleet, place: number, { page, connectionOf }: WritesOfService): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo } = connectionOf((await fleet.from(place, page(after))).data)
    ids.push(...edges.map(({ node }) => node.id))
    if (!pageInfo.hasNextPage) return ids
    after = pageInfo.endCursor
  }
}

test.each(stateful)(
  'Every write that $name acknowledged exists once, although instances are killed and clients repeat all requests',
  async ({ name, file }) => {
    const { writes } = (await import(file.href)) as { readonly writes: WritesOfService }
    const fleet = await startFleet(name, await databaseOf(name))
    const before = await idsFrom(fleet, 0, writes)
    const acknowledged = new Map<string, string>()
    let deaths = 0
    let replaced = Promise.resolve()
    const write = async (key: string): Promise<string> => {
      const { data } = await fleet.ask(writes.write(key), (answer) => !!answer.data && !!writes.idOf(answer.data))
      return writes.idOf(data) ?? ''
    }
    const keys = Array.from({ length: WRITES }, (_, at) => `key-${at}`)
    const waiting = [...keys]
    const work = async (): Promise<void> => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
        acknowledged.set(key, await write(key))
        if (acknowledged.size % EVERY !== 0 || acknowledged.size === WRITES) continue
        const place = ++deaths
        replaced = replaced.then(() => fleet.replace(place))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    await replaced
    expect(deaths).toBe(DEATHS)

    for (const key of keys) expect(await write(key)).toBe(acknowledged.get(key))
    const there = [...before, ...acknowledged.values()].sort()
    expect(new Set(there).size).toBe(before.length + WRITES)
    for (let place = 0; place < INSTANCES; place++) expect((await idsFrom(fleet, place, writes)).sort()).toEqual(there)
  },
)
