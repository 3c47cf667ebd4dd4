/**
 * Random operations of callers to whom something is denied, through both of the engine's paths and
 * through one plain schema whose forbidden fields fail. `ACCESS_QUERIES=20000 SEED=7` runs more of them, with
 * other rules after each 200.
 */
import { isDeepStrictEqual } from 'node:util'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  defaultTypeResolver,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  GraphQLSchema,
  type GraphQLTypeResolver,
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Answer } from '../../../gateway/execution/answer/answer.ts'
import { deniedBy } from '../../../gateway/execution/plan/access.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { randomQuery } from '../execution/random-query.ts'
import { callContext } from '../execution/support/call-context.ts'
import { plainSchema } from '../execution/support/compare.ts'
import { createDice } from '../execution/support/dice.ts'
import { type Federation, federate, type SentCall } from '../execution/support/federation.ts'
import { resolverOf, servicesOf } from '../execution/support/universe.ts'
import { bakery } from '../execution/universes/bakery.ts'
import { inherited } from '../execution/universes/inherited.ts'
import { library } from '../execution/universes/library.ts'
import { maze } from '../execution/universes/maze.ts'
import { office } from '../execution/universes/office.ts'
import { port } from '../execution/universes/port.ts'
import { shop } from '../execution/universes/shop.ts'
import { studio } from '../execution/universes/studio.ts'
import { town } from '../execution/universes/town.ts'
import { type Guarded, guard, POLICIES } from './access-universe.ts'

const QUERIES = Number(process.env['ACCESS_QUERIES'] ?? 30)
const SEED = Number(process.env['SEED'] ?? 1)
const MOST_GUARDED = 6
/** Operations with the same rules: what is wrong shows in few rules, and in their first operations. */
const QUERIES_OF_RULES = 200

type Path = readonly (string | number)[]
interface Told {
  readonly data: unknown
  readonly errors: readonly { readonly path?: Path | undefined; readonly message: string }[]
}

interface InEngine extends Told {
  readonly denied: boolean
  readonly isFlat: boolean
  /** Between the engine's paths. */
  readonly differences: readonly string[]
}

/**
 * With the share of operations of which something is denied that the flat path runs. What is left
 * to the exact path is left to it where nothing is denied, too.
 */
const universes = [
  { universe: shop, flat: 0.95 },
  { universe: library, flat: 0.85 },
  { universe: maze, flat: 0.8 },
  { universe: office, flat: 0.7 },
  { universe: town, flat: 0.95 },
  { universe: studio, flat: 0.85 },
  { universe: inherited, flat: 0.95 },
  { universe: bakery, flat: 0.9 },
  { universe: port, flat: 0.95 },
]

