/**
 * Splits an operation into its calls to services, and the contract's expectations of each service's
 * answer. Makes no calls itself.
 */
import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import {
  type FetchNode,
  type PlanNode,
  QueryPlanner,
  type QueryPlanSelectionNode,
  type SubscriptionNode,
} from '@apollo/query-planner'
import {
  buildSchema,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { fragmentsOf } from '../../../gateway/execution/plan/conditions.ts'
import type { Contract } from '../contracts/contract.ts'
import { byType, exampleOf, isMatcher, type Wanted } from '../contracts/matchers.ts'

/** One call to one service. */
export interface ServiceCall {
  readonly service: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** Expectations of `data`, or of each entity. */
  readonly expected: readonly Expected[]
  /** True if it requests entities. */
  readonly isOfEntities: boolean
  /** True if it opens the stream of a subscription. */
  readonly isOfEvents: boolean
  /** Why it cannot be sent. */
  readonly lacks: readonly string[]
}

interface Expected {
  /** Path of the value in the whole answer. */
  readonly path: string
  readonly value: unknown
  readonly wanted: Wanted
}

export interface CallPlanner {
  /** Why the operation does not fit the schema; empty if it does. */
  faults(contract: Contract): readonly string[]
  calls(contract: Contract): readonly ServiceCall[]
}

export function createCallPlanner(supergraph: string, publicSdl: string): CallPlanner {
  const built = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
  const api = built.apiSchema()
  const schema: GraphQLSchema = buildSchema(publicSdl)
  const planner = new QueryPlanner(built)
  return {
    faults: ({ document, trigger }) =>
      [document, ...(trigger ? [trigger.document] : [])]
        .flatMap((each) => validate(schema, each))
        .map(({ message }) => message),
    calls(contract) {
      const { node } = planner.buildQueryPlan(operationFromDocument(api, contract.document))
      const events = node?.kind === 'Subscription' ? node.primary : undefined
      return fetchesIn(node, []).map(({ fetch, path }) => callOf(contract, fetch, path, fetch === events))
    },
  }
}

interface Found {
  readonly fetch: FetchNode
  /** Names, and `@` for the items of a list. */
  readonly path: readonly string[]
}

function fetchesIn(node: PlanNode | SubscriptionNode | undefined, path: readonly string[]): readonly Found[] {
  switch (node?.kind) {
    case 'Fetch':
      return [{ fetch: node, path }]
    case 'Flatten':
      return fetchesIn(node.node, [
        ...path,
        ...node.path.filter((each) => typeof each === 'string' && !each.startsWith('|')).map(String),
      ])
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((each) => fetchesIn(each, path))
    case 'Condition':
      return [...fetchesIn(node.ifClause, path), ...fetchesIn(node.elseClause, path)]
    case 'Defer':
      return [...fetchesIn(node.primary.node, path), ...node.deferred.flatMap((each) => fetchesIn(each.node, path))]
    case 'Subscription':
      return [{ fetch: node.primary, path }, ...fetchesIn(node.rest, path)]
    default:
      return []
  }
}

function callOf(contract: Contract, fetch: FetchNode, path: readonly string[], isOfEvents: boolean): ServiceCall {
  const { variables: all, answer } = contract
  const document = parse(fetch.operation)
  const wanted = wantedOf(document)
  const names = (fetch.variableUsages ?? []).filter((name) => name in all)
  const variables = Object.fromEntries(names.map((name) => [name, all[name]]))
  const common = {
    service: fetch.serviceName,
    query: fetch.operation,
    isOfEntities: fetch.requires !== undefined,
    isOfEvents,
  }
  if (!fetch.requires) return { ...common, variables, expected: [{ path: '', value: answer, wanted }], lacks: [] }
  const places = placesAt(answer, path, '')
  const { representations, lacks } = representationsOf(contract, fetch.requires, places)
  return {
    ...common,
    variables: { ...variables, representations },
    expected: places.map((place) => ({ ...place, wanted: wanted['_entities'] ?? {} })),
    lacks,
  }
}

/** Names in the answer, fragments included. */
function wantedOf(document: DocumentNode): Wanted {
  const fragments = fragmentsOf(document)
  const read = (set: SelectionSetNode | undefined, into: Record<string, Wanted | undefined>): Wanted => {
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.INLINE_FRAGMENT) read(node.selectionSet, into)
      else if (node.kind === Kind.FRAGMENT_SPREAD) read(fragments.get(node.name.value)?.selectionSet, into)
      else {
        const name = (node.alias ?? node.name).value
        into[name] = node.selectionSet ? read(node.selectionSet, { ...into[name] }) : undefined
      }
    }
    return into
  }
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
  return read(operation?.selectionSet, {})
}

type Place = Pick<Expected, 'path' | 'value'>

/** Expectations at a path: one for each listed item, or one for all items. */
function placesAt(expected: unknown, path: readonly string[], shown: string): readonly Place[] {
  const [step, ...rest] = path
  if (isMatcher(expected)) {
    if (expected.$match === 'nullable') return placesAt(expected.of, path, shown)
    if (expected.$match === 'type') return placesAt(byType(expected.example), path, shown)
    if (expected.$match === 'eachLike' && step === '@') return placesAt(expected.example, rest, `${shown}.0`)
    return []
  }
  if (step === undefined)
    return typeof expected === 'object' && expected !== null ? [{ path: shown, value: expected }] : []
  if (step === '@')
    return Array.isArray(expected) ? expected.flatMap((each, at) => placesAt(each, rest, `${shown}.${at}`)) : []
  if (typeof expected !== 'object' || expected === null || !(step in expected)) return []
  return placesAt((expected as Readonly<Record<string, unknown>>)[step], rest, shown === '' ? step : `${shown}.${step}`)
}

interface Representations {
  readonly representations: readonly unknown[]
  readonly lacks: readonly string[]
}

/**
 * One representation for each place, from the given keys of its type, or from the contract's
 * expectation.
 */
function representationsOf(
  { given }: Contract,
  requires: readonly QueryPlanSelectionNode[],
  places: readonly Place[],
): Representations {
  const representations: unknown[] = []
  const lacks = new Set<string>()
  for (const [at, { value }] of places.entries()) {
    const tried = requires.flatMap((node) => {
      if (node.kind !== 'InlineFragment' || node.typeCondition === undefined) return []
      const type = node.typeCondition
      const known = given[type]
      const example = { ...(exampleOf(value) as object), ...known?.[at % known.length] }
      return [{ type, ...pick(node.selections, example, type) }]
    })
    const whole = tried.find(({ missing }) => missing.length === 0)
    representations.push(whole?.value ?? null)
    if (!whole) for (const { missing } of tried) for (const name of missing) lacks.add(name)
  }
  return { representations, lacks: [...lacks] }
}

function pick(selections: readonly QueryPlanSelectionNode[], from: object, type: string) {
  const value: Record<string, unknown> = { __typename: type }
  const missing: string[] = []
  for (const node of selections) {
    if (node.kind !== 'Field' || node.name === '__typename') continue
    const found = (from as Readonly<Record<string, unknown>>)[node.name]
    if (found === undefined) missing.push(`${type}.${node.name}`)
    else value[node.name] = found
  }
  return { value, missing }
}
