/**
 * `npm run demo -- [--report demo-report.html] [experiments]`: starts a product of its own, carries
 * out the experiments on it, and writes the report. Exits 0 only if every claim holds.
 */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithNpm } from '../../start/npm.ts'
import { hangUp } from './client.ts'
import { experiments } from './experiments.ts'
import { startProduct } from './product.ts'
import { holds, type Outcome } from './report/outcome.ts'
import { pageOf } from './report/page.ts'
import { sectionOf, summaryOf } from './report/terminal.ts'
import { runExperiments } from './run.ts'

const INSTANCES = { banking: 3, weather: 3, content: 2 }
const names = experiments.map(({ name }) => name)
const USAGE = `Usage: npm run demo -- [--report demo-report.html] [${names.join('] [')}]`

const { report, chosen } = readArguments()
const startedAt = new Date()
let isInterrupted = false
const note = (text: string): void => {
  if (!isInterrupted) console.log(`${clock()}  ${text}`)
}
const tell = (outcome: Outcome): void => {
  if (!isInterrupted) console.log(`\n${sectionOf(outcome)}`)
}

endWithNpm(process.env)
note('starting a product for the demo')
const starting = startProduct({ instances: INSTANCES, note })
const outcomes = await Promise.race([
  starting.then((product) => runExperiments(chosen, product, note, tell)),
  interruption(),
])
if (outcomes) {
  const took = Date.now() - startedAt.getTime()
  await writeFile(report, await pageOf({ outcomes, instances: INSTANCES, startedAt, took }))
  console.log(`${summaryOf(outcomes)}\nThe report is ${report}.`)
}
// Waits also for an interrupted start, because a partial one cannot be stopped.
const product = await starting
await product.stop()
await hangUp()
process.exit(outcomes ? (outcomes.every(holds) ? 0 : 1) : 130)

/** Resolves at the first signal to stop. Ignores further ones: npm passes the signal on, too. */
function interruption(): Promise<undefined> {
  return new Promise((resolve) => {
    const interrupt = (): void => {
      if (!isInterrupted) console.log('stopping')
      isInterrupted = true
      resolve(undefined)
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  })
}

function clock(): string {
  const seconds = Math.floor((Date.now() - startedAt.getTime()) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { report: { type: 'string', default: 'demo-report.html' } },
    })
    const unknown = positionals.filter((name) => !names.includes(name))
    if (unknown.length > 0) throw new Error(`There is no experiment "${unknown.join('", "')}".`)
    const chosen = experiments.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    return { report: resolve(values.report), chosen }
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}
