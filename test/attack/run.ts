/** Runs attacks one after the other, each beside an innocent caller, and reports each as a row. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack } from './attack.ts'
import { type Innocent, startInnocent } from './innocent.ts'
import type { Row } from './report.ts'
import type { Target } from './target.ts'

const SETTLE = 500 // milliseconds between attacks, so that none is blamed for the one before

/** @param onRow told of each attack as it ends */
export async function runAttacks(
  attacks: readonly Attack[],
  target: Target,
  onRow: (row: Row) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const attack of attacks) {
    const row = await runOne(attack, target)
    rows.push(row)
    onRow(row)
  }
  return rows
}

/** How long the innocent caller waits at most while nothing happens, in milliseconds. @param milliseconds to look for */
export async function measureIdle({ url, payee }: Target, milliseconds: number): Promise<number> {
  const innocent = startInnocent(url, payee)
  await warmUp(innocent)
  await sleep(milliseconds)
  const { longest } = await innocent.look()
  await innocent.stop()
  return longest
}

async function runOne(attack: Attack, product: Target): Promise<Row> {
  const stage = await attack.stage?.()
  const target = stage?.target ?? product
  const innocent = startInnocent(target.url, target.payee, attack.question)
  try {
    await warmUp(innocent)
    const began = performance.now()
    const status = await attack.run(target).catch((error: unknown) => `failed: ${(error as Error).message}`)
    const took = performance.now() - began
    const { longest, failed } = await innocent.look()
    return {
      attack: attack.name,
      status,
      held: attack.expected.test(status) && failed === 0,
      took,
      delay: longest,
      failed,
    }
  } finally {
    await innocent.stop()
    await stage?.close()
    await sleep(SETTLE)
  }
}

/** The first questions open connections and plan; they say nothing of an attack. */
async function warmUp(innocent: Innocent): Promise<void> {
  for (let asked = 0; asked < 50; ) {
    await sleep(50)
    asked += (await innocent.look()).asked
  }
}
