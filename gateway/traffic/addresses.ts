/** The addresses of a service's instances: a list, or a DNS name that is resolved repeatedly. */
import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Logger } from '../../platform/process/log.ts'

interface DnsAddresses {
  /** An address whose host is a DNS name; each IP address of the name is an instance. */
  readonly dns: string
  /** Milliseconds between two resolutions. */
  readonly every: number
}

export type Addresses = readonly string[] | DnsAddresses

/** The addresses of a host, IPv4 or IPv6. */
export type Resolve = (host: string) => Promise<readonly string[]>

export const resolveHost: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address)

export const isDns = (addresses: Addresses): addresses is DnsAddresses => 'dns' in addresses

/** Every address that is written in the settings. */
export const writtenIn = (addresses: Addresses): readonly string[] => (isDns(addresses) ? [addresses.dns] : addresses)

interface FollowOptions extends DnsAddresses {
  readonly resolve: Resolve
  /** Called with the current addresses of the host, distinct and never empty. */
  readonly changed: (hosts: ReadonlySet<string>) => void
  readonly log: Logger
}

export interface Following {
  /** Resolves after the first resolution. */
  readonly ready: Promise<void>
  stop(): void
}

/** The last answers, for a new configuration that begins while a name has none. */
const lastFound = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 })

/** Resolves a name repeatedly until it is stopped. A failed resolution changes nothing. */
export function followName({ dns, every, resolve, changed, log }: FollowOptions): Following {
  const stopping = new AbortController()
  const { signal } = stopping
  const host = new URL(dns).hostname
  let isTold = false
  const ask = async (): Promise<void> => {
    try {
      const hosts = new Set(await resolve(host))
      if (signal.aborted) return
      if (hosts.size === 0) throw new Error('the name has no address')
      changed(hosts)
      lastFound.set(host, hosts)
      isTold = false
    } catch (error) {
      const before = lastFound.get(host)
      if (before && !signal.aborted) changed(before)
      if (!isTold)
        log.error({ host, err: error }, 'a service is not found by its name; its instances stay as they were')
      isTold = true
    }
  }
  const follow = async (): Promise<void> => {
    for (;;) {
      await sleep(every, undefined, { signal, ref: false })
      await ask()
    }
  }
  const ready = ask()
  ready.then(follow).catch(() => undefined) // it was stopped
  return { ready, stop: () => stopping.abort() }
}
