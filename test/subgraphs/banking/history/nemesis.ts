/** Does harm at times that follow from a seed: kills instances and the postmaster, cuts connections. One harm at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { createDraw } from './draw.ts'

/** Resolves, with all that it did, when its time is over and everything is up again. */
export async function doHarm(cluster: Cluster, seed: string, milliseconds: number): Promise<string[]> {
  const draw = createDraw(`${seed} nemesis`)
  const done: string[] = []
  const end = Date.now() + milliseconds
  while (Date.now() < end) {
    await sleep(300 + draw.below(1_200))
    const harm = draw.below(10)
    if (harm < 5) {
      cluster.proxy.cut()
      done.push('cut')
    } else if (harm < 9) {
      await cluster.killInstance(draw.below(cluster.instances))
      done.push('instance')
    } else {
      await cluster.killPostmaster()
      done.push('postmaster')
    }
  }
  return done
}
