/**
 * Writes the operation that is planned instead of the client's: in internal names, without
 * conditions and introspection, with fragments inlined and duplicates merged. It must request
 * exactly what the client does.
 */
import {
  DirectiveLocation,
  doTypesOverlap,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { type Denied, deniedNodes } from './access.ts'
import type { ClientOperation } from './client-operation.ts'
import { type ConditionValues, isIncluded } from './conditions.ts'
import { argumentText, directiveText, type InternalNames } from './internal-names.ts'
import { possibleTypes } from './possible-types.ts'
import { serviceVariable } from './variable-names.ts'

interface PlannedSelection {
  readonly type: GraphQLCompositeType
  readonly fields: Map<string, PlannedField>
  /** By type condition and directives. */
  readonly fragments: Map<string, PlannedSelection>
  /** Named fragments already inlined: a second spread adds nothing. */
  readonly spreads: Set<string>
  /** Of a mutation's root: the directives of each fragment around, from the outermost. */
  readonly around?: readonly string[]
}

interface PlannedField {
  readonly text: string
  /** By name: those of all fields of one response name; where two have one name, the first. */
  readonly directives: Map<string, string>
  /** Those of the fragments around a mutation's root field; of the first place, if in several. */
  readonly around: readonly string[]
  readonly children: PlannedSelection | undefined
}

/** Maximum selections; a document with more is made to be expensive. */
const MAX_SELECTIONS = 50_000

/**
 * The text to plan; `undefined` if the client requests only introspection.
 * @param interfaceObjects interfaces whose objects some service does not know
 * @param denied fields that are left out
 * @param concealing interfaces whose objects must name their types, because some are hidden
 */
export function plannedOperation(
  client: ClientOperation,
  conditions: ConditionValues,
  names: InternalNames,
  interfaceObjects: ReadonlySet<string>,
  denied?: Denied,
  concealing: ReadonlySet<string> = NONE,
): string | undefined {
  const { schema, rootType, definition, fragments } = client
  const deniedHere = deniedNodes(client, conditions, denied)
  let budget = MAX_SELECTIONS

  const collect = (parent: GraphQLCompositeType, { selections }: SelectionSetNode, into: PlannedSelection): void => {
    for (const selection of selections) {
      if (--budget < 0) throw codedError('OPERATION_TOO_COMPLEX', 'The operation selects too much.')
      if (!isIncluded(selection, conditions)) continue
      if (selection.kind === Kind.FIELD) {
        addField(parent, selection, into)
        continue
      }
      let body = selection.kind === Kind.INLINE_FRAGMENT ? selection : undefined
      const directives = directiveText(inlined(schema, selection))
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        if (directives === '') {
          if (into.spreads.has(name)) continue
          into.spreads.add(name)
        }
        const fragment = fragments.get(name)
        if (!fragment) throw new Error(`The document has no fragment ${name}.`)
        body = { ...fragment, kind: Kind.INLINE_FRAGMENT }
      }
      if (!body) continue
      const condition = body.typeCondition ? typeFromAST(schema, body.typeCondition) : parent
      if (!isCompositeType(condition)) throw new Error('A fragment is on a type that has no fields.')
      for (const type of plannable(schema, into.type, condition, interfaceObjects)) {
        const target = narrowed(schema, into, type, directives)
        if (target) collect(condition, body.selectionSet, target)
      }
    }
  }

  const addField = (parent: GraphQLCompositeType, node: FieldNode, into: PlannedSelection): void => {
    const name = node.name.value
    if (name === '__typename') askType(into)
    if (name === '__typename' || (parent === schema.getQueryType() && (name === '__schema' || name === '__type')))
      return
    const only = deniedHere.has(node) ? [] : denied && deniedToSome(schema, into.type, name, denied)
    if (only) {
      // How far its null propagates depends on the concrete type of the object.
      askType(into)
      for (const type of only) {
        const target = narrowed(schema, into, type, '')
        if (target) addField(parent, node, target)
      }
      return
    }
    const field = fieldOf(parent, name)
    if (!field) throw new Error(`The type ${parent.name} has no field ${name}.`)
    // An object may narrow the type of its interface's field: the selection below uses the narrower
    // one.
    const type = getNamedType((fieldOf(into.type, name) ?? field).type)
    // Two equal root fields of a mutation are two changes. And an object lost to a null below one
    // alias is not lost below the other.
    const isChange = definition.operation === 'mutation' && parent === rootType
    const apart = isChange || isCompositeType(type) ? (node.alias ?? node.name).value : undefined
    const internal = names.assign(node, field, apart)
    let planned = into.fields.get(internal)
    if (!planned) {
      const alias = internal === name ? '' : `${internal}: `
      const text = `${alias}${name}${argumentText(node.arguments ?? [])}`
      const children = isCompositeType(type) ? emptySelection(type) : undefined
      planned = { text, directives: new Map(), around: into.around ?? [], children }
      into.fields.set(internal, planned)
    }
    addDirectives(planned, node)
    if (planned.children && node.selectionSet) {
      if (concealing.has(type.name)) askType(planned.children)
      // Names inside depend only on where they are written, so that a fragment's fields have the
      // same names wherever it is spread.
      collect(getNamedType(field.type) as GraphQLCompositeType, node.selectionSet, planned.children)
    }
  }

  const root = { ...emptySelection(rootType), ...(definition.operation === 'mutation' && { around: [] }) }
  collect(rootType, definition.selectionSet, root)
  const body = selectionText(root)
  return body === '' ? undefined : operationText(definition, body)
}

