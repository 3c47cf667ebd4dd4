/**
 * Compiles an operation for the flat path: its plan and what the client sees of it become code. It
 * knows every fetch before it writes the first word, because what is read of one answer depends on
 * all who need it.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { ObjectShape } from '../answer/shape.ts'
import type { ClientOperation } from '../plan/client-operation.ts'
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
import { renamers } from './renamers.ts'
import { LIST_WORDS } from './scan.ts'
import type { Arenas } from './tapes.ts'
import { Unsupported } from './unsupported.ts'
import { neededToJoin, waitsIn } from './waits.ts'
import { wantedByClient, wantedByService } from './wanted.ts'

/** Objects that a fetch asks for. */
export interface Target {
  readonly arena: number
  readonly fetch: number
  /** Words of a record. */
  readonly words: number
  /** Word that takes the address of what is answered. */
  readonly join: number
  /** Table of code that writes what is sent, by type. */
  readonly table: number
}

/** A fetch whose answers are flat. */
export interface FlatFetch {
  readonly index: number
  readonly shape: number
  /** Word of the root's record that takes the address of a root fetch's; -1 for entities. */
  readonly join: number
  /** Of the records that its answer gives the objects it asks for. */
  readonly words: number
  readonly targets: readonly Target[]
  /** Table of the code of what is answered, by the type that is asked for. */
  readonly asked: number
  /** Fetches in other branches of the plan that have to be carried out before. */
  readonly waitsFor: readonly number[]
}

/** Objects of two fetches that are one, seen from the objects they are fields of. */
export interface Joint {
  readonly arena: number
  readonly words: number
  /** The sides: fetch, arena, the word that leads there (-1: none), and the link. */
  readonly first: JointSide
  readonly second: JointSide
  /** The fetches whose answers have to be there. */
  readonly needs: readonly number[]
  /** Arena and size of the objects themselves. */
  readonly firstChild: { readonly arena: number; readonly words: number }
  readonly secondChild: { readonly arena: number; readonly words: number }
  /** Word of the first's records. */
  readonly join: number
  /** Whether both sides say what their objects are. */
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
  readonly fetches: readonly (FlatFetch | undefined)[]
  readonly joints: readonly Joint[]
  /** The fetches that others wait for. */
  readonly awaited: readonly number[]
  readonly introspections: readonly (readonly FieldNode[])[]
}

/** A fetch on its way to being compiled. */
interface Bound {
  readonly fetch: Fetch
  readonly root: Shape
  /** The entities', or the root itself. */
  readonly shape: Shape
  readonly join: number
  readonly targets: readonly { readonly place: Place; readonly join: number; readonly count: number }[]
  /** A type's name in the service, as it is asked for. */
  readonly rename: (typename: string) => string
  /** The same as it is answered. */
  readonly answered: (typename: string) => string
}

const ENTITIES = '_entities'

