/**
 * The shape of the client's answer: for each selection and concrete type its fields in order, each
 * with its place in the engine's data. Built once per operation; types are added when they are
 * first met. It holds no data.
 */
import {
  doTypesOverlap,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  typeFromAST,
} from 'graphql'
import { type Denied, deniedNodes } from '../plan/access.ts'
import type { ClientOperation } from '../plan/client-operation.ts'
import { type ConditionValues, isDeferred, isIncluded, labelOf } from '../plan/conditions.ts'
import type { InternalNames } from '../plan/internal-names.ts'
import type { TypeRelations } from '../plan/type-relations.ts'

export interface FieldShape {
  /** The client's name. */
  readonly responseName: string
  readonly value: FieldValue
}

type FieldValue =
  | { readonly kind: 'typename' }
  /** `__schema` or `__type`, answered from the schema itself. */
  | { readonly kind: 'introspection'; readonly nodes: readonly FieldNode[] }
  /** What the caller may not see. */
  | { readonly kind: 'denied'; readonly type: GraphQLOutputType; readonly error: GraphQLError }
  | {
      readonly kind: 'data'
      /** The name in the engine's data. */
      readonly source: string
      readonly type: GraphQLOutputType
      /** Present where the type, without lists and nulls, has fields. */
      readonly selection: SelectionShape | undefined
    }

export interface ObjectShape {
  /**
   * An interface only where a service that knows no implementation answered (`@interfaceObject`).
   */
  readonly type: Exclude<GraphQLCompositeType, { getTypes(): unknown }>
  readonly fields: readonly FieldShape[]
  /** The error in place of such an object, if the caller may not see it. */
  readonly denied?: GraphQLError | undefined
  /** Deferred fragments of the object; absent if there are none. */
  readonly parts?: readonly PartShape[]
}

/** A deferred fragment, of an object of one type. */
export interface PartShape {
  /** In the client's document. */
  readonly node: SelectionNode
  /** The label that the client gave it. */
  readonly label: string | undefined
  readonly shape: ObjectShape
}

export interface SelectionShape {
  readonly type: GraphQLCompositeType
  /** Takes `__typename`; `undefined` for a type that cannot occur here. */
  of(typename: unknown): ObjectShape | undefined
  /** The shapes of all object types that can occur here. */
  all(): readonly ObjectShape[]
}

/** An object's selections, grouped. */
interface Grouped {
  /** Keyed by the client's names. */
  readonly fields: Map<string, FieldNode[]>
  /** Named fragments already taken in: a second spread adds nothing. */
  readonly spreads: Set<string>
  readonly parts: PartShape[]
}

