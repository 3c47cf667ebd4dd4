/**
 * `npm run bench -- subscriptions`: the gateway's resident memory for idle subscriptions, each from
 * its client to its service. Flags: --count 1000 --rounds 3 --by sse,websocket
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gatewayFlags, processEnvironment } from '../platform/memory/node-flags.ts'
import { composeAt } from '../test/support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../test/support/journal.ts'
import { until } from '../test/support/until.ts'
import { withFolder } from './common/folder.ts'
import { median } from './common/statistics.ts'
import { GATEWAY_CORE, startProcess } from './gateway/process.ts'
import { followers } from './subscriptions/followers.ts'

const TARGET = 30 // megabytes for 1,000
const main = fileURLToPath(new URL('../gateway/main.ts', import.meta.url))
const query = 'subscription ($after: String) { written(after: $after) { cursor text } }'
const SETTLED = 2_000 // milliseconds until memory is stable

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      count: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      by: { type: 'string', default: Object.keys(followers).join(',') },
    },
  })
  const [count, rounds] = [Number(values.count), Number(values.rounds)]
  await withFolder((folder) => measureAll(folder, values.by.split(','), count, rounds))
}

async function measureAll(folder: string, ways: readonly string[], count: number, rounds: number): Promise<void> {
  const journal = await startJournal()
  try {
    const supergraph = join(folder, 'supergraph.graphql')
    await writeFile(supergraph, composeAt([{ name: 'journal', sdl: journalSdl, url: journal.url }]))
    for (const by of ways) {
      const measured: Resident[] = []
      for (let round = 0; round < rounds; round += 1) measured.push(await measure(by, count, supergraph, journal))
      const costs = measured.map(({ before, after }) => after - before)
      const altogether = median(measured.map(({ after }) => after))
      const each = (median(costs) * 1000) / count
      const verdict = each <= TARGET ? 'reached' : 'missed'
      console.log(
        `${count} by ${by}: ${median(costs).toFixed(1)} MB (least ${Math.min(...costs).toFixed(1)}), ${each.toFixed(1)} kB each; target ${TARGET} kB: ${verdict}; with them ${altogether.toFixed(0)} MB altogether`,
      )
    }
  } finally {
    await journal.close()
  }
}

/** Enough short queries that the heap stops growing. */
async function load(gateway: URL): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const ask = async (): Promise<void> => {
    for (let turn = 0; turn < 500; turn += 1) {
      const answer = await fetch(gateway, { method: 'POST', headers, body: '{"query":"{ length }"}' })
      await answer.text()
    }
  }
  await Promise.all(Array.from({ length: 50 }, ask))
}

/** Resident megabytes of a gateway at work, without and with the subscriptions. */
interface Resident {
  readonly before: number
  readonly after: number
}

/**
 * The memory that `count` subscriptions add to a gateway at work. A gateway that has served nothing
 * has not yet grown V8's young generation, which would be counted too.
 */
async function measure(by: string, count: number, supergraph: string, journal: Journal): Promise<Resident> {
  const follow = followers[by]
  if (!follow) throw new Error(`Subscriptions come by ${Object.keys(followers).join(' or ')}, not by ${by}.`)
  const env = { ...processEnvironment, NODE_ENV: 'production', SUPERGRAPH: supergraph, PORT: '0', ADMIN_PORT: '0' }
  const gateway = await startProcess('gateway', { args: [...gatewayFlags, main], env }, GATEWAY_CORE)
  const open = async (many: number): Promise<() => void> => {
    const leave = await Promise.all(Array.from({ length: many }, () => follow(new URL(gateway.url), query)))
    await until(() => journal.open === many)
    await sleep(SETTLED)
    return () => {
      for (const one of leave) one()
    }
  }
  try {
    await load(new URL(gateway.url))
    await sleep(SETTLED)
    const before = gateway.usage().memory
    const leave = await open(count)
    const after = gateway.usage().memory
    leave()
    return { before, after }
  } finally {
    await gateway.stop()
  }
}
