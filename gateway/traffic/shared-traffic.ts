/**
 * Shares traffic between editions: one for each list of services, closed when its last lease ends.
 */
import { createTraffic, type LocatedService, type Traffic, type TrafficOptions } from './traffic.ts'

/**
 * Opens traffic to services, or leases the open traffic to exactly the same ones; `close` ends the
 * lease.
 */
type OpenTraffic = (services: readonly LocatedService[]) => Traffic

export function createSharedTraffic(options: Omit<TrafficOptions, 'services'>): OpenTraffic {
  const opened = new Map<string, { readonly traffic: Traffic; leases: number }>()
  return (services) => {
    const key = JSON.stringify(services)
    const shared = opened.get(key) ?? { traffic: createTraffic({ ...options, services }), leases: 0 }
    opened.set(key, shared)
    shared.leases += 1
    return {
      ...shared.traffic,
      async close() {
        shared.leases -= 1
        if (shared.leases > 0) return
        opened.delete(key)
        await shared.traffic.close()
      },
    }
  }
}