describe.each(universes)('services of a $universe.name with policies', ({ universe, flat }) => {
  let federation: Federation
  let plain: GraphQLSchema
  let guarded: Guarded
  const schemas = new Map<string, GraphQLSchema>()

  async function open(seed: number): Promise<void> {
    const services = servicesOf(universe)
    const make = guard(universe.services, createDice(seed), MOST_GUARDED)
    const texts = make(new GraphQLSchema({})).typeDefs
    federation = await federate(
      Object.fromEntries(
        Object.entries(services).map(([name, each]) => [name, { ...each, typeDefs: texts[name] ?? '' }]),
      ),
    )
    plain = plainSchema(federation)
    guarded = make(plain)
    for (const [name, text] of Object.entries(texts)) schemas.set(name, buildSubgraphSchema({ typeDefs: parse(text) }))
  }

  beforeAll(() => open(SEED))
  afterAll(() => federation.close())

  test(
    'Nothing denied is asked of a service, and all else is as in the plain schema',
    async () => {
      const dice = createDice(SEED + 1)
      const seen = { rules: 1, valid: 0, denied: 0, flat: 0, nulled: 0 }
      for (let number = 0; number < QUERIES; number += 1) {
        if (number > 0 && number % QUERIES_OF_RULES === 0) {
          await federation.close()
          // Far from the seeds of other runs.
          await open(SEED * 1_000_003 + number)
          seen.rules += 1
        }
        const { query, variables } = randomQuery(
          plain,
          Array.from({ length: 300 }, () => dice.below(1 << 16)),
        )
        const lacked = new Set(POLICIES.filter(() => dice.chance(2)))
        const document = parse(query)
        if (validate(plain, document).length > 0) continue
        seen.valid += 1
        const expected = await inPlain(query, variables, lacked)
        const actual = await inEngine(query, variables, lacked)
        if (actual.denied) seen.denied += 1
        if (actual.denied && actual.isFlat) seen.flat += 1
        if (expected.errors.some(({ message }) => message === 'denied')) seen.nulled += 1
        const leaks = federation.calls.flatMap((call) => forbiddenIn(call, lacked))
        const faults = [
          ...leaks.map((leak) => `asked ${leak}`),
          ...federation.wrong,
          ...(isDeepStrictEqual(actual.data, expected.data) ? [] : ['other data']),
          ...(isDeepStrictEqual(explained(actual), explained(expected)) ? [] : ['other errors']),
          ...actual.differences,
        ]
        if (faults.length > 0)
          throw new Error(
            [
              ...faults,
              query,
              JSON.stringify(variables),
              `lacks ${[...lacked].join()}`,
              JSON.stringify(guarded.placements),
              `engine ${JSON.stringify(actual.data)}`,
              `plain  ${JSON.stringify(expected.data)}`,
              ...actual.errors.map(({ path, message }) => `engine error ${path?.join('.')} ${message}`),
              ...expected.errors.map(({ path, message }) => `plain error ${path?.join('.')} ${message}`),
              ...federation.calls.map((call) => `${call.service} ${call.query} ${JSON.stringify(call.variables)}`),
            ].join('\n'),
          )
      }
      if (process.env['ACCESS_SAY']) process.stderr.write(`${universe.name} ${JSON.stringify(seen)}\n`)
      expect(seen.valid).toBeGreaterThan(QUERIES * 0.8)
      expect(seen.flat).toBeGreaterThanOrEqual(seen.denied * flat)
    },
    60_000 + QUERIES * 60,
  )

  async function inEngine(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    lacked: ReadonlySet<string>,
  ): Promise<InEngine> {
    const { engine, calls, wrong, exact } = federation
    calls.length = 0
    wrong.length = 0
    const rules = engine.facts.access
    const lacks = (index: number): boolean => {
      const requirement = rules.requirements[index]
      return requirement?.kind !== 'policies' || requirement.anyOf.every((all) => all.some((name) => lacked.has(name)))
    }
    try {
      const prepared = engine.prepare(query, parse(query))
      const bound = prepared.bind(variables)
      const lacking = prepared.needed.map(({ requirement }) => requirement).filter(lacks)
      const denied = lacking.length > 0 ? deniedBy(rules, lacking, true) : undefined
      const compiled = await prepared.compiled(bound.conditions, () => 'test', denied)
      const run = (): Promise<Answer> => compiled.execute(bound, callContext, federation.sendIn(universe.createWorld()))
      const before = exact.runs
      const answer = await run()
      const isFlat = exact.runs === before
      // A surprise: the exact path takes over.
      federation.isOdd = () => true
      const exactly = isFlat && denied ? await run() : answer
      federation.isOdd = () => false
      const { data } = JSON.parse(answer.body.toString()) as Told
      const differences = differencesOf(answer, exactly)
      return { data, errors: answer.errors, denied: denied !== undefined, isFlat, differences }
    } catch (error) {
      return { data: undefined, errors: [error as GraphQLError], denied: false, isFlat: true, differences: [] }
    }
  }

  async function inPlain(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    lacked: ReadonlySet<string>,
  ): Promise<Told> {
    const document = parse(query)
    const isLacked = (needed: ReadonlySet<string>): boolean => [...needed].some((name) => lacked.has(name))
    /** Places of the document that are denied whatever object they are asked of. */
    const places = new Set<number | undefined>()
    const info = new TypeInfo(plain)
    visit(
      document,
      visitWithTypeInfo(info, {
        Field(node) {
          const parent = info.getParentType()
          if (parent && isLacked(guarded.ofField(parent.name, node.name.value))) places.add(node.loc?.start)
        },
      }),
    )
    const resolve = resolverOf(universe) as GraphQLFieldResolver<unknown, unknown>
    const unknown = universe.unknown ?? []
    const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (parent, args, world, details) => {
      const { parentType, fieldName, fieldNodes } = details
      if (
        isLacked(guarded.ofField(parentType.name, fieldName)) ||
        fieldNodes.some((node) => places.has(node.loc?.start))
      )
        throw codedError('FORBIDDEN', 'denied')
      const id = (parent as { readonly id?: unknown } | undefined)?.id
      if (unknown.some((each) => each.type === parentType.name && each.fields.includes(fieldName) && each.id === id))
        throw codedError('INTERNAL', 'unknown')
      return resolve(parent, args, world, details)
    }
    const typeResolver: GraphQLTypeResolver<unknown, unknown> = (value, context, details, type) => {
      const name = defaultTypeResolver(value, context, details, type)
      if (typeof name === 'string' && isLacked(guarded.ofType(name))) throw codedError('FORBIDDEN', 'denied')
      return name
    }
    const result = await execute({
      schema: plain,
      document,
      variableValues: variables,
      contextValue: universe.createWorld(),
      fieldResolver,
      typeResolver,
    })
    const data: unknown = result.data === undefined ? undefined : JSON.parse(JSON.stringify(result.data))
    return { data, errors: (result.errors ?? []).filter(({ message }) => message !== 'unknown') }
  }

  /**
   * Fields of a request to a service that the caller may not see of some object that they may be
   * asked of there. Fields of keys do not count.
   */
  function forbiddenIn({ service, query, variables }: SentCall, lacked: ReadonlySet<string>): string[] {
    const schema = schemas.get(service)
    if (!schema) return [service]
    const found: string[] = []
    const isForbidden = (type: string, field: string): boolean =>
      !guarded.isKey(type, field) && [...guarded.ofField(type, field)].some((each) => lacked.has(each))
    /** @param objects what the object may be */
    const look = (type: GraphQLNamedType, objects: readonly string[], { selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('The engine sends no named fragments.')
        const name = selection.kind === Kind.FIELD ? selection.name.value : selection.typeCondition?.name.value
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = (name === undefined ? undefined : schema.getType(name)) ?? type
          const some = condition === type ? objects : membersIn(schema, condition)
          look(
            condition,
            objects.filter((each) => some.includes(each)),
            selection.selectionSet,
          )
          continue
        }
        const field = name === undefined || !('getFields' in type) ? undefined : type.getFields()[name]
        if (name === undefined || !field || !('args' in field)) continue
        if (name !== '_entities') for (const each of objects) if (isForbidden(each, name)) found.push(`${each}.${name}`)
        const below = getNamedType(field.type)
        if (selection.selectionSet)
          look(
            below,
            name === '_entities' ? representedBy(variables) : membersIn(schema, below),
            selection.selectionSet,
          )
      }
    }
    for (const definition of parse(query).definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error('The engine sends operations alone.')
      const root = schema.getRootType(definition.operation)
      if (root) look(root, [definition.operation === 'query' ? 'Query' : 'Mutation'], definition.selectionSet)
    }
    return found
  }

  /** What objects of a service's type may be. */
  function membersIn(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
    if (isAbstractType(type)) return schema.getPossibleTypes(type).map(({ name }) => name)
    // To a service that knows no objects of an interface it stands for all of them.
    const standsFor = plain.getType(type.name)
    return isAbstractType(standsFor) ? plain.getPossibleTypes(standsFor).map(({ name }) => name) : [type.name]
  }

  /** What the entities of a request really are: some go by the name of their interface. */
  function representedBy({ representations }: SentCall['variables']): readonly string[] {
    const { entities } = universe.createWorld()
    const sent = (Array.isArray(representations) ? representations : []) as readonly Readonly<Record<string, unknown>>[]
    const types = sent.flatMap(({ __typename, ...fields }) => {
      const type = plain.getType(`${__typename}`)
      if (!isAbstractType(type)) return `${__typename}`
      const members = plain.getPossibleTypes(type).map(({ name }) => name)
      const known = entities.filter(
        (entity) =>
          members.includes(entity.__typename ?? '') &&
          Object.entries(fields).some(([name, value]) => typeof value === 'string' && entity[name] === value),
      )
      return known.length === 0 ? members : known.flatMap((entity) => entity.__typename ?? [])
    })
    return [...new Set(types)]
  }
})

/** In bytes, and in errors and their order. */
function differencesOf(flat: Answer, exact: Answer): string[] {
  const [one, other] = [flat, exact].map(({ body, errors }) => `${body} ${JSON.stringify(errors)}`)
  return one === other ? [] : [`the flat path  ${one}`, `the exact path ${other}`]
}

/** The nulls that errors explain, each once. */
const explained = ({ data, errors }: Told): string[] =>
  [...new Set(errors.map(({ path = [] }) => JSON.stringify(upToNull(data, path))))].sort()

function upToNull(data: unknown, path: Path): Path {
  let value = data
  for (const [depth, segment] of path.entries()) {
    if (value === null) return path.slice(0, depth)
    value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[segment]
  }
  return path
}
