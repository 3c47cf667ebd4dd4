/** Does harm at times that follow from a seed: kills instances and the postmaster, cuts connections. One harm at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { createDraw, type Draw } from './draw.ts'

export type Harm = 'cut' | 'instance' | 'postmaster'
export const HARMS: readonly Harm[] = ['cut', 'instance', 'postmaster']

/** Dealt like cards, round after round; before the first one each harm is done once, so that the slowest machine sees all of them. */
const DECK: readonly Harm[] = ['postmaster', 'instance', 'instance', 'cut', 'cut']

/** Resolves, with all that it did, when its time is over and everything is up again. */
export async function doHarm(cluster: Cluster, seed: string, milliseconds: number): Promise<Harm[]> {
  const draw = createDraw(`${seed} nemesis`)
  const does: Readonly<Record<Harm, () => unknown>> = {
    cut: cluster.proxy.cut,
    instance: () => cluster.killInstance(draw.below(cluster.instances)),
    postmaster: cluster.killPostmaster,
  }
  const done: Harm[] = []
  const end = Date.now() + milliseconds
  for (let deck = HARMS; Date.now() < end; deck = DECK) {
    for (const harm of shuffled(deck, draw)) {
      await sleep(300 + draw.below(1_200))
      if (Date.now() >= end) break
      await does[harm]()
      done.push(harm)
    }
  }
  return done
}

function shuffled<Item>(items: readonly Item[], draw: Draw): Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(draw.below(left.length), 1))
}
