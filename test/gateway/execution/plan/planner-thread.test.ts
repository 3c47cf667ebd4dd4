import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import { createEngine } from '../../../../gateway/execution/engine.ts'
import { openPlanner } from '../../../../gateway/execution/plan/shared-planner.ts'
import { callContext } from '../../../support/call-context.ts'
import { stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { composeTest } from '../support/federation.ts'
import { club, desk } from '../support/members.ts'
import { runOperation } from '../support/run-operation.ts'
import { manyWays, wideOperation } from './many-ways.ts'

/** Ten thousand fields cannot be planned within a millisecond. */
const LONG = `{ ${Array.from({ length: 10_000 }, (_, index) => `a${index}: members { id }`).join(' ')} }`

describe('planning thread', () => {
  const supergraph = composeTest({ club, desk })
  const quiet = {
    plansWaiting: Number.POSITIVE_INFINITY,
    onWorked: () => undefined,
    onRefused: () => undefined,
    onPlanned: () => undefined,
    onUnplannable: () => undefined,
  }

  test('A text that is no supergraph is refused', async () => {
    await expect(createEngine('type Query { a: Int }')).rejects.toThrow('supergraph')
  })

  test('An operation that takes too long to plan is given up, and the next ones are planned', async () => {
    const thread = await openPlanner(supergraph, { ...quiet, timeout: 1 })
    const outcomes = await Promise.allSettled([thread.plan(LONG)])
    expect(outcomes).toMatchObject([{ status: 'rejected', reason: { extensions: { code: 'OPERATION_TOO_COMPLEX' } } }])
    await thread.close()
    const patient = await openPlanner(supergraph, { ...quiet, timeout: 60_000 })
    await expect(patient.plan('{ me { id } }')).resolves.toMatchObject({ node: { kind: 'Fetch', serviceName: 'club' } })
    await patient.close()
  })

  test('A replacement that does not start costs the operation in hand, and the next ones are planned', async () => {
    const { Worker } = threads
    const nowhere = new URL('nowhere.ts', import.meta.url)
    let starts = 0
    threads.Worker = class extends Worker {
      constructor(module: string | URL, options?: threads.WorkerOptions) {
        super(++starts === 2 ? nowhere : module, options)
      }
    }
    syncBuiltinESMExports()
    try {
      const impatient = await openPlanner(supergraph, { ...quiet, timeout: 1 })
      const patient = await openPlanner(supergraph, { ...quiet, timeout: 60_000 })
      await expect(impatient.plan(LONG)).rejects.toThrow('cannot be planned')
      await expect(patient.plan('{ me { id } }')).resolves.toMatchObject({ node: { kind: 'Fetch' } })
      await Promise.all([impatient.close(), patient.close()])
      expect(starts).toBe(3)
    } finally {
      threads.Worker = Worker
      syncBuiltinESMExports()
    }
  })

  test('An operation with too many possible plans gets a good enough one', async () => {
    using clock = stopClock()
    // The best plan takes about eight seconds of the machine, the other one about half a second.
    const thread = await openPlanner(manyWays(), { ...quiet, timeout: 8_000 })
    const plans = Promise.all([thread.plan(wideOperation(24_000)), thread.plan('{ start { f0 } }')])
    await until(() => clock.timers === 1)
    await clock.step(2_000)
    const [wide, small] = await plans
    await thread.close()
    expect([wide.node?.kind, small.node?.kind]).toEqual(['Parallel', 'Fetch'])
  })

  test('Callers are planned in turn, however many operations one has waiting, and unattributed work comes last', async () => {
    const planned: string[] = []
    const onPlanned = (operation: string): unknown => planned.push(operation.slice(1, operation.indexOf(':')))
    const thread = await openPlanner(supergraph, { ...quiet, timeout: 60_000, onPlanned })
    const plan = (name: string, caller?: string) => thread.plan(`{${name}: me { id } }`, caller)
    const flood = ['a0', 'a1', 'a2', 'a3'].map((name) => plan(name, 'a'))
    await Promise.all([...flood, plan('warm'), plan('b0', 'b'), plan('b1', 'b'), plan('c0', 'c')])
    await thread.close()
    expect(planned).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3', 'warm'])
  })

  test('Only the caller with too many waiting operations is refused', async () => {
    const refused: string[] = []
    const onRefused = (caller: string): unknown => refused.push(caller)
    const thread = await openPlanner(supergraph, { ...quiet, timeout: 60_000, plansWaiting: 2, onRefused })
    const plan = (caller?: string) => thread.plan('{ me { id } }', caller)
    const outcomes = await Promise.allSettled([
      plan('a'),
      plan('a'),
      plan('a'),
      plan('a'),
      plan('b'),
      plan(),
      plan(),
      plan(),
    ])
    await thread.close()
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(outcomes[3]).toMatchObject({
      reason: { extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: 1 } },
    })
    expect(refused).toEqual(['a'])
  })

  test('Planning leaves the event loop free and reports how long plans took', async () => {
    const took: number[] = []
    const thread = await openPlanner(supergraph, {
      ...quiet,
      timeout: 60_000,
      onPlanned: (_operation, milliseconds) => took.push(milliseconds),
    })
    const fields = Array.from({ length: 600 }, (_, index) => `a${index}: members { id mayVote }`).join(' ')
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    await thread.plan(`{ ${fields} }`)
    clearInterval(turning)
    expect(took).toEqual([expect.any(Number)])
    expect(turns).toBeGreaterThan(3)
    await thread.close()
  })

  test('Each caller is charged for the time that the thread worked for it, with any outcome', async () => {
    const worked: string[] = []
    const onWorked = (caller: string, milliseconds: number): unknown => worked.push(`${caller} ${milliseconds > 0}`)
    const thread = await openPlanner(supergraph, { ...quiet, timeout: 60_000, onWorked })
    await thread.plan('{ me { id } }', 'planned')
    await thread.plan('{ me { id } }')
    await expect(thread.plan('{ nothing }', 'unplannable')).rejects.toThrow('cannot be planned')
    await thread.close()
    const impatient = await openPlanner(supergraph, { ...quiet, timeout: 1, onWorked })
    await expect(impatient.plan(LONG, 'slow')).rejects.toThrow('too long to plan')
    await impatient.close()
    // Planned well first, then quickly.
    expect(worked).toEqual(['planned true', 'unplannable true', 'slow true', 'slow true'])
  })

  test('Closing rejects the operations that still wait', async () => {
    const thread = await openPlanner(supergraph, { ...quiet, timeout: 60_000 })
    const waiting = expect(thread.plan('{ me { id } }')).rejects.toMatchObject({ extensions: { code: 'INTERNAL' } })
    await thread.close()
    await waiting
    await expect(thread.plan('{ me { id } }')).rejects.toMatchObject({ extensions: { code: 'INTERNAL' } })
  })

  test('Engines of the same supergraph share a thread until the last closes, and each hears of its own plans', async () => {
    const planned: string[] = []
    const open = (name: string, more = {}) =>
      openPlanner(supergraph, { ...quiet, timeout: 60_000, onPlanned: () => planned.push(name), ...more })
    const [one, two] = await Promise.all([open('one'), open('two')])
    const variant = await open('variant', { variants: new Map([['v', { include: [], exclude: ['x'] }]]) })
    expect([two.facts === one.facts, variant.facts === one.facts]).toEqual([true, false])
    await two.plan('{ me { id } }')
    const left = expect(one.plan('{ me { id } }')).rejects.toMatchObject({ extensions: { code: 'INTERNAL' } })
    await Promise.all([one.close(), left])
    await two.plan('{ me { id } }')
    await Promise.all([two.close(), variant.close()])
    const again = await open('again')
    expect(again.facts).not.toBe(one.facts)
    await again.close()
    expect(planned).toEqual(['two', 'one', 'two'])
  })
})

test('An operation the services cannot answer together is an error, and is planned again when sent again', async () => {
  const reasons: string[] = []
  // Composition would not have let this through: the desk cannot find a member.
  const supergraph = composeTest({ club, desk }).replace(
    'type Member\n  @join__type(graph: CLUB, key: "id")\n  @join__type(graph: DESK, key: "id")',
    'type Member\n  @join__type(graph: CLUB, key: "id")\n  @join__type(graph: DESK, key: "id", resolvable: false)',
  )
  const engine = await createEngine(supergraph, {
    onUnplannable: (_operation, reason) => reasons.push(reason),
  })
  const query = '{ me { greeting } }'
  const ask = (): Promise<unknown> => {
    return runOperation(engine, query, {}, callContext, () => Promise.reject(new Error('not to be called')))
  }
  try {
    await expect(ask()).rejects.toMatchObject({
      message: 'The operation cannot be planned.',
      extensions: { code: 'INTERNAL' },
    })
    await expect(ask()).rejects.toMatchObject({ extensions: { code: 'INTERNAL' } })
    expect(reasons).toHaveLength(2)
  } finally {
    await engine.close()
  }
})
