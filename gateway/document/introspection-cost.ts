/**
 * The cost of `__schema` and `__type`, which the gateway answers itself, in one piece. It is in
 * proportion to the standard introspection query, which every schema allows.
 */
import {
  type FieldNode,
  type GraphQLSchema,
  type GraphQLType,
  getIntrospectionQuery,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { type Fragments, fragmentsOf } from '../execution/plan/conditions.ts'

const STANDARD = 30_000 // 20 ms for the whole of a schema like the bank's
/** Minimum cost of each field. */
const LEAST: ReadonlyMap<string, number> = new Map([
  ['__schema', STANDARD],
  ['__type', 200],
])

/**
 * For one operation: its fragments are counted once.
 * @returns the cost of `__schema` or `__type`; every other field costs nothing here
 */
export function createIntrospectionCost(schema: GraphQLSchema, fragments: Fragments): (node: FieldNode) => number {
  let count: Count | undefined
  return (node) => {
    const least = LEAST.get(node.name.value)
    if (least === undefined) return 0
    const sizes = knownSizes.get(schema) ?? sizesOf(schema)
    knownSizes.set(schema, sizes)
    count ??= createCount(sizes, fragments)
    return Math.max(least, Math.ceil((STANDARD * count(node.selectionSet)) / sizes.standard))
  }
}

/** Sizes of the lists in an introspection. */
interface Sizes {
  /**
   * For each list: the mean below `types`; elsewhere the maximum, because the client chooses the
   * type.
   */
  readonly lists: ReadonlyMap<string, { readonly mean: number; readonly most: number }>
  /** The share of field and input types with at least this many wrappers. */
  readonly wrapped: readonly number[]
  /** Fields in the answer to the standard query. */
  readonly standard: number
}

const knownSizes = new WeakMap<GraphQLSchema, Sizes>()

function sizesOf(schema: GraphQLSchema): Sizes {
  const types = Object.values(schema.getTypeMap())
  const composite = types.filter((type) => isObjectType(type) || isInterfaceType(type))
  const fields = composite.flatMap((type) => Object.values(type.getFields()))
  const inputs = types.filter(isInputObjectType).map((type) => Object.values(type.getFields()))
  const directives = schema.getDirectives()
  const among = (sizes: readonly number[], all: number, others: readonly number[] = []) => ({
    mean: sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, all),
    most: [...sizes, ...others].reduce((most, size) => Math.max(most, size), 0),
  })
  const inAll = (sizes: readonly number[]) => among(sizes, types.length)
  const lists = new Map([
    ['types', { mean: types.length, most: types.length }],
    ['directives', { mean: directives.length, most: directives.length }],
    ['fields', inAll(composite.map((type) => Object.keys(type.getFields()).length))],
    ['interfaces', inAll(composite.map((type) => type.getInterfaces().length))],
    ['possibleTypes', inAll(types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type).length))],
    ['enumValues', inAll(types.filter(isEnumType).map((type) => type.getValues().length))],
    ['inputFields', inAll(inputs.map((those) => those.length))],
    [
      'args',
      among(
        fields.map(({ args }) => args.length),
        fields.length,
        directives.map(({ args }) => args.length),
      ),
    ],
  ])
  const wrappers = [...fields, ...fields.flatMap(({ args }) => args), ...inputs.flat()].map(({ type }) => wrapsOf(type))
  const wrapped = [1, 2, 3, 4].map((least) => wrappers.filter((count) => count >= least).length / wrappers.length)
  const standard = createCount({ lists, wrapped, standard: 1 }, fragmentsOf(QUERY))(QUERY_FIELD?.selectionSet)
  return { lists, wrapped, standard }
}

/** Lists and non-nulls around a type. */
function wrapsOf(type: GraphQLType): number {
  if (isNonNullType(type)) return 1 + wrapsOf(getNullableType(type))
  return isListType(type) ? 1 + wrapsOf(type.ofType) : 0
}

const QUERY = parse(
  getIntrospectionQuery({
    directiveIsRepeatable: true,
    inputValueDeprecation: true,
    oneOf: true,
    schemaDescription: true,
    specifiedByUrl: true,
  }),
)
const QUERY_FIELD = QUERY.definitions
  .find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)
  ?.selectionSet.selections.find((node) => node.kind === Kind.FIELD)

/** The position of a selection. */
interface Place {
  /** True below `types`, outside references to other types. */
  readonly isListed: boolean
  /** Wrappers already taken off a type. */
  readonly wraps: number
}

const ROOT: Place = { isListed: false, wraps: 0 }

type Count = (set: SelectionSetNode | undefined) => number

/** Counts the fields of an answer, each fragment once for each kind of place. */
function createCount({ lists, wrapped }: Sizes, fragments: Fragments): Count {
  const known = new Map<string, number>()

  const countFragment = (name: string, place: Place): number => {
    const key = `${place.isListed} ${place.wraps} ${name}`
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, 0) // for a fragment that spreads itself, which validation refuses
    const count = countIn(fragments.get(name)?.selectionSet, place)
    known.set(key, count)
    return count
  }

  const countIn = (set: SelectionSetNode | undefined, place: Place): number =>
    (set?.selections ?? []).reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + countFragment(selection.name.value, place)
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + countIn(selection.selectionSet, place)
      return sum + countField(selection, place)
    }, 0)

  const countField = ({ name: { value: name }, selectionSet }: FieldNode, { isListed, wraps }: Place): number => {
    if (!selectionSet) return 1
    if (name === 'ofType')
      return (
        1 +
        (wrapped[wraps] ?? 0) * countIn(selectionSet, { isListed: false, wraps: Math.min(wraps + 1, wrapped.length) })
      )
    const size = lists.get(name)
    const isWithin = name === 'types' || (isListed && STAYING.has(name))
    return 1 + (size ? (isListed ? size.mean : size.most) : 1) * countIn(selectionSet, { isListed: isWithin, wraps: 0 })
  }

  return (set) => countIn(set, ROOT)
}

/** Lists that lead to no other type. */
const STAYING: ReadonlySet<string> = new Set(['fields', 'args', 'inputFields', 'enumValues'])
