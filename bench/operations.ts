/**
 * `npm run bench -- operations`: the gateway's resident memory while it compiles many operations of
 * which no two are alike. Flags: --count 10000 --connections 8
 */
import { parseArgs } from 'node:util'
import { contestants, OURS } from './gateway/contestants.ts'
import type { Grounds } from './gateway/graph.ts'
import { ask } from './gateway/load.ts'
import { market } from './gateway/market.ts'
import { GATEWAY_CORE, startProcess } from './gateway/process.ts'
import { withServices } from './gateway/running.ts'

const TARGET = 350 // megabytes for 10,000
const REPORTS = 5

/** The fields of PAGE; each operation renames others of them. */
const FIELDS = ['name', 'description', 'quantity', 'warehouse', 'shipping', 'price { cents currency }'] as const
const OF_SELLER = ['id', 'name', 'country', 'rating'] as const
const OF_REVIEW = ['id', 'stars', 'text'] as const

/** @param number up to 2 ** 13 times the number of lengths: no two are alike */
function operation(number: number): string {
  let bits = number
  const renamed = (fields: readonly string[]): string =>
    fields
      .map((field) => {
        const isRenamed = bits % 2 === 1
        bits = Math.floor(bits / 2)
        return isRenamed ? `as_${field.split(' ')[0]}: ${field}` : field
      })
      .join(' ')
  const [product, seller, review] = [FIELDS, OF_SELLER, OF_REVIEW].map(renamed)
  return `query Page {
    products(first: ${2 + (bits % 4)}) {
      upc ${product} seller { ${seller} }
      reviews(first: 3) { ${review} author { id name country } }
    }
  }`
}

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: { count: { type: 'string', default: '10000' }, connections: { type: 'string', default: '8' } },
  })
  const [count, connections] = [Number(values.count), Number(values.connections)]
  await withServices(({ groundsOf }) => measure(groundsOf({ graph: market, unique: true }), count, connections))
}

async function measure(grounds: Grounds, count: number, connections: number): Promise<void> {
  const ours = contestants.find(({ name }) => name === OURS)
  if (!ours) throw new Error('This gateway takes part in its own benchmark.')
  const { args, env } = await ours.program(grounds)
  // All are one caller's, who pays for planning.
  const rich = { ...env, LIMIT_COST_PER_MINUTE: '100000000000' }
  const gateway = await startProcess(OURS, { args, env: rich }, GATEWAY_CORE)
  try {
    await ask(gateway.url, operation(0))
    const before = gateway.usage()
    let most = before.memory
    let next = 1
    const work = async (): Promise<void> => {
      while (next < count) {
        const number = next++
        await ask(gateway.url, operation(number))
        most = Math.max(most, gateway.usage().memory)
        if (number % Math.ceil(count / REPORTS) === 0)
          console.log(`  ${number} operations: ${gateway.usage().memory.toFixed(0)} MB`)
      }
    }
    await Promise.all(Array.from({ length: connections }, work))
    const { memory, cpu } = gateway.usage()
    const verdict = count < 10_000 ? `${TARGET} for 10,000` : `${TARGET}: ${most <= TARGET ? 'reached' : 'missed'}`
    console.log(
      `${count} operations: ${before.memory.toFixed(0)} MB before, ${memory.toFixed(0)} after, at most ${most.toFixed(0)}, target ${verdict}; ` +
        `${((cpu - before.cpu) / count).toFixed(1)} ms of CPU for each`,
    )
  } finally {
    await gateway.stop()
  }
}
