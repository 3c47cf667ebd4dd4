/**
 * Injects faults one by one at times from a seed: into processes, connections, clocks, and the
 * history itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../support/until.ts'
import type { ClockTarget } from './clocks.ts'
import type { Cluster } from './cluster.ts'
import { createDraw, type Draw } from './draw.ts'
import { pauseAtHead } from './pause.ts'
import { currentCursor, listen, sequenceOf } from './subscribers.ts'

export type Harm =
  | 'cut'
  | 'instance'
  | 'writer'
  | 'hung writer'
  | 'postmaster'
  | 'small step'
  | 'far step'
  | 'midnight'
  | 'pause'
  | 'long pause'
  | 'restore'

/**
 * The faults of every run, however slow the machine; short runs have no time for pauses that
 * outlast the lock.
 */
export const harmsOf = (milliseconds: number): readonly Harm[] => [
  'cut',
  'instance',
  'writer',
  'hung writer',
  'postmaster',
  'small step',
  'far step',
  'midnight',
  'pause',
  'restore',
  ...(milliseconds < 30_000 ? [] : ['long pause' as const]),
]

/** After each fault was injected once, more are drawn from this deck, round after round. */
const DECK: readonly Harm[] = [
  ...([
    'writer',
    'writer',
    'hung writer',
    'hung writer',
    'postmaster',
    'instance',
    'instance',
    'cut',
    'cut',
    'small step',
    'small step',
    'far step',
  ] as const),
  ...(['pause', 'pause', 'long pause', 'restore'] as const),
]

const DAY = 86_400_000 // milliseconds
const LOCK_LOST = 11_000 // milliseconds; longer than the limit for idle transactions
/**
 * Shorter than the ten seconds after which a lock is lost by itself. How soon a successor takes it
 * depends on the machine's load.
 */
const TAKEN_BY = 9_500 // milliseconds

interface Nemesis {
  readonly cluster: Cluster
  readonly accounts: readonly string[]
  readonly seed: string
  readonly milliseconds: number
  /** Gets the milliseconds without writes after the writer hung. */
  readonly takeovers: number[]
}

/**
 * Resolves to the injected faults when its time is over and everything is up again.
 * @param anomalies collects the anomalies seen during the run
 */
export async function doHarm(nemesis: Nemesis, anomalies: string[]): Promise<Harm[]> {
  const { cluster, seed, milliseconds } = nemesis
  const draw = createDraw(`${seed} nemesis`)
  const does = harms(nemesis, draw, anomalies)
  const done: Harm[] = []
  const act = async (harm: Harm): Promise<void> => {
    await does[harm]()
    done.push(harm)
  }
  const isMidnightNear = (): boolean =>
    Date.now() > (cluster.clocks?.midnight ?? 0) - 4_000 && !done.includes('midnight')
  const end = Date.now() + milliseconds
  const first = harmsOf(milliseconds).filter((harm) => harm !== 'midnight')
  for (const harm of shuffled(first, draw)) {
    await sleep(200 + draw.below(600))
    if (isMidnightNear()) await act('midnight')
    await act(harm)
  }
  while (Date.now() < end || !done.includes('midnight')) {
    for (const harm of shuffled(DECK, draw)) {
      await sleep(200 + draw.below(600))
      if (isMidnightNear()) await act('midnight')
      if (Date.now() >= end) break
      await act(harm)
    }
  }
  return done
}

function harms(nemesis: Nemesis, draw: Draw, anomalies: string[]): Readonly<Record<Harm, () => unknown>> {
  const { cluster } = nemesis
  const target = (): ClockTarget =>
    draw.of<ClockTarget>(['database', 'all', { instance: draw.below(cluster.instances) }]) ?? 'all'
  const step = async (to: ClockTarget, by: number, milliseconds: number): Promise<void> => {
    await cluster.clocks?.step(to, by)
    await sleep(milliseconds)
    await cluster.clocks?.step(to, 0)
  }
  return {
    cut: cluster.proxy.cut,
    instance: () => cluster.killInstance(draw.below(cluster.instances)),
    writer: async () => cluster.killInstance((await cluster.writer()) ?? draw.below(cluster.instances)),
    'hung writer': () => hangWriter(nemesis, anomalies),
    postmaster: cluster.killPostmaster,
    'small step': () => step(target(), draw.of([-3_000, 3_000]) ?? 0, 1_000 + draw.below(2_000)),
    'far step': () => step(target(), (draw.of([-400, -1, 1, 400]) ?? 0) * DAY, 2_000 + draw.below(2_000)),
    midnight: () => overMidnight(cluster),
    pause: () => pauseAtHead(cluster, () => sleep(1_000 + draw.below(4_000))),
    'long pause': () => pauseAtHead(cluster, () => Promise.all([sleep(LOCK_LOST), othersGoOn(cluster)])),
    restore: () => goBack(nemesis, draw, anomalies),
  }
}

/**
 * Lets midnight pass and due work be found, then sets the clocks back to the previous day for a
 * while.
 */
async function overMidnight({ clocks }: Cluster): Promise<void> {
  if (!clocks) return
  await sleep(Math.max(0, clocks.midnight + 1_000 - Date.now())) // a busy machine may be late
  await clocks.step('all', clocks.midnight - Date.now() - 2_000)
  await sleep(3_500)
  await clocks.step('all', 0)
}

/**
 * Suspends the writer while it holds the head: a successor takes over long before the lock would be
 * lost by itself.
 */
async function hangWriter({ cluster, takeovers }: Nemesis, anomalies: string[]): Promise<void> {
  if (cluster.instances === 1) return
  const isWriter = async (instance: number): Promise<boolean> => instance === (await cluster.writer())
  const untilOthersGoOn = async (): Promise<void> => {
    const began = performance.now()
    await othersGoOn(cluster)
    const taken = performance.now() - began
    takeovers.push(taken)
    if (taken > TAKEN_BY) anomalies.push(`nobody followed a writer that hung for ${Math.round(taken)} ms`)
  }
  await pauseAtHead(cluster, untilOthersGoOn, isWriter)
}

/**
 * Expects the others to continue while one is paused at the head, at the latest once it has lost
 * the lock.
 */
async function othersGoOn(cluster: Cluster): Promise<void> {
  if (cluster.instances === 1) return
  const before = await cluster.lastOperation()
  await until(async () => (await cluster.lastOperation()) > before + 1n)
}

/**
 * Takes a backup, lets the bank continue, and restores the backup: a cursor from between the two
 * must be refused.
 */
async function goBack({ cluster, accounts }: Nemesis, draw: Draw, anomalies: string[]): Promise<void> {
  const account = accounts[0] ?? ''
  const folder = await cluster.backup()
  const kept = sequenceOf(await currentCursor(cluster, account))
  await sleep(1_000 + draw.below(2_000))
  const cursor = await until(async () => {
    const current = await currentCursor(cluster, account)
    return sequenceOf(current) > kept && current
  })
  await cluster.restore(folder)
  let isAccepted = false
  const onEvent = (): void => {
    isAccepted = true
  }
  // A busy instance may end a stream, or keep it waiting, before it has checked the cursor.
  const refused = await until(async () => {
    const listening = { account, after: cursor, signal: AbortSignal.timeout(10_000) }
    return (await listen(cluster, listening, 0, onEvent)) ?? isAccepted
  })
  if (refused === true) anomalies.push(`the cursor ${cursor} from before a restore was accepted after it`)
}

function shuffled<Item>(items: readonly Item[], draw: Draw): Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(draw.below(left.length), 1))
}
