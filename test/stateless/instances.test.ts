import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { bytesFrom, type Instance, ownMegabytes, type StatelessRequest, startInstance } from './support/instances.ts'
import { asked, requestsOf } from './support/requests.ts'

const REQUESTS = Number(process.env['REQUESTS'] ?? 100)
const SEED = 20_260_601
const AT_ONCE = 8
/** Answers may change with the hour or the local day, so at most every quarter of an hour. */
const QUARTER = 900_000

const started: Instance[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.kill()))
})

async function start(service: string): Promise<Instance> {
  const instance = await startInstance(service)
  started.push(instance)
  return instance
}

const several = (service: string, size: number): Promise<Instance[]> =>
  Promise.all(Array.from({ length: size }, () => start(service)))

/**
 * All answers, in the order of the requests. Instances take turns; a request whose instance is gone
 * goes to the next, as in the gateway, and is repeated until an instance answers.
 */
async function answers(
  fleet: Instance[],
  requests: readonly StatelessRequest[],
  afterEachAnswer: (count: number) => void = () => undefined,
): Promise<string[]> {
  const told: string[] = []
  const send = async (request: StatelessRequest, turn: number): Promise<string> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return (await bytesFrom(fleet[(turn + attempt) % fleet.length] as Instance, request)).toString('base64')
      } catch (error) {
        if (attempt > 3_000) throw error
        if (attempt >= fleet.length) await sleep(20)
      }
    }
  }
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      told[index] = await send(requests[index] as StatelessRequest, index)
      afterEachAnswer(++done)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return told
}

/** Kills and replaces one instance after another while requests continue. */
function replacing(
  service: string,
  fleet: Instance[],
  every: number,
): { readonly after: (count: number) => void; readonly replaced: () => Promise<number> } {
  const replacements: Promise<void>[] = []
  return {
    after(count) {
      if (count % every !== 0) return
      const place = (count / every) % fleet.length
      const victim = fleet[place] as Instance
      replacements.push(
        Promise.all([victim.kill(), start(service)]).then(([, fresh]) => {
          fleet[place] = fresh
        }),
      )
    },
    async replaced() {
      await Promise.all(replacements)
      return replacements.length
    },
  }
}

/** Repeats a run that crossed a quarter of an hour. */
async function withinOneQuarter<Value>(run: () => Promise<Value>): Promise<Value> {
  for (;;) {
    const quarter = Math.floor(Date.now() / QUARTER)
    const value = await run()
    if (Math.floor(Date.now() / QUARTER) === quarter) return value
  }
}

describe('stateless service', () => {
  test.each(asked)(
    'Requests to %s get the same bytes from one instance, from three, and from killed and replaced ones',
    async (service) => {
      const requests = requestsOf(service, REQUESTS, SEED)
      const three = await several(service, 3)
      const one = three.slice(0, 1)
      const [alone, together, mortal, replaced] = await withinOneQuarter(async () => {
        const byOne = await answers(one, requests)
        const byThree = await answers(three, requests)
        const killing = replacing(service, three, Math.floor(REQUESTS * 0.4))
        const survived = await answers(three, requests, killing.after)
        return [byOne, byThree, survived, await killing.replaced()] as const
      })
      expect(new Set(alone).size).toBeGreaterThan(5)
      expect(replaced).toBe(2)
      const differing = (other: readonly string[]) => requests.filter((_, index) => alone[index] !== other[index])
      expect(differing(together)).toEqual([])
      expect(differing(mortal)).toEqual([])
    },
  )

  test.each(asked)('An instance of %s takes under 120 MB of its own, also under load', async (service) => {
    const instance = await start(service)
    // Every operation has another, long text, so that any cache of texts grows: all together have
    // 38 MB. Without them an instance takes 91 to 98 MB.
    const requests = requestsOf(service, 420, SEED + 1).map((request, index) => ({
      ...request,
      query: `${request.query} # ${index} ${'-'.repeat(90_000)}`,
    }))
    await answers([instance], requests)
    expect(ownMegabytes(instance.pid)).toBeLessThan(120)
  })
})
