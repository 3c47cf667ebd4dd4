/** Recovery: what each kind of process does after a crash, and how long until it answers again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ACCOUNTS, type Account, balancesOf, euroAccounts, writerOf } from '../bank.ts'
import { ask, askInstance, type Reply } from '../client.ts'
import type { Experiment, Findings, Tone } from '../experiment.ts'
import { count, figure, plural, seconds } from '../figures.ts'
import type { Part } from '../part.ts'
import { findLosses, type Payers, startPayers } from '../payers.ts'
import type { Product } from '../product.ts'
import { weatherOn } from '../questions.ts'

const PAYERS = 4
const AROUND = 1_000 // milliseconds of payments before and after
const POLL = 10 // milliseconds
const ANSWER_TIMEOUT = 60_000 // milliseconds

/** A crash of one process. Times are milliseconds from it. */
interface Crash {
  readonly what: string
  readonly tone: Tone
  /** Until it answers a question itself, or all of the product is healthy again. */
  readonly back: number
  /** Until the next payment was acknowledged, by any instance. */
  readonly paying?: number
  /** Its work before it answered. */
  readonly work: string
}

interface Recovered {
  readonly crashes: readonly Crash[]
  readonly same: boolean
  readonly payments: number
  readonly lost: number
  readonly wrong: number
  /** Whether the database replayed its log; `undefined` if it runs elsewhere. */
  readonly replayed: boolean | undefined
}

export const recovery: Experiment = {
  name: 'recovery',
  title: 'What does each kind do after a crash?',
  async run(product, note) {
    note('kill weather 1')
    const weather = await crashWeather(product)
    note('kill the gateway')
    const gateway = await crashGateway(product)
    const accounts = await euroAccounts(product)
    const before = await balancesOf(product.gateway.url, accounts)
    const payers = startPayers(product.gateway.url, accounts, PAYERS)
    await sleep(AROUND)
    const writer = await crashWriter(product, payers, accounts, note)
    const database = await crashDatabase(product, payers, note)
    await sleep(AROUND)
    await payers.stop()
    note(`ask for each of ${payers.paid.size} payments once more`)
    const losses = await findLosses(product.gateway.url, accounts, before, payers.paid)
    const crashes = [weather.crash, gateway, writer, ...(database ? [database.crash] : [])]
    const payments = payers.paid.size
    return report({ crashes, same: weather.same, payments, ...losses, replayed: database?.replayed })
  },
}

async function crashWeather(product: Product): Promise<{ crash: Crash; same: boolean }> {
  const part = product.of('weather')[0] as Part
  const question = (): Promise<Reply> => askInstance(part.url, product.secret, weatherOn(77))
  const before = await question()
  const back = await crash(part, question)
  const same = (await question()).text === before.text
  await product.settled()
  return {
    crash: {
      what: 'weather',
      tone: 'stateless',
      back,
      work: same ? 'nothing: gives the same bytes as before' : 'gives other bytes',
    },
    same,
  }
}

async function crashGateway(product: Product): Promise<Crash> {
  const back = await crash(product.gateway, () => ask(product.gateway.url, weatherOn(78)))
  await product.settled()
  const plans = await figure(product.adminUrl, 'tributary_plans_total')
  return {
    what: 'gateway',
    tone: 'stateless',
    back,
    work: `begins with an empty cache, and plans anew: ${plural(plans, 'plan')} so far`,
  }
}

/** Milliseconds from the crash to the first good answer. */
async function crash(part: Part, question: () => Promise<Reply>): Promise<number> {
  const at = performance.now()
  const again = part.kill()
  await answers(question)
  const back = performance.now() - at
  await again
  return back
}

async function answers(question: () => Promise<Reply>): Promise<void> {
  const deadline = performance.now() + ANSWER_TIMEOUT
  while (performance.now() < deadline) {
    const reply = await question().catch(() => undefined)
    if (reply && reply.failure === undefined) return
    await sleep(POLL)
  }
  throw new Error(`Nothing was answered within ${ANSWER_TIMEOUT} ms of a crash.`)
}

async function crashWriter(
  product: Product,
  payers: Payers,
  accounts: readonly Account[],
  note: (text: string) => void,
): Promise<Crash> {
  const part = (await writerOf(product)) ?? (product.of('banking')[0] as Part)
  note(`kill ${part.label}, which writes`)
  const at = payers.now()
  const back = await crash(part, () =>
    askInstance(part.url, product.secret, ACCOUNTS, accounts[0]?.authorization ?? ''),
  )
  await sleep(AROUND)
  const heir = await writerOf(product)
  await product.settled()
  return {
    what: 'bank, writer',
    tone: 'stateful',
    back,
    paying: firstAfter(payers, at) - at,
    work: `starts and reads the database; ${heir === undefined ? 'nobody' : heir === part ? 'it' : `another (${heir.label})`} has the lease that lets one write`,
  }
}

