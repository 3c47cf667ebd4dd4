/** The fields of an answer that the calls of a trace gave, on random operations. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type DocumentNode, GraphQLError, parse, validate, visit } from 'graphql'
import { createTracing } from '../../../../gateway/execution/trace/tracing.ts'
import { callContext } from '../../../support/call-context.ts'
import { SEED } from '../../../support/cases.ts'
import fc from '../../../support/fast-check.ts'
import { randomQuery } from '../random-query.ts'
import { type Federation, federate } from '../support/federation.ts'
import { servicesOf, type Universe } from '../support/universe.ts'
import { library } from '../universes/library.ts'
import { office } from '../universes/office.ts'
import { studio } from '../universes/studio.ts'

const QUERIES = Math.ceil(Number(process.env['QUERIES'] ?? 2_000) / 50)
const ROUNDED = 0.002 // milliseconds
const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })

/** Names under which an answer says what no call gives: types, and the schema itself. */
function ofTheGateway(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(document, {
    Field: ({ name, alias }) => void (name.value.startsWith('__') && names.add((alias ?? name).value)),
  })
  return names
}

/** Paths of all values that are there, with lists as `[]`. */
function pathsOf(value: unknown, path: string, but: ReadonlySet<string>, into = new Set<string>()): Set<string> {
  if (value === null) return into
  if (Array.isArray(value)) for (const item of value) pathsOf(item, `${path}[]`, but, into)
  else if (typeof value !== 'object') into.add(path)
  else
    for (const [name, inner] of Object.entries(value as object))
      if (!but.has(name)) pathsOf(inner, path === '' ? name : `${path}.${name}`, but, into)
  return into
}

describe.each([library, studio, office])('services of a $name', (universe: Universe) => {
  let federation: Federation
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
  })
  afterAll(() => federation.close())

  /** How many values the answer has. */
  const holdsFor = async (query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<number> => {
    const document = parse(query)
    const prepared = federation.engine.prepare(query, document)
    const bound = prepared.bind(variables)
    const compiled = await prepared.compiled(bound.conditions)
    const tracing = createTracing(performance.now())
    const send = federation.sendIn(universe.createWorld())
    const { body } = await compiled.execute(bound, callContext, send, undefined, tracing)
    const paths = pathsOf(JSON.parse(body.toString()).data, '', ofTheGateway(document))
    const calls = tracing.calls(() => 'stateful')
    const given = new Set(calls.flatMap(({ fields }) => fields))
    expect([...paths].filter((path) => !given.has(path))).toEqual([])
    for (const { after, start } of calls)
      for (const before of after) {
        const { start: earlier = Number.NaN, duration = Number.NaN } = calls[before] ?? {}
        expect(earlier + duration).toBeLessThanOrEqual(start + ROUNDED)
      }
    return paths.size
  }

  test('Every value of an answer was given by a call, and each call follows those that it waited for', async () => {
    let values = 0
    const property = fc.asyncProperty(choices, async (numbers) => {
      const { query, variables } = randomQuery(federation.plain, numbers)
      if (validate(federation.plain, parse(query)).length > 0) return
      values += await holdsFor(query, variables).catch((error: unknown) => {
        if (error instanceof GraphQLError) return 0 // a mistake in the variables
        throw error
      })
    })
    await fc.assert(property, { numRuns: QUERIES, seed: SEED })
    expect(values).toBeGreaterThan(QUERIES)
  })

  if (universe === studio) {
    test('The exact path is not said to wait for what only the flat path would wait for', async () => {
      const before = federation.exact.runs
      await holdsFor('{ review { of { length stars score } } }')
      expect(federation.exact.runs).toBe(before + 1)
    })
  }
})
