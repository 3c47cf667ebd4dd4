/**
 * Joins what the workers know of the services. Each worker probes by itself: one that has not found
 * an instance again would still refuse calls to it.
 */
import type { ServiceStatus } from '../traffic/traffic.ts'

type InstanceStatus = ServiceStatus['instances'][number]

/**
 * Each worker asks a DNS name by itself, so that some may know instances that others do not. An
 * instance is healthy if it is for every worker that knows it, and its pid is known if all agree.
 */
export function joinStatuses(workers: readonly (readonly ServiceStatus[])[]): readonly ServiceStatus[] {
  const services = Map.groupBy(workers.flat(), ({ name }) => name)
  return [...services.values()].map((known) => {
    const [first] = known as [ServiceStatus, ...ServiceStatus[]]
    const instances = Map.groupBy(
      known.flatMap((service) => service.instances),
      ({ url }) => url,
    )
    return { ...first, instances: [...instances.values()].map(joinInstances) }
  })
}

function joinInstances(known: readonly InstanceStatus[]): InstanceStatus {
  const [{ url, pid }] = known as [InstanceStatus, ...InstanceStatus[]]
  return {
    url,
    pid: known.every((instance) => instance.pid === pid) ? pid : null,
    health: known.every(({ health }) => health === 'healthy') ? 'healthy' : 'unhealthy',
  }
}
