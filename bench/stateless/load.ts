/** Sends operations and measures. An answer with an error or without data ends the benchmark. */
import type { StatelessService } from '../../test/stateless/support/instances.ts'
import { operations } from './requests.ts'
import type { Target } from './targets.ts'

let number = 0

async function sendOne(target: Target, service: StatelessService): Promise<void> {
  const answer = await target.send(operations[service](number++))
  if (!answer.includes('"data":{') || answer.includes('"errors":')) {
    throw new Error(`${service} answered ${answer.toString('utf8', 0, 300)}`)
  }
}

/** Answers per second with a number of requests in flight. */
export async function throughput(
  target: Target,
  service: StatelessService,
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
): Promise<number> {
  const phase = async (length: number): Promise<number> => {
    const begin = performance.now()
    let answered = 0
    const work = async (): Promise<void> => {
      while (performance.now() < begin + length * 1000) {
        await sendOne(target, service)
        answered += 1
      }
    }
    await Promise.all(Array.from({ length: connections }, work))
    return (answered * 1000) / (performance.now() - begin)
  }
  await phase(seconds / 4) // warms connections and compiled code
  return phase(seconds)
}

/** Milliseconds of each request, one after the other. */
export async function latencies(target: Target, service: StatelessService, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const begin = performance.now()
    await sendOne(target, service)
    times.push(performance.now() - begin)
  }
  return times
}
