/**
 * Compiles an operation for the flat path: its plan and the shape of its answer become code. It
 * looks at every fetch before it writes the first word, because what is read of one answer depends
 * on everything that needs it.
 */
import type { FetchNode } from '@apollo/query-planner'
import { type FieldNode, type GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'
import type { ObjectShape } from '../answer/shape.ts'
import { sentAs } from '../calls/inputs.ts'
import { renamersOf } from '../calls/renamers.ts'
import type { ClientOperation } from '../plan/client-operation.ts'
import { askedOf } from '../plan/fetch-operation.ts'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Fetch } from '../plan/step.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { Assembler, type Code } from './code.ts'
import { compileReading } from './compile-reading.ts'
import { writingCompiler } from './compile-writing.ts'
import {
  type Overlap,
  Place,
  type Shape,
  type ShapeBuilder,
  Shape as ShapeOf,
  shapeBuilder,
  type TypeFacts,
  Variant,
} from './model.ts'
import { LIST_WORDS } from './scan.ts'
import type { Arenas } from './tapes.ts'
import { Unsupported } from './unsupported.ts'
import { neededToJoin, waitsIn } from './waits.ts'
import { type WantedBelow, wantedByClient, wantedByService } from './wanted.ts'

/** Objects that a fetch requests. */
export interface Target {
  readonly arena: number
  readonly fetch: number
  /** Words of a record. */
  readonly words: number
  /** Word for the address of the answered record. */
  readonly join: number
  /** Table of the code that writes representations, by type. */
  readonly table: number
}

/** A fetch whose answers the flat path reads. */
export interface FlatFetch {
  readonly shape: number
  /** Word of the root's record for the address of a root fetch's record; -1 for entities. */
  readonly join: number
  /** Words of a record of its answered objects. */
  readonly words: number
  readonly targets: readonly Target[]
  /** Table of the code that reads answered objects, by the requested type. */
  readonly asked: number
  /** Fetches in other branches of the plan that must end before. */
  readonly waitsFor: readonly number[]
}

/** Two fields whose objects are the same, seen from the objects that have the fields. */
export interface Joint {
  readonly arena: number
  readonly words: number
  /** The two sides: fetch, arena, the word that leads there (-1: none), and the link. */
  readonly first: JointSide
  readonly second: JointSide
  /** Fetches whose answers must have arrived. */
  readonly needs: readonly number[]
  /** Arena and size of the objects themselves. */
  readonly firstChild: { readonly arena: number; readonly words: number }
  readonly secondChild: { readonly arena: number; readonly words: number }
  /** Word of the first's records. */
  readonly join: number
  /** Whether the objects of both sides name their types. */
  readonly isTyped: boolean
}

interface JointSide {
  readonly fetch: number
  readonly arena: number
  readonly join: number
  readonly link: number
}

export interface FlatOperation {
  readonly plan: PreparedPlan
  readonly code: Code
  readonly arenas: Arenas
  /** Arena of the root's one record. */
  readonly root: number
  /** Code that writes the client's data. */
  readonly answer: number
  /** Indexed like the fetches of the plan. */
  readonly fetches: readonly FlatFetch[]
  readonly joints: readonly Joint[]
  /** Fetches that others wait for. */
  readonly awaited: readonly number[]
  readonly introspections: readonly (readonly FieldNode[])[]
  /** The errors of denied fields. */
  readonly denials: readonly GraphQLError[]
}

/** A fetch that is being compiled. */
interface Bound {
  readonly fetch: Fetch
  /** The shape of the root, or of each entity. */
  readonly shape: Shape
  readonly join: number
  readonly targets: readonly { readonly place: Place; readonly join: number; readonly count: number }[]
}

