/**
 * Answers that come over real connections, framed in every way and cut anywhere: the product makes
 * the same of them as of whole ones.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createMemoryStore } from '../../../../gateway/traffic/cache/memory.ts'
import { readBody } from '../../../../gateway/traffic/call/answer.ts'
import { stateful } from '../../../../gateway/traffic/call/kind.ts'
import { createTrafficMetrics } from '../../../../gateway/traffic/metrics.ts'
import { createTraffic, type Traffic } from '../../../../gateway/traffic/traffic.ts'
import { callContext } from '../../../support/call-context.ts'
import { SEED } from '../../../support/cases.ts'
import { log } from '../../../support/log.ts'
import { type RawRequest, type RawService, startRawService } from '../../traffic/raw-service.ts'
import { createDice, type Dice } from '../support/dice.ts'
import { mutateAnswer } from '../support/mutate-answer.ts'
import { openOperations, type RandomOperation, type RandomOperations } from '../support/random-operations.ts'
import { type AskedOnce, differenceToExact, openProduct } from '../support/two-paths.ts'
import { port } from '../universes/port.ts'

const RUNS = Number(process.env['RUNS'] ?? 400)
const OPERATIONS = 40

let opened: RandomOperations
let services: readonly (readonly [name: string, service: RawService])[]
let traffic: Traffic
/** What is asked now, and how it is answered. */
let current: { readonly operation: RandomOperation; readonly seed: number }

beforeAll(async () => {
  opened = await openOperations(port, OPERATIONS, SEED)
  services = await Promise.all(
    Object.keys(port.services).map(
      async (name) => [name, await startRawService((raw) => void serve(name, raw))] as const,
    ),
  )
  traffic = createTraffic({
    services: services.map(([name, { url }]) => ({ definition: stateful(name), addresses: [url] })),
    secret: undefined,
    ownServices: false,
    store: createMemoryStore(1_000_000),
    metrics: createTrafficMetrics(new Registry()),
    log,
  })
})
afterAll(async () => {
  await traffic.close()
  await Promise.all([opened.close(), ...services.map(([, { close }]) => close())])
})

/**
 * The same for the same question of one run, and always GraphQL: what is none would be asked for
 * again.
 */
async function answerTo(service: string, text: string): Promise<Buffer> {
  const { operation, seed } = current
  const body = { bytes: Buffer.from(text), representations: undefined }
  const answer = await operation.answerTo({ service, body, operation: 'query', context: callContext })
  const dice = createDice(seed + text.length)
  const other = dice.chance(3) ? mutateAnswer(answer, dice, opened.typenames) : answer
  try {
    readBody(other, 200)
    return other
  } catch {
    return answer
  }
}

async function serve(service: string, { socket, body, header }: RawRequest): Promise<void> {
  const dice = createDice(current.seed + body.length + 1)
  const told = await answerTo(service, body)
  const { wire, ends } = framed(told, dice, header('accept-encoding') ?? '')
  for (const piece of cut(wire, dice)) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (ends) socket.end()
}

function framed(answer: Buffer, dice: Dice, accepted: string): { readonly wire: Buffer; readonly ends: boolean } {
  const codings = (['gzip', 'br'] as const).filter((coding) => accepted.includes(coding))
  const coding = dice.chance(4) ? codings[dice.below(codings.length + 1)] : undefined
  const body = coding === 'gzip' ? gzipSync(answer) : coding === 'br' ? brotliCompressSync(answer) : answer
  const head = ['HTTP/1.1 200 OK', 'content-type: application/json', ...(coding ? [`content-encoding: ${coding}`] : [])]
  const before = dice.chance(6) ? 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n' : ''
  const whole = (more: string, content: Buffer) =>
    Buffer.concat([Buffer.from(`${before}${[...head, more, '', ''].join('\r\n')}`), content])
  switch (dice.below(5)) {
    case 0:
      return { wire: whole('connection: close', body), ends: true }
    case 1:
    case 2:
      return { wire: whole(`content-length: ${body.length}`, body), ends: false }
    default:
      return { wire: whole('transfer-encoding: chunked', chunked(body, dice)), ends: false }
  }
}

function chunked(body: Buffer, dice: Dice): Buffer {
  const extension = dice.chance(4) ? ';a="b"' : ''
  const chunks = cut(body, dice)
    .filter(({ length }) => length > 0)
    .flatMap((each) => [Buffer.from(`${each.length.toString(16)}${extension}\r\n`), each, Buffer.from('\r\n')])
  return Buffer.concat([...chunks, Buffer.from(dice.chance(4) ? '0\r\nx: y\r\n\r\n' : '0\r\n\r\n')])
}

/** Into single bytes where they are few; else anywhere. */
function cut(bytes: Buffer, dice: Dice): Buffer[] {
  const isFine = bytes.length < 400 && dice.chance(6)
  const places = isFine
    ? bytes.keys().toArray()
    : Array.from({ length: dice.below(8) }, () => dice.below(bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...places].map((begin, index, all) => bytes.subarray(begin, all[index + 1] ?? bytes.length))
}

test('The result is the same however answers are framed and cut, and no call is repeated', async () => {
  let flat = 0
  for (let run = 0; run < RUNS; run++) {
    const operation = opened.operations[run % opened.operations.length] as RandomOperation
    current = { operation, seed: SEED * 1_000_003 + run * 1_009 }
    const asked: AskedOnce[] = []
    const exactRuns = opened.federation.exact.runs
    const product = await openProduct(opened.federation.engine, operation)
    // One request may carry several calls: each has its part of the answer.
    const answer = await product(async (call) => {
      const one: AskedOnce = { service: call.service, text: call.body.bytes.toString(), told: undefined }
      asked.push(one)
      const answered = await traffic.send(call)
      one.told = Buffer.from(JSON.stringify(answered.parsed()))
      return answered
    })
    expect([operation.query, await differenceToExact(operation.exact, { answer, asked })]).toEqual([
      operation.query,
      '',
    ])
    if (opened.federation.exact.runs === exactRuns) flat++
  }
  expect(flat / RUNS).toBeGreaterThan(0.3)
})
