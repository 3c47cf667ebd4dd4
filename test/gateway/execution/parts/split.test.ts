/** Which calls the first part of an answer waits for, and which follow. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type OperationDefinitionNode, parse } from 'graphql'
import type { Part } from '../../../../gateway/execution/answer/part.ts'
import { defersSomething } from '../../../../gateway/execution/plan/conditions.ts'
import { createAbort } from '../../../../gateway/traffic/call/abort.ts'
import { callContext } from '../../../support/call-context.ts'
import { deniedIn } from '../support/denied.ts'
import { type Federation, federate } from '../support/federation.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])`

let federation: Federation
beforeAll(async () => {
  federation = await federate({
    houses: {
      typeDefs: `${LINK} type Query { houses: [House!]! } type Mutation { grow(id: ID!): House! } type House @key(fields: "id") { id: ID! size: Int! }`,
      resolvers: {
        Query: { houses: () => ['1', '2'].map((id) => ({ id, size: 10 })) },
        Mutation: { grow: (_: unknown, { id }: { id: string }) => ({ id, size: 11 }) },
      },
    },
    taxes: {
      typeDefs: `${LINK}
        type House @key(fields: "id") { id: ID! size: Int! @external street: String! due: Int! @requires(fields: "size") owner: Owner! }
        type Owner @key(fields: "id") { id: ID! }`,
      resolvers: {
        House: { street: () => 'Main', due: ({ size }: { size: number }) => size * 2, owner: () => ({ id: 'o' }) },
      },
    },
    people: {
      typeDefs: `${LINK} type Owner @key(fields: "id") { id: ID! name: String! }`,
      resolvers: { Owner: { name: () => 'Ada' } },
    },
  })
})
afterAll(() => federation.close())

interface Asked {
  readonly first: string[]
  readonly later: string[]
  /** Both, in order. */
  readonly all: string[]
  readonly parts: Part[]
}

/** The services that are asked before the first part, and after it. */
async function asked(query: string, hidden: readonly string[] = []): Promise<Asked> {
  const prepared = federation.engine.prepare(query, parse(query))
  const bound = prepared.bind({}, true)
  const isHidden = (coordinate: string): boolean => hidden.includes(coordinate)
  const denied = hidden.length > 0 ? deniedIn(federation.engine.schema, hidden.join(), isHidden) : undefined
  const compiled = await prepared.compiled(bound.conditions, undefined, denied)
  const { signal: left } = createAbort()
  const isFirst = Promise.withResolvers<void>()
  const [first, later, all]: [string[], string[], string[]] = [[], [], []]
  const run = compiled.executeInParts?.(
    bound,
    callContext,
    async (call) => {
      const isLater = call.context.signal === left
      const { query: text } = JSON.parse(call.body.bytes.toString()) as { query: string }
      const name = `${call.service} ${text.match(/[a-z]+(?=[{}]*$)/)?.[0]}`
      ;(isLater ? later : first).push(name)
      all.push(name)
      if (isLater) await isFirst.promise
      return federation.send(call)
    },
    left,
  )
  const parts: Part[] = []
  for await (const part of run?.parts ?? []) {
    isFirst.resolve()
    parts.push(JSON.parse(JSON.stringify(part)) as Part)
  }
  return { first, later, all, parts }
}

test('A service that only deferred fragments need is called later', async () => {
  const { first, later } = await asked('{ houses { id ... @defer { owner { name } } } }')
  expect(first).toEqual(['houses id'])
  expect(later).toEqual(['taxes id', 'people name'])
})

test('Deferred fields of an entity are fetched in a call of their own', async () => {
  const { first, later, parts } = await asked('{ houses { street ... @defer { owner { name } } } }')
  expect(first).toEqual(['houses id', 'taxes street'])
  expect(later).toEqual(['taxes id', 'people name'])
  expect(parts[0]?.first?.data).toEqual({ houses: [{ street: 'Main' }, { street: 'Main' }] })
})

test('The first part waits for what its own fields require', async () => {
  const { first, later } = await asked('{ houses { due ... @defer { size street } } }')
  expect(first).toEqual(['houses size', 'taxes street'])
  expect(later).toEqual([])
})

test('A deferred field that requires others waits for them alone', async () => {
  const { first, later, parts } = await asked('{ houses { id ... @defer { due } } }')
  expect(first).toEqual(['houses size'])
  expect(later).toEqual(['taxes due'])
  expect(parts[1]?.completed).toMatchObject([
    { path: ['houses', 0], additions: [{ data: { due: 20 } }] },
    { path: ['houses', 1], additions: [{ data: { due: 20 } }] },
  ])
})

test('Denied fields are not fetched, and are reported in the part that has them', async () => {
  const query = '{ houses { id ... @defer(label: "a") { owner { id name } } ... @defer(label: "b") { street } } }'
  const { later, parts } = await asked(query, ['Owner.name'])
  expect(later).toEqual(['taxes street'])
  const completed = parts.flatMap((part) => part.completed)
  const ofLabel = (label: string) => completed.filter((each) => each.label === label)
  expect(ofLabel('a')).toHaveLength(2)
  for (const { additions, errors } of ofLabel('a')) {
    expect(additions).toBeUndefined()
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  }
  for (const { additions } of ofLabel('b')) expect(additions).toMatchObject([{ data: { street: 'Main' } }])
})

test('Deferred fields of a mutation are fetched after all of its changes', async () => {
  const query =
    'mutation { a: grow(id: "1") { id ... @defer { street } } b: grow(id: "2") { due ... @defer { owner { id } } } }'
  const { first, later, all, parts } = await asked(query)
  expect(first).toEqual(['houses id', 'houses size', 'taxes id'])
  expect(later).toEqual(['taxes street'])
  expect(all).toEqual([...first, ...later])
  expect(parts.at(-1)).toMatchObject({ hasNext: false })
})

test('A subscription has no parts', () => {
  const definitionsOf = (text: string) => parse(text).definitions[0] as OperationDefinitionNode
  expect(defersSomething(definitionsOf('{ a { ... @defer { b } } }'), new Map())).toBe(true)
  expect(defersSomething(definitionsOf('subscription { a { ... @defer { b } } }'), new Map())).toBe(false)
})