/** `undefined` if only the exact path can execute the operation. */
export function compileFlat(
  client: ClientOperation,
  shape: ObjectShape,
  plan: PreparedPlan,
  types: TypeRelations,
): FlatOperation | undefined {
  try {
    return compile(client, shape, plan, types)
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** @throws Unsupported */
function compile(client: ClientOperation, shape: ObjectShape, plan: PreparedPlan, types: TypeRelations): FlatOperation {
  const assembler = new Assembler()
  const facts = typeFacts(client.schema, types)
  const build = shapeBuilder(facts)
  const overlaps: Overlap[] = []
  const rootShape = new ShapeOf(-1, 'one', new Map([[undefined, new Variant([])]]))
  const root = new Place(rootShape, overlaps)
  const arenas: Shape[] = []
  let used = new Set<Shape>()
  const read = (each: Shape): number => {
    used.add(each)
    if (each.arena < 0) each.arena = arenas.push(each) // arena 0 has the lists of lists
    return each.arena
  }
  read(rootShape)

  const bound = plan.fetches.map((fetch) =>
    fetch.node.requires ? bindEntities(fetch, root, build, types) : bindRoot(fetch, root, build, shape.type.name),
  )
  for (const { shape: given, targets } of bound) {
    read(given)
    for (const { place } of targets) read(place.first)
  }
  const introspections: (readonly FieldNode[])[] = []
  const denials: GraphQLError[] = []
  const writing = writingCompiler({ assembler, isObjectType: types.isObjectType, read, introspections, denials })
  const answer = writing.object(
    { place: root, type: shape.type.name, firstType: undefined, count: root.sources.length },
    wantedByClient(shape),
  )
  const waits = waitsIn(plan, overlaps)
  const asking = bound.map(({ fetch: { node, index }, targets }) => {
    used = new Set(targets.map(({ place }) => place.first))
    const tables = targets.map(({ place, count }) => writing.tableFor(place, representing(node, types), count))
    return { tables, waitsFor: waits(index, used) }
  })
  for (const overlap of overlaps) openJoint(overlap, read)
  // All slots are assigned: only now is the layout of the records known.
  const fetches = bound.map(({ fetch: { node }, shape: given, join, targets }, number): FlatFetch => {
    const code = compileReading(given, assembler)
    const answered = answeredAs(given, node, types)
    const asked: number[] = []
    for (const { place } of targets) {
      for (const type of typesAt(place)) {
        // An object requested by its interface names its type itself.
        if (given.recognition === 'typename' && !types.isObjectType(type)) continue
        const variant = given.variantOf(answered(type))
        asked.push(assembler.typeNumber(type), (variant && code.variants.get(variant)) ?? 0)
      }
    }
    return {
      shape: code.at,
      join,
      words: given.words,
      targets: targets.map(({ place, join: into }, index) => ({
        arena: place.first.arena,
        fetch: place.first.fetch,
        words: place.first.words,
        join: into,
        table: asking[number]?.tables[index] ?? 0,
      })),
      asked: assembler.add([asked.length / 2, ...asked]),
      waitsFor: asking[number]?.waitsFor ?? [],
    }
  })
  const sizes = {
    count: arenas.length + 1,
    words: assembler.add([LIST_WORDS, ...arenas.map(({ words }) => words)]),
  }
  return {
    plan,
    code: assembler.finish(),
    arenas: sizes,
    root: rootShape.arena,
    answer,
    fetches,
    joints: overlaps.map((overlap) => closeJoint(overlap, overlaps)),
    awaited: [...new Set(fetches.flatMap(({ waitsFor }) => waitsFor))],
    introspections,
    denials,
  }
}

function typeFacts(schema: GraphQLSchema, types: TypeRelations): TypeFacts {
  return {
    belongsTo: types.belongsTo,
    members: types.members,
    fieldType(parent, field) {
      const type = schema.getType(parent)
      return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field]?.type : undefined
    },
  }
}

function bindRoot(fetch: Fetch, root: Place, build: ShapeBuilder, type: string): Bound {
  const { node, paths, index } = fetch
  if (paths.some((path) => path.length > 0)) throw new Unsupported('a root type inside')
  const shape = build({ fetch: index, sets: [askedOf(node)], types: [type], renamers: renamersOf(node) })
  return { fetch, shape, join: root.add(shape), targets: [] }
}

function bindEntities(fetch: Fetch, root: Place, build: ShapeBuilder, types: TypeRelations): Bound {
  const { node, paths, index } = fetch
  if (node.contextRewrites?.length) throw new Unsupported('contexts')
  const shape = build({ fetch: index, sets: [askedOf(node)], types: [], renamers: renamersOf(node), isAsked: true })
  const places = new Set(
    paths.flatMap((path) =>
      path.reduce<readonly Place[]>((all, name) => all.flatMap((place) => place.below(name)), [root]),
    ),
  )
  if (places.size === 0) throw new Unsupported('a path that leads nowhere')
  const targets = Array.from(places, (place) => {
    const count = place.sources.length
    return { place, count, join: place.add(shape, answeredAs(shape, node, types)) }
  })
  return { fetch, shape, join: -1, targets }
}

/** The name of a type in an answer. An object that names no type is of the requested type. */
const answeredAs = (shape: Shape, node: FetchNode, types: TypeRelations) => (typename: string) => {
  if (shape.recognition === 'typename') return typename
  const name = sentAs(node, typename, types)
  if (shape.recognition === 'asked' && shape.variantOf(name) !== shape.variantOf(typename))
    throw new Unsupported('objects that are asked for by their interface and do not say first what they are')
  return name
}

/**
 * The fields that represent an object of a type to a service; `undefined` if the service is not
 * asked for it.
 */
const representing =
  (node: FetchNode, types: TypeRelations): WantedBelow =>
  (typename) => {
    if (typename === undefined) return undefined
    const name = sentAs(node, typename, types)
    const wanted = wantedByService(node.requires ?? [], typename, types, name)
    const names = wanted.map((each) => (each.kind === 'data' ? each.name : each.key))
    return types.isKey(node.serviceName, name, names) ? wanted : undefined
  }

/** Every type that the objects of a place may name. */
const typesAt = (place: Place): ReadonlySet<string> =>
  new Set(
    place.sources.flatMap(({ shape }) => (shape.tellsType ? shape.types : [])).filter((type) => type !== undefined),
  )

/** Makes sure that both sides of a joint are read. */
function openJoint({ parent, first, second }: Overlap, read: (shape: Shape) => number): void {
  read(parent.first)
  for (const { source, field } of [first, second]) {
    if (field.link < 0) field.link = source.shape.slots(2)
    read(source.shape)
    if (field.child) read(field.child)
  }
}

function closeJoint(overlap: Overlap, overlaps: readonly Overlap[]): Joint {
  const side = ({ source, field }: Overlap['first']): JointSide => ({
    fetch: source.shape.fetch,
    arena: source.shape.arena,
    join: source.join,
    link: field.link,
  })
  const child = ({ field }: Overlap['first']) => ({ arena: field.child?.arena ?? -1, words: field.child?.words ?? 0 })
  return {
    arena: overlap.parent.first.arena,
    words: overlap.parent.first.words,
    first: side(overlap.first),
    second: side(overlap.second),
    needs: neededToJoin(overlap, overlaps),
    firstChild: child(overlap.first),
    secondChild: child(overlap.second),
    join: overlap.join,
    isTyped: overlap.first.field.child?.tellsType === true && overlap.second.field.child?.tellsType === true,
  }
}