/** `undefined` if the database runs elsewhere. */
async function crashDatabase(
  product: Product,
  payers: Payers,
  note: (text: string) => void,
): Promise<{ crash: Crash; replayed: boolean } | undefined> {
  const { database, dataDir } = product
  if (!database) return undefined
  const home = join(dataDir, 'postgres')
  const log = join(home, 'server.log')
  const [pid = ''] = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  const said = (await readFile(log, 'utf8')).length
  note('kill PostgreSQL')
  const at = payers.now()
  const paidBefore = payers.times.length
  process.kill(Number(pid), 'SIGKILL')
  const deadline = performance.now() + ANSWER_TIMEOUT
  // Answers that were already on their way do not count.
  while (payers.times.slice(paidBefore).filter((time) => time > at + PAYERS * POLL).length < PAYERS) {
    if (performance.now() > deadline) throw new Error('Nothing was paid again after a crash of the database.')
    await sleep(POLL)
  }
  const paying = firstAfter(payers, at) - at
  const lines = (await readFile(log, 'utf8')).slice(said).split('\n')
  const replayed = lines.some((line) => line.includes('redo done'))
  const [from, to] = ['starts', 'done'].map((when) => placeIn(lines, `redo ${when} at `))
  await product.settled()
  return {
    crash: {
      what: 'PostgreSQL',
      tone: 'stateful',
      back: paying,
      paying,
      work:
        from !== undefined && to !== undefined
          ? `replays ${count(Math.round((to - from) / 1000))} kB of its log`
          : 'replays nothing, by its log',
    },
    replayed,
  }
}

/**
 * A position in PostgreSQL's write-ahead log, in bytes: `1/2D3DE08` after these words in its
 * messages.
 */
function placeIn(lines: readonly string[], words: string): number | undefined {
  const line = lines.find((line) => line.includes(words)) ?? ''
  const [, high, low] = /^([0-9A-F]+)\/([0-9A-F]+)/.exec(line.slice(line.indexOf(words) + words.length)) ?? []
  return high === undefined || low === undefined
    ? undefined
    : Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

/** The end of the longest pause after a moment: payments in flight may still be acknowledged. */
function firstAfter({ times }: Payers, at: number): number {
  const later = times.filter((time) => time > at).sort((one, other) => one - other)
  const pauses = later.map((time, index) => ({ time, pause: time - (later[index - 1] ?? at) }))
  return pauses.sort((one, other) => other.pause - one.pause)[0]?.time ?? Number.NaN
}

function report({ crashes, same, payments, lost, wrong, replayed }: Recovered): Findings {
  const backOf = (wanted: Tone): string =>
    crashes
      .filter(({ tone }) => tone === wanted)
      .map(({ what, back }) => `${what} after ${seconds(back)}`)
      .join(', ')
  return {
    did: `One process after the other was killed without a farewell: a weather instance, the gateway, and, under the payments of ${PAYERS} clients, the instance of the bank that writes${replayed === undefined ? '' : ', and PostgreSQL'}. The supervisor of npm start starts each again.`,
    atAGlance: {
      stateless: backOf('stateless'),
      stateful: backOf('stateful'),
    },
    measured: {
      head: ['killed', 'answers again after', 'next payment after', 'what it does first'],
      rows: crashes.map(({ what, back, paying, work }) => [
        what,
        seconds(back),
        paying === undefined ? '' : seconds(paying),
        work,
      ]),
    },
    plots: [
      {
        kind: 'bars',
        title: 'Time until it answers again',
        measure: 'seconds',
        series: [
          { name: 'stateless', tone: 'stateless' },
          { name: 'stateful', tone: 'stateful' },
        ],
        values: crashes.map(({ what, tone, back }) => ({ name: what, series: tone, value: back / 1000 })),
      },
    ],
    claims: [
      {
        says: 'A stateless instance answers after a crash as before, and has nothing to restore.',
        holds: same,
        seen: same ? 'the same bytes before and after' : 'other bytes after the crash',
      },
      {
        says: 'What was acknowledged before a crash of writer or database is there after it, once.',
        holds: lost === 0 && wrong === 0 && payments > 0,
        seen: `${count(lost)} of ${count(payments)} payments are lost, ${count(wrong)} balances are wrong`,
      },
      ...(replayed === undefined
        ? []
        : [
            {
              says: 'The database replays its log by itself.',
              holds: replayed,
              seen: replayed ? 'its log tells of a redo that was done' : 'its log tells of no redo',
            },
          ]),
    ],
    follows:
      'After a crash a stateless process is as good as new as soon as it runs. A stateful one must first find the truth again: the database from its log, and the instances of the bank from the database, with a lease that lets only one write.',
  }
}