function operationText(definition: OperationDefinitionNode, body: string): string {
  const name = definition.name ? ` ${definition.name.value}` : ''
  const directives = directiveText(definition)
  const variables = variableText(definition.variableDefinitions ?? [], `${directives} ${body}`)
  return `${definition.operation}${name}${variables}${directives} { ${body}}`
}

const NONE: ReadonlySet<string> = new Set()

/**
 * The object types for which a field is requested one by one, because it is denied for others;
 * `undefined` if it is denied for none.
 */
function deniedToSome(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  field: string,
  denied: Denied,
): readonly GraphQLCompositeType[] | undefined {
  const types = possibleTypes(schema, type)
  const allowed = types.filter((each) => !denied.field(each.name, field))
  if (allowed.length === types.length) return undefined
  return isObjectType(type) ? [] : allowed
}

/** Without directives that may stand at a spread alone: services get inline fragments. */
const inlined = (schema: GraphQLSchema, { directives = [] }: SelectionNode): Pick<SelectionNode, 'directives'> => ({
  directives: directives.filter(({ name }) =>
    schema.getDirective(name.value)?.locations.includes(DirectiveLocation.INLINE_FRAGMENT),
  ),
})

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isUnionType(type) ? undefined : type.getFields()[name]

/** The name of an object type is known without requesting it. */
function askType({ type, fields }: PlannedSelection): void {
  if (!isObjectType(type))
    fields.set('__typename', { text: '__typename', directives: new Map(), around: [], children: undefined })
}

function addDirectives({ directives }: PlannedField, node: FieldNode): void {
  const own = Map.groupBy(node.directives ?? [], ({ name }) => name.value)
  for (const [name, given] of own) if (!directives.has(name)) directives.set(name, directiveText({ directives: given }))
}

const emptySelection = (type: GraphQLCompositeType): PlannedSelection => ({
  type,
  fields: new Map(),
  fragments: new Map(),
  spreads: new Set(),
})

/**
 * The selection set that a fragment's selections go to: the same one if it always applies, none if
 * it never does.
 */
function narrowed(
  schema: GraphQLSchema,
  into: PlannedSelection,
  condition: GraphQLCompositeType,
  directives: string,
): PlannedSelection | undefined {
  const always = condition === into.type || (!isObjectType(condition) && isAlways(schema, condition, into.type))
  if (always && directives === '') return into
  // The changes of a mutation keep their order, and each is one field, whatever fragments it is in.
  if (always && into.around) return { ...into, around: [...into.around, directives] }
  if (!always && !doTypesOverlap(schema, into.type, condition)) return undefined
  const key = `${condition.name}${directives}`
  let selection = into.fragments.get(key)
  if (!selection) {
    selection = emptySelection(condition)
    into.fragments.set(key, selection)
  }
  return selection
}

/**
 * Rewrites a fragment's type condition for the planner, which finds no way from an interface object
 * (`@interfaceObject`) to another interface or a union, but finds one to each object type.
 */
function plannable(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  condition: GraphQLCompositeType,
  interfaceObjects: ReadonlySet<string>,
): readonly GraphQLCompositeType[] {
  if (!interfaceObjects.has(parent.name) || isObjectType(condition) || condition === parent) return [condition]
  if (isAlways(schema, condition, parent)) return [condition]
  return possibleTypes(schema, parent).filter((type) => doTypesOverlap(schema, type, condition))
}

/**
 * A union has no fields of its own: selections of a fragment on an interface cannot move into it.
 */
const isAlways = (schema: GraphQLSchema, condition: GraphQLCompositeType, type: GraphQLCompositeType): boolean =>
  !isObjectType(condition) && !isUnionType(type) && schema.isSubType(condition, type)

function selectionText({ type, fields, fragments }: PlannedSelection): string {
  // The concrete type of an object decides which fragments apply, even if nothing else is
  // requested.
  let text = fragments.size > 0 && isAbstractType(type) && !fields.has('__typename') ? '__typename ' : ''
  for (const field of fields.values()) {
    // A selection that conditions left empty still needs to know whether the object exists.
    const children = field.children && (selectionText(field.children) || '__typename ')
    const head = [field.text, ...field.directives.values()].join('')
    const own = children === undefined ? `${head} ` : `${head} { ${children}} `
    text += field.around.reduceRight((inner, directives) => `...${directives} { ${inner}} `, own)
  }
  for (const [condition, fragment] of fragments) {
    const body = selectionText(fragment)
    if (body !== '') text += `... on ${condition} { ${body}} `
  }
  return text
}

function variableText(definitions: readonly VariableDefinitionNode[], text: string): string {
  const used = new Set(Array.from(text.matchAll(/\$(\w+)/g), ([, name]) => name))
  const texts = definitions.flatMap(({ variable, type, defaultValue }) => {
    const name = serviceVariable(variable.name.value)
    return used.has(name) ? `$${name}: ${print(type)}${defaultValue ? ` = ${print(defaultValue)}` : ''}` : []
  })
  return texts.length === 0 ? '' : `(${texts.join(', ')})`
}
