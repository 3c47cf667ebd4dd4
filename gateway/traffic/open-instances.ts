/** The instances of a service, from a list or from a name that is resolved repeatedly. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../platform/process/log.ts'
import { type Addresses, type Following, followName, isDns, type Resolve } from './addresses.ts'
import type { Instance } from './instance.ts'
import { closeInstance, type InstanceOptions, openInstance } from './open-instance.ts'

interface OpenOptions extends InstanceOptions {
  readonly resolve: Resolve
  readonly log: Logger
}

interface OpenInstances {
  /** Changes with the name's addresses. */
  readonly instances: readonly Instance[]
  /** Resolves when the addresses are known, or after a while. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

const FIRST_ANSWER_TIMEOUT = 2_000 // milliseconds for the first answer
const LOOK = 100 // milliseconds between two checks of an instance that is being removed

export function openInstances(addresses: Addresses, { resolve, log, ...options }: OpenOptions): OpenInstances {
  if (!isDns(addresses)) {
    const instances = addresses.map((address) => openInstance(address, options))
    return { instances, ready: Promise.resolve(), close: () => closeAll(instances) }
  }
  const instances: Instance[] = []
  const leaving = new Set<Instance>()
  /** Removes an instance: it gets no new calls, and those in flight finish. */
  const leave = async (instance: Instance): Promise<void> => {
    leaving.add(instance)
    while (instance.inFlight > 0 && leaving.has(instance)) await sleep(LOOK, undefined, { ref: false })
    if (leaving.delete(instance)) await closeInstance(instance)
  }
  const { dns } = addresses
  const changed = (hosts: ReadonlySet<string>): void => {
    const known = new Set(instances.map(({ at }) => at))
    const gone = instances.filter(({ at = '' }) => !hosts.has(at))
    const come = [...hosts].filter((at) => !known.has(at))
    if (gone.length === 0 && come.length === 0) return
    for (const at of come) instances.push(openInstance(dns, { ...options, at }))
    for (const instance of gone) {
      instances.splice(instances.indexOf(instance), 1)
      void leave(instance)
    }
    log.info({ service: options.definition.name, come, gone: gone.map(({ at }) => at) }, 'other instances serve')
  }
  const following: Following = followName({ ...addresses, resolve, changed, log })
  return {
    instances,
    ready: Promise.race([following.ready, sleep(FIRST_ANSWER_TIMEOUT, undefined, { ref: false })]),
    async close() {
      following.stop()
      const all = [...instances, ...leaving]
      leaving.clear()
      await closeAll(all)
    },
  }
}

const closeAll = async (instances: readonly Instance[]): Promise<void> =>
  void (await Promise.all(instances.map(closeInstance)))