/** `undefined` where only the exact path can execute the operation. */
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
  const writing = writingCompiler({ assembler, isObjectType: types.isObjectType, read, introspections })
  const answer = writing.object(
    { place: root, type: shape.type.name, firstType: undefined, count: root.sources.length },
    wantedByClient(shape),
  )
  const waits = waitsIn(plan, overlaps)
  const asking = bound.map(({ fetch: { node, index }, targets, rename }) => {
    used = new Set(targets.map(({ place }) => place.first))
    const tables = targets.map(({ place, count }) => writing.tableFor(place, representing(node, types, rename), count))
    return { tables, waitsFor: waits(index, used) }
  })
  const joints = overlaps.map((overlap) => openJoint(overlap, read))
  // All slots are given: only now is it known how the records look.
  const compiled = bound.map(({ fetch, root: whole, shape: given, join, targets, answered }, number): FlatFetch => {
    const code = fetch.node.requires ? compileReading(given, assembler) : compileReading(whole, assembler)
    const asked: number[] = []
    for (const { place } of targets) {
      for (const type of typesAt(place)) {
        // What is asked for by its interface says itself what it is.
        if (given.recognition === 'typename' && !types.isObjectType(type)) continue
        const variant = given.variantOf(answered(type))
        asked.push(assembler.typeNumber(type), (variant && code.variants.get(variant)) ?? 0)
      }
    }
    return {
      index: fetch.index,
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
  const byIndex: FlatFetch[] = []
  for (const each of compiled) byIndex[each.index] = each
  return {
    plan,
    code: assembler.finish(),
    arenas: sizes,
    root: rootShape.arena,
    answer,
    fetches: byIndex,
    joints: joints.map((joint) => closeJoint(joint, overlaps)),
    awaited: [...new Set(compiled.flatMap(({ waitsFor }) => waitsFor))],
    introspections,
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

function selectionOf(node: FetchNode): SelectionSetNode {
  const [operation, ...others] = parse(node.operation, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) throw new Unsupported('named fragments')
  return operation.selectionSet
}

function bindRoot(fetch: Fetch, root: Place, build: ShapeBuilder, type: string): Bound {
  const { node, paths, index } = fetch
  if (paths.some((path) => path.length > 0)) throw new Unsupported('a root type inside')
  if (node.contextRewrites?.length) throw new Unsupported('contexts')
  const shape = build({
    fetch: index,
    sets: [selectionOf(node)],
    types: [type],
    renamers: renamers(node.outputRewrites),
  })
  return { fetch, root: shape, shape, join: root.add(shape), targets: [], rename: same, answered: same }
}

function bindEntities(fetch: Fetch, root: Place, build: ShapeBuilder, types: TypeRelations): Bound {
  const { node, paths, index } = fetch
  if (node.contextRewrites?.length) throw new Unsupported('contexts')
  const { selections } = selectionOf(node)
  const [only] = selections
  if (
    selections.length > 1 ||
    only?.kind !== Kind.FIELD ||
    only.alias ||
    only.name.value !== ENTITIES ||
    !only.selectionSet
  )
    throw new Unsupported('more than entities')
  const shape = build({
    fetch: index,
    sets: [only.selectionSet],
    types: [],
    renamers: renamers(node.outputRewrites),
    isAsked: true,
  })
  const rename = renaming(node, types)
  // What says its type is of that type; of what does not, all that is known is what was asked for.
  const answered = shape.recognition === 'typename' ? same : rename
  const places = new Set(
    paths.flatMap((path) =>
      path.reduce<readonly Place[]>((all, name) => all.flatMap((place) => place.below(name)), [root]),
    ),
  )
  if (places.size === 0) throw new Unsupported('a path that leads nowhere')
  const targets = Array.from(places, (place) => {
    const count = place.sources.length
    return { place, count, join: place.add(shape, answered) }
  })
  return { fetch, root: shape, shape, join: -1, targets, rename, answered }
}

const same = (typename: string): string => typename

function renaming({ inputRewrites }: FetchNode, types: TypeRelations): (typename: string) => string {
  const rewrites = (inputRewrites ?? []).map((rewrite) => {
    const on = rewrite.path.slice(0, -1).map((segment) => segment.replace(/^\.\.\. on /, ''))
    if (rewrite.kind !== 'ValueSetter' || rewrite.path.at(-1) !== '__typename')
      throw new Unsupported('an input rewrite of anything but a type')
    return { on, typename: String(rewrite.setValueTo) }
  })
  return (typename) =>
    rewrites.findLast(({ on }) => on.every((condition) => types.belongsTo(typename, condition)))?.typename ?? typename
}

/** What a service must be told of an object of a type; `undefined` where it is not asked. */
function representing(
  { requires, serviceName }: FetchNode,
  types: TypeRelations,
  rename: (typename: string) => string,
) {
  return (typename: string | undefined) => {
    if (typename === undefined || !requires) return undefined
    const wanted = wantedByService(requires as readonly QueryPlanSelectionNode[], typename, types.belongsTo, rename)
    const names = wanted.map((each) => (each.kind === 'data' ? each.name : each.key))
    return types.isKey(serviceName, rename(typename), names) ? wanted : undefined
  }
}

/** Every type that the objects of a place may say they have. */
const typesAt = (place: Place): ReadonlySet<string> =>
  new Set(
    place.sources.flatMap(({ shape }) => (shape.tellsType ? shape.types : [])).filter((type) => type !== undefined),
  )

const openJoint = (overlap: Overlap, read: (shape: Shape) => number) => {
  const sides = [overlap.first, overlap.second].map(({ source, field }) => {
    if (field.link < 0) field.link = source.shape.slots(2)
    read(source.shape)
    if (field.child) read(field.child)
    return { source, field }
  })
  read(overlap.parent.first)
  return { overlap, sides }
}

function closeJoint({ overlap }: ReturnType<typeof openJoint>, overlaps: readonly Overlap[]): Joint {
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
