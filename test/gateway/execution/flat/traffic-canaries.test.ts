/**
 * Many operations at once over real connections: services are slow, fail, hang up in the middle and
 * answer too late, calls are tried again, made twice, shared, kept and gathered, and callers leave.
 * No answer and no request of one operation has anything of another.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createMemoryStore } from '../../../../gateway/traffic/cache/memory.ts'
import { stateful, stateless } from '../../../../gateway/traffic/call/kind.ts'
import { createTrafficMetrics } from '../../../../gateway/traffic/metrics.ts'
import { createTraffic, type Traffic } from '../../../../gateway/traffic/traffic.ts'
import { callContext } from '../../../support/call-context.ts'
import { SEED } from '../../../support/cases.ts'
import { log } from '../../../support/log.ts'
import { type RawRequest, type RawService, startRawService } from '../../traffic/raw-service.ts'
import { createCanary, markIn, withoutMarks } from '../support/canary.ts'
import { createDice, type Dice } from '../support/dice.ts'
import { spoilFreeMemory } from '../support/lent.ts'
import { lookIntoPool } from '../support/pool.ts'
import { openOperations, type RandomOperation, type RandomOperations } from '../support/random-operations.ts'
import { runOperation } from '../support/run-operation.ts'
import { library } from '../universes/library.ts'
import { port } from '../universes/port.ts'

const RUNS = Number(process.env['RUNS'] ?? 800)
const AT_ONCE = 32
const OPERATIONS = 30
const DEADLINE = 1_000 // milliseconds
const ENOUGH = 20

let opened: RandomOperations
let services: readonly (readonly [name: string, instances: readonly RawService[]])[]
let traffic: Traffic
const wrongs: string[] = []
const note = (strangers: readonly string[], text: string): void => {
  if (strangers.length > 0) wrongs.push(`${strangers.join()} in ${text}`)
}
const fates = new Map<string, number>()
/** By the operation's text in the service. */
const answers = new Map<string, RandomOperation>()

/** Requests that carried several calls. */
let gathered = 0

const FATES = ['slow', 'late', 'cut', 'refused', 'with errors', 'spaced'] as const

interface Asked {
  readonly variables?: { readonly representations?: readonly unknown[] }
}

/**
 * What a service answers is marked as what it was asked, or as the caller where it is told one. Of
 * entities each is marked as what was told of it: they are kept by that.
 */
function marked(answer: Buffer, { variables = {} }: Asked, caller: number | undefined): Buffer {
  const { representations, ...others } = variables
  const mark = caller ?? markIn(JSON.stringify(others))
  const { data } = JSON.parse(answer.toString()) as { data: { _entities?: readonly unknown[] } }
  const by = (number: number | undefined, value: unknown): unknown =>
    number === undefined ? value : createCanary(number, opened.words).marked(value)
  const entities = data._entities?.map((entity, index) =>
    by(mark ?? markIn(JSON.stringify(representations?.[index])), entity),
  )
  return Buffer.from(JSON.stringify({ data: entities ? { _entities: entities } : by(mark, data) }))
}

