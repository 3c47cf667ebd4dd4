/** Lent memory of answers, and of the client's answer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Answer } from '../../../../gateway/execution/answer/answer.ts'
import { openAnswer, readBody } from '../../../../gateway/traffic/call/answer.ts'
import { CallFailure, toClient } from '../../../../gateway/traffic/call/failure.ts'
import type { ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { type Federation, federate } from '../support/federation.ts'
import { openProduct, type Product } from '../support/two-paths.ts'
import { servicesOf } from '../support/universe.ts'
import { port } from '../universes/port.ts'

const query = '{ port { depth tariff berths { sealed long ship { score kind captain { name } } } } }'

let federation: Federation
let product: Product
let expected: Answer
beforeAll(async () => {
  federation = await federate(servicesOf(port))
  product = await openProduct(federation.engine, { query, variables: {} })
  expected = await product(federation.sendIn(port.createWorld()))
})
afterAll(() => federation.close())

/** @param change what a service answers instead; `undefined` where the call fails */
async function run(change: (body: Buffer, call: ServiceCall) => Buffer | undefined) {
  const send = federation.sendIn(port.createWorld())
  let calls = 0
  let freed = 0
  const answer = await product(async (call) => {
    calls += 1
    const bytes = change(Buffer.from((await send({ ...call, read: undefined })).body), call)
    if (!bytes) throw toClient(new CallFailure('timeout', 'no answer in time'), call.service)
    const loan = {
      bytes,
      free() {
        freed += 1
        // As the next one who has the memory would do.
        bytes.fill('!')
      },
    }
    return call.read?.(bytes) ? openAnswer(bytes, undefined, loan) : readBody(bytes, 200).answer
  })
  return { answer, calls, freed }
}

test('After writing, all memory of answers is free, and the client’s answer is in lent memory', async () => {
  const { answer, calls, freed } = await run((body) => body)
  expect(answer.body.toString()).toBe(expected.body.toString())
  expect(answer.loan?.bytes).toBe(answer.body)
  expect(calls).toBeGreaterThan(2)
  expect(freed).toBe(calls)
})

test('What the exact path takes over is not freed', async () => {
  const { answer, calls, freed } = await run((body, call) =>
    call.body.representations ? Buffer.concat([Buffer.from(' '), body]) : body,
  )
  expect(JSON.parse(answer.body.toString())).toEqual(JSON.parse(expected.body.toString()))
  expect([answer.loan, freed]).toEqual([undefined, 0])
  expect(calls).toBeGreaterThan(2)
})

test('A call that failed does not keep the memory of others', async () => {
  let failed = 0
  const { answer, calls, freed } = await run((body, { service, body: { representations } }) => {
    const fails = failed === 0 && representations !== undefined && service !== 'harbour'
    if (fails) failed += 1
    return fails ? undefined : body
  })
  expect([failed, answer.errors.length > 0]).toEqual([1, true])
  expect(freed).toBe(calls - 1)
})
