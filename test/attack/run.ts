/** Runs attacks one after the other, each beside an innocent caller, and reports each as a row. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack, Stage } from './attack.ts'
import { type Innocent, startInnocent } from './innocent.ts'
import type { Row } from './report.ts'
import type { Target } from './target.ts'

const PAUSE = 5 // milliseconds between the innocent caller's questions
const PAUSE_OF_PART = 20 // in the test suite, where waits are not measured
const SETTLE = 500 // milliseconds between attacks, so that none is blamed for the one before

/** @param onRow called for each finished attack */
export async function runAttacks(
  attacks: readonly Attack[],
  target: Target,
  onRow: (row: Row) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const innocents = createInnocents()
  const stages = createStages()
  try {
    for (const attack of attacks) {
      const row = await runOne(attack, target, innocents, stages)
      rows.push(row)
      onRow(row)
      await sleep(SETTLE * target.scale)
    }
  } finally {
    await innocents.stop()
    await stages.close()
  }
  return rows
}

/**
 * How long the innocent caller waits at most while nothing happens, in milliseconds. @param
 * milliseconds to look for
 */
export async function measureIdle(target: Target, milliseconds: number): Promise<number> {
  const innocents = createInnocents()
  const innocent = await innocents.of(target)
  await sleep(milliseconds)
  const { longest } = await innocent.look()
  await innocents.stop()
  return longest
}

async function runOne(attack: Attack, product: Target, innocents: Innocents, stages: Stages): Promise<Row> {
  const stage = await stages.of(attack)
  const target = { ...(stage?.target ?? product), scale: product.scale }
  const innocent = await innocents.of(target, attack)
  await innocent.look()
  const began = performance.now()
  const status = await attack.run(target).catch((error: unknown) => `failed: ${(error as Error).message}`)
  const took = performance.now() - began
  const { longest: delay, failed } = await innocent.look()
  const held = attack.expected.test(status) && failed === 0
  return { attack: attack.name, status, held, took, delay, failed }
}

interface Stages {
  /** Attacks in a row that name the same stage share it. */
  of(attack: Attack): Promise<Stage | undefined>
  close(): Promise<void>
}

function createStages(): Stages {
  let open: { readonly by: Attack['stage']; readonly stage: Stage } | undefined
  const close = async (): Promise<void> => {
    await open?.stage.close()
    open = undefined
  }
  return {
    async of({ stage: by }) {
      if (open?.by !== by) await close()
      if (by) open ??= { by, stage: await by() }
      return open?.stage
    },
    close,
  }
}

interface Innocents {
  /**
   * The innocent caller for this query and product, already warm. One at a time, so that none waits
   * for another.
   */
  of(target: Target, asking?: Pick<Attack, 'question' | 'asksAnew'>): Promise<Innocent>
  stop(): Promise<void>
}

function createInnocents(): Innocents {
  let asking: { readonly key: string; readonly innocent: Innocent } | undefined
  const stop = async (): Promise<void> => {
    await asking?.innocent.stop()
    asking = undefined
  }
  return {
    async of({ url, payee, scale }, { question, asksAnew } = {}) {
      const key = `${url} ${question} ${asksAnew}`
      if (asking?.key === key) return asking.innocent
      await stop()
      const innocent = startInnocent(url, payee, scale < 1 ? PAUSE_OF_PART : PAUSE, question, asksAnew)
      asking = { key, innocent }
      await warmUp(innocent, scale)
      return innocent
    },
    stop,
  }
}

/** The first questions open connections and plan; they say nothing of an attack. */
async function warmUp(innocent: Innocent, scale: number): Promise<void> {
  for (let asked = 0; asked < Math.max(5, 50 * scale); ) {
    await sleep(50)
    asked += (await innocent.look()).asked
  }
}