/** The shape of the whole answer; without what is deferred, where the client takes it in parts. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function answerShape(
  client: ClientOperation,
  conditions: ConditionValues,
  names: InternalNames,
  types: TypeRelations,
  denied?: Denied,
): ObjectShape {
  const { schema, rootType, definition, fragments } = client
  const deniedHere = deniedNodes(client, conditions, denied)

  const known = new Map<
    SelectionSetNode | undefined,
    { readonly selections: readonly SelectionSetNode[]; readonly shape: SelectionShape }[]
  >()

  const objectShape = (type: ObjectShape['type'], selections: readonly SelectionSetNode[]): ObjectShape => {
    const into: Grouped = { fields: new Map(), spreads: new Set(), parts: [] }
    for (const selection of selections) group(type, selection, into)
    const fields = Array.from(into.fields, ([responseName, nodes]) => ({
      responseName,
      value: fieldValue(type, nodes),
    }))
    return into.parts.length === 0 ? { type, fields } : { type, fields, parts: into.parts }
  }

  const group = (type: ObjectShape['type'], { selections }: SelectionSetNode, into: Grouped): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, conditions)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const nodes = into.fields.get(name)
        if (nodes) nodes.push(selection)
        else into.fields.set(name, [selection])
        continue
      }
      const isLater = isDeferred(selection, conditions)
      let body = selection.kind === Kind.INLINE_FRAGMENT ? selection : undefined
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        if (!isLater) {
          if (into.spreads.has(name)) continue
          into.spreads.add(name)
        }
        const fragment = fragments.get(name)
        body = fragment && { ...fragment, kind: Kind.INLINE_FRAGMENT }
      }
      if (!body || (body.typeCondition && !applies(typeFromAST(schema, body.typeCondition), type))) continue
      if (isLater) into.parts.push(partShape(type, selection, body.selectionSet))
      else group(type, body.selectionSet, into)
    }
  }

  const partShape = (type: ObjectShape['type'], node: SelectionNode, selections: SelectionSetNode): PartShape => {
    let shape: ObjectShape | undefined
    return {
      node,
      label: labelOf(node),
      get shape() {
        shape ??= objectShape(type, [selections])
        return shape
      },
    }
  }

  const applies = (condition: ReturnType<typeof typeFromAST>, type: ObjectShape['type']): boolean =>
    condition === type ||
    (!!condition && (isInterfaceType(condition) || isUnionType(condition)) && schema.isSubType(condition, type))

  const fieldValue = (type: ObjectShape['type'], nodes: readonly FieldNode[]): FieldValue => {
    const [node] = nodes
    if (!node) throw new Error('A field of the answer has no field in the document.')
    const name = node.name.value
    if (name === '__typename') return { kind: 'typename' }
    const field = type.getFields()[name]
    const error = whyDenied(type, nodes)
    // Of the two fields that introspect, only `__type` has an argument.
    if (error) return { kind: 'denied', type: (field ?? TypeMetaFieldDef).type, error }
    if (!field) return { kind: 'introspection', nodes }
    const named = getNamedType(field.type)
    const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const selection = isCompositeType(named) ? sameSelection(named, selections) : undefined
    return { kind: 'data', source: names.of(node), type: field.type, selection }
  }

  const whyDenied = (type: ObjectShape['type'], nodes: readonly FieldNode[]): GraphQLError | undefined => {
    // An object known only by its interface may be any of its types.
    const owners = denied && isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
    const name = nodes[0]?.name.value ?? ''
    const errors = owners.map((each) => denied?.field(each.name, name))
    return [...errors, ...nodes.map((each) => deniedHere.get(each))].find((each) => each !== undefined)
  }

  /** Shared by all types whose field has the same selection: abstract types may be nested. */
  const sameSelection = (type: GraphQLCompositeType, selections: readonly SelectionSetNode[]): SelectionShape => {
    const [first] = selections
    const all = known.get(first) ?? []
    known.set(first, all)
    const same = all.find(
      (each) =>
        each.shape.type === type &&
        each.selections.length === selections.length &&
        each.selections.every((set, index) => set === selections[index]),
    )
    if (same) return same.shape
    const shape = selectionShape(type, selections)
    all.push({ selections, shape })
    return shape
  }

  const selectionShape = (type: GraphQLCompositeType, selections: readonly SelectionSetNode[]): SelectionShape => {
    if (isObjectType(type)) {
      let only: ObjectShape | undefined
      const shape = (): ObjectShape => {
        only ??= objectShape(type, selections)
        return only
      }
      return {
        type,
        of: (typename) => (typename === undefined || typename === type.name ? shape() : undefined),
        all: () => [shape()],
      }
    }
    const byName = new Map<unknown, ObjectShape | undefined>()
    const of = (typename: unknown): ObjectShape | undefined => {
      if (!byName.has(typename) && byName.size < MAX_TYPES_KEPT) {
        byName.set(typename, shapeOf(type, typename, selections))
      }
      return byName.get(typename)
    }
    const all = (): ObjectShape[] => schema.getPossibleTypes(type).flatMap(({ name }) => of(name) ?? [])
    return { type, of, all }
  }

  const shapeOf = (
    type: GraphQLCompositeType,
    typename: unknown,
    selections: readonly SelectionSetNode[],
  ): ObjectShape | undefined => {
    // If every service knows the interface's objects, each object names its type, because it was
    // asked to.
    const unsaid = types.members(type.name).includes(type.name) ? type : undefined
    const found = typeof typename === 'string' ? schema.getType(typename) : unsaid
    if (isObjectType(found)) {
      if (!schema.isSubType(type as GraphQLInterfaceType, found)) return undefined
      const error = denied?.object(found.name)
      return error ? { type: found, fields: [], denied: error } : objectShape(found, selections)
    }
    // A service that knows only the interface: enough where nothing depends on what the object
    // really is.
    if (!unsaid || found !== type || !isInterfaceType(type) || selections.some(dependsOnType(type))) return undefined
    return objectShape(type, selections)
  }

  const dependsOnType =
    (type: GraphQLInterfaceType) =>
    ({ selections }: SelectionSetNode): boolean =>
      selections.some((selection) => {
        if (!isIncluded(selection, conditions)) return false
        if (selection.kind === Kind.FIELD) return selection.name.value === '__typename'
        const body = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
        if (!body) return false
        const condition = body.typeCondition && typeFromAST(schema, body.typeCondition)
        if (!condition || applies(condition, type)) return dependsOnType(type)(body.selectionSet)
        // A condition that no object of the interface can meet decides nothing: no service was
        // asked for it.
        return !isCompositeType(condition) || doTypesOverlap(schema, condition, type)
      })

  return objectShape(rootType as GraphQLObjectType, [definition.selectionSet])
}

/** Bounds memory: services may answer with names that belong to no type. */
const MAX_TYPES_KEPT = 10_000