async function serve(service: string, { socket, body: text, header }: RawRequest, dice: Dice): Promise<void> {
  const mark = markIn(text) ?? markIn(header('authorization') ?? '')
  if (mark !== undefined) note(createCanary(mark, opened.words).strangersIn(text), text)
  if (text.includes('_1:_entities')) gathered++
  const fate = dice.chance(4) ? dice.of(FATES) : 'answered'
  fates.set(fate, (fates.get(fate) ?? 0) + 1)
  const asked = { bytes: Buffer.from(withoutMarks(text)), representations: undefined }
  const operation = answers.get((JSON.parse(text) as { query: string }).query) ?? opened.operations[0]
  if (!operation) return
  const plain = await operation.answerTo({ service, body: asked, operation: 'query', context: callContext })
  const honest = marked(plain, JSON.parse(text) as Asked, markIn(header('authorization') ?? ''))
  const body = `${fate === 'spaced' ? ' ' : ''}${honest.toString()}`.replace(
    /\}$/,
    fate === 'with errors' ? ',"errors":[{"message":"x"}]}' : '}',
  )
  if (fate === 'slow' || fate === 'late')
    await new Promise((resolve) => setTimeout(resolve, fate === 'late' ? DEADLINE * 1.5 : 10 + dice.below(40)))
  const status = fate === 'refused' ? '503 No' : '200 OK'
  const cache = dice.chance(3) ? 'cache-control: public, max-age=60\r\n' : ''
  const head = `HTTP/1.1 ${status}\r\n${cache}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
  const wire = Buffer.from(fate === 'refused' ? 'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n' : head + body)
  const middle = dice.below(wire.length)
  socket.write(wire.subarray(0, middle))
  if (dice.chance(2)) await new Promise((resolve) => setImmediate(resolve))
  if (fate === 'cut') socket.destroy()
  else socket.write(wire.subarray(middle))
}

async function runOne(number: number): Promise<boolean> {
  const dice = createDice(SEED * 1_000_003 + number)
  const operation = dice.of(opened.operations)
  const canary = createCanary(number, opened.words)
  const variables = canary.marked(operation.variables) as RandomOperation['variables']
  const leaving = new AbortController()
  if (dice.chance(8)) setTimeout(() => leaving.abort(), dice.below(30))
  const context = {
    ...callContext,
    requestId: `run-${number}`,
    caller: () => `caller-${number % 7}`,
    authorization: `Bearer ~${number}~`,
    signal: leaving.signal,
  }
  const { body, errors, loan } = await runOperation(
    opened.federation.engine,
    operation.query,
    variables,
    context,
    (call) => {
      const text = call.body.bytes.toString()
      note(canary.strangersIn(text), text)
      answers.set((JSON.parse(text) as { query: string }).query, operation)
      return traffic.send(call)
    },
    operation.document,
  )
  await new Promise((resolve) => setTimeout(resolve, dice.below(10)))
  const text = body.toString() + JSON.stringify(errors)
  loan?.free()
  spoilFreeMemory()
  note(canary.strangersIn(text), text)
  return errors.length === 0
}

describe.each([
  { universe: port, isStateful: (name: string) => name === 'harbour', runs: RUNS, gathers: false },
  { universe: library, isStateful: () => true, runs: Math.ceil(RUNS / 3), gathers: true },
])('services of a $universe.name', ({ universe, isStateful, runs, gathers }) => {
  beforeAll(async () => {
    opened = await openOperations(universe, OPERATIONS, SEED)
    const dice = createDice(SEED)
    const start = (name: string) => startRawService((request) => void serve(name, request, dice))
    services = await Promise.all(
      Object.keys(universe.services).map(
        async (name) => [name, await Promise.all([start(name), start(name)])] as const,
      ),
    )
    traffic = createTraffic({
      services: services.map(([name, instances]) => ({
        definition: (isStateful(name) ? stateful : stateless)(name, { deadline: DEADLINE }),
        addresses: instances.map(({ url }) => url),
      })),
      secret: undefined,
      ownServices: false,
      store: createMemoryStore(10_000_000),
      metrics: createTrafficMetrics(new Registry()),
      log,
    })
    answers.clear()
    fates.clear()
    gathered = 0
  })
  afterAll(async () => {
    await traffic.close()
    await Promise.all([opened.close(), ...services.flatMap(([, instances]) => instances.map(({ close }) => close()))])
  })

  test('No answer or request contains data of another, for any outcome of the calls', async () => {
    let next = 0
    let whole = 0
    const work = async (): Promise<void> => {
      while (next < runs) if (await runOne(next++)) whole++
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(wrongs).toEqual([])
    // On a busy machine most calls meet their deadline: what is whole must be enough to look into.
    expect(whole).toBeGreaterThan(ENOUGH)
    expect(gathered > 0).toBe(gathers)
    expect([...fates.keys()].sort()).toEqual([...FATES, 'answered'].sort())
    expect(lookIntoPool()).toMatchObject({ isEmpty: true })
  })
})
