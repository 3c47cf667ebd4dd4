/**
 * Random operations with deferred fragments, in parts and whole. What is deferred is held back
 * until the first part is there. `QUERIES=20000 SEED=7` runs more of them, repeatably.
 */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type GraphQLSchema, parse, validate } from 'graphql'
import type { Part } from '../../../gateway/execution/answer/part.ts'
import { createAbort } from '../../../gateway/traffic/call/abort.ts'
import { callContext } from '../../support/call-context.ts'
import { casesOf, SEED } from '../../support/cases.ts'
import fc from '../../support/fast-check.ts'
import { randomQuery } from './random-query.ts'
import { deferSome, type Merged, mergeParts } from './support/deferring.ts'
import { type Federation, federate } from './support/federation.ts'
import { servicesOf } from './support/universe.ts'
import { bakery, inherited, library, maze, office, port, shop, studio, town } from './universes/all.ts'

const { count: QUERIES, timeout: TIMEOUT } = casesOf('QUERIES', 360, 60)

const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })
const universes = [shop, library, maze, office, town, studio, inherited, bakery, port]
const named = universes.map((universe) => ({ name: universe.name, universe }))

describe.each(named)('services of a $name', ({ universe }) => {
  let federation: Federation
  let schema: GraphQLSchema
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    schema = federation.engine.schema
  })
  afterAll(() => federation.close())

  const askInParts = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<Merged> => {
    const prepared = federation.engine.prepare(query, parse(query))
    const bound = prepared.bind(variables, true)
    const compiled = await prepared.compiled(bound.conditions)
    const send = federation.sendIn(universe.createWorld())
    if (!compiled.executeInParts) {
      const { body, errors } = await compiled.execute(bound, callContext, send)
      return { data: (JSON.parse(body.toString()) as Merged).data, errors, parts: 1 }
    }
    const { signal: left } = createAbort()
    const first = Promise.withResolvers<void>()
    const heldBack: typeof send = async (call) => {
      if (call.context.signal === left) await first.promise
      return send(call)
    }
    const run = compiled.executeInParts(bound, callContext, heldBack, left)
    const merged = await mergeParts(told(run.parts, first.resolve))
    expect(JSON.parse(JSON.stringify(run.data()))).toEqual(merged.data)
    return merged
  }

  test(
    'The parts of an answer make up the whole answer, and the first one waits for nothing deferred',
    async () => {
      let asked = 0
      let inParts = 0
      const property = fc.asyncProperty(choices, choices, async (numbers, deferred) => {
        const { query, variables } = randomQuery(schema, numbers)
        const deferring = deferSome(query, deferred)
        const isValid = (text: string): boolean => validate(schema, parse(text)).length === 0
        if (!isValid(query) || !isValid(deferring)) return
        asked++
        federation.wrong.length = 0
        const whole = await federation.askEngine(query, variables, universe.createWorld()).catch(refused)
        federation.calls.length = 0
        const merged = await askInParts(deferring, variables).catch(refused)
        if (merged.parts > 1) inParts++
        if (isDeepStrictEqual(merged.data, whole.data) && federation.wrong.length === 0) return
        // A null that goes up takes a deferred part, and not what was there before it.
        if (merged.errors.length > 0 && merged.parts > 0 && agrees(merged.data, whole.data)) return
        throw new Error(
          [
            deferring,
            JSON.stringify(variables),
            `whole ${JSON.stringify(whole.data)}`,
            `parts ${JSON.stringify(merged.data)}`,
            ...whole.errors.map((error) => `whole error ${error}`),
            ...merged.errors.map(({ message }) => `parts error ${message}`),
            ...federation.wrong,
            ...federation.calls.map(({ service, text }) => `${service} ${text}`),
          ].join('\n'),
        )
      })
      await fc.assert(property, { numRuns: Math.ceil(QUERIES / universes.length), seed: SEED })
      expect(inParts).toBeGreaterThan(asked / 3)
    },
    TIMEOUT,
  )
})

/** Whether the parts say nothing else than the whole, as far as each goes. */
function agrees(parts: unknown, whole: unknown): boolean {
  if (whole === null || parts === null) return true
  if (Array.isArray(parts) && Array.isArray(whole))
    return parts.length === whole.length && parts.every((item, index) => agrees(item, whole[index]))
  if (typeof parts !== 'object' || typeof whole !== 'object') return parts === whole
  return Object.entries(parts).every(
    ([name, value]) => Object.hasOwn(whole, name) && agrees(value, (whole as Record<string, unknown>)[name]),
  )
}

const refused = (error: Error): Merged => ({ data: undefined, errors: [error], parts: 0 })

async function* told(parts: AsyncIterable<Part>, onFirst: () => void): AsyncGenerator<Part> {
  for await (const part of parts) {
    onFirst()
    yield part
  }
}
