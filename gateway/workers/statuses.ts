/**
 * Joins what the workers know of the services. Each worker probes by itself: one that has not found
 * an instance again would still refuse calls to it.
 */
import type { ServiceStatus } from '../traffic/traffic.ts'

type InstanceStatus = ServiceStatus['instances'][number]

/** An instance is healthy if it is for every worker, and its pid is known if all agree. */
export function joinStatuses(workers: readonly (readonly ServiceStatus[])[]): readonly ServiceStatus[] {
  const [first = []] = workers
  return first.map((service) => {
    const known = workers.map((services) => services.find(({ name }) => name === service.name)?.instances ?? [])
    return { ...service, instances: service.instances.map((instance) => joinInstances(instance, known)) }
  })
}

function joinInstances({ url, pid }: InstanceStatus, known: readonly (readonly InstanceStatus[])[]): InstanceStatus {
  const all = known.map((instances) => instances.find((instance) => instance.url === url))
  return {
    url,
    pid: all.every((instance) => instance?.pid === pid) ? pid : null,
    health: all.every((instance) => instance?.health === 'healthy') ? 'healthy' : 'unhealthy',
  }
}
