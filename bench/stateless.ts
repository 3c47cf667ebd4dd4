/**
 * `npm run bench -- stateless`: throughput of several instances of a stateless service, compared
 * with one in the same run, and the times of a first and a later request. Flags: --rounds 3
 * --seconds 2 --connections 8 --instances 1,2,3 --service weather,content --through direct,gateway
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type Instance, type StatelessService, startInstance } from '../test/stateless/support/instances.ts'
import { usageOf } from './gateway/process.ts'
import { latencies, throughput } from './stateless/load.ts'
import { latencyLines, type StartedInstance, throughputLines } from './stateless/report.ts'
import { directTarget, gatewayTarget, type Target } from './stateless/targets.ts'

const SERVICES: readonly StatelessService[] = ['weather', 'content']
const TARGETS = { direct: directTarget, gateway: gatewayTarget }

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      connections: { type: 'string', default: '8' },
      instances: { type: 'string', default: '1,2,3' },
      service: { type: 'string', default: SERVICES.join(',') },
      through: { type: 'string', default: Object.keys(TARGETS).join(',') },
    },
  })
  const sizes = values.instances.split(',').map(Number)
  const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(Number) as [
    number,
    number,
    number,
  ]
  const wanted = new Set(values.service.split(','))
  const targets = Object.entries(TARGETS).filter(([name]) => values.through.split(',').includes(name))

  for (const service of SERVICES.filter((name) => wanted.has(name))) {
    const started = await startSeveral(service, Math.max(...sizes))
    const instances = started.map(({ instance }) => instance)
    try {
      const first = instances[0] as Instance
      const direct = await directTarget(service, [first])
      const warm = await latencies(direct, service, 300)
      await direct.close()
      console.log(latencyLines(service, started, warm, usageOf(first.pid).memory))

      for (const [name, open] of targets) {
        const perSecond = new Map<number, number[]>(sizes.map((size) => [size, []]))
        // Sizes alternate, so that other load on the machine affects all alike.
        for (let round = 0; round < rounds; round++) {
          for (const size of sizes) {
            const target: Target = await open(service, instances.slice(0, size))
            perSecond.get(size)?.push(await throughput(target, service, { seconds, connections: connections * size }))
            await target.close()
          }
        }
        console.log(throughputLines(`${service}, ${name}, ${availableParallelism()} cores`, perSecond))
      }
    } finally {
      await Promise.all(instances.map((instance) => instance.kill()))
    }
  }
}

/** Starts one after the other: several at once would slow each start. */
async function startSeveral(service: StatelessService, count: number): Promise<StartedInstance[]> {
  const started: StartedInstance[] = []
  for (let number = 0; number < count; number++) {
    const begin = performance.now()
    const instance = await startInstance(service)
    const ready = performance.now() - begin
    const target = await directTarget(service, [instance])
    const [cold = Number.NaN] = await latencies(target, service, 1)
    await target.close()
    started.push({ instance, ready, cold, resident: usageOf(instance.pid).memory })
  }
  return started
}
