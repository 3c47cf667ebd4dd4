/**
 * Reads the access rules of a supergraph: `@authenticated`, `@requiresScopes` and `@policy` of the
 * federation specification. Reads syntax only.
 */
import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { argumentOf, itemsOf, parseFieldSet, textOf } from './field-sets.ts'
import { writtenAtInterface } from './interface-rules.ts'
import { readLinks } from './links.ts'
import type { Requirement } from './requirement.ts'
import { namedType } from './type-nodes.ts'

export interface AccessRules {
  /** Each requirement once; everything else refers to them by index. */
  readonly requirements: readonly Requirement[]
  /** For each `Type`, the requirements of its objects. Types without any are absent. */
  readonly types: ReadonlyMap<string, readonly number[]>
  /**
   * For each `Type.field`, all requirements to see it: its own, and those of its object, of its
   * type, and of what it `@requires` or takes from a context. Fields without any are absent.
   */
  readonly fields: ReadonlyMap<string, readonly number[]>
}

const APOLLO = 'https://specs.apollo.dev/'

/**
 * All three are empty for a supergraph without such directives.
 * @throws Error for a directive at a place that it cannot guard
 */
export function readAccessRules(supergraph: DocumentNode): AccessRules {
  const requirements: Requirement[] = []
  const indexes = new Map<string, number>()
  const numberOf = (requirement: Requirement): number => {
    const key = JSON.stringify(requirement)
    const known = indexes.get(key)
    if (known !== undefined) return known
    indexes.set(key, requirements.length)
    return requirements.push(requirement) - 1
  }
  const links = readLinks(supergraph)
  const nameOf = (directive: string): string | undefined =>
    links.find(({ identity }) => identity === APOLLO + directive)?.called(directive)
  const names = { authenticated: nameOf('authenticated'), scopes: nameOf('requiresScopes'), policies: nameOf('policy') }
  if (Object.values(names).every((name) => name === undefined)) return { requirements, types: NONE, fields: NONE }

  refuseElsewhere(supergraph, new Set(Object.values(names)))

  const directly = ({ directives = [] }: Annotated): number[] =>
    directives.flatMap(({ name, ...rest }) => {
      const directive = { name, ...rest } as ConstDirectiveNode
      if (name.value === names.authenticated) return numberOf({ kind: 'authenticated' })
      if (name.value === names.scopes) return numberOf({ kind: 'scopes', anyOf: listsOf(directive, 'scopes') })
      if (name.value === names.policies) return numberOf({ kind: 'policies', anyOf: listsOf(directive, 'policies') })
      return []
    })

  const own = new Map<string, readonly number[]>()
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue
    const rules = directly(definition)
    if (rules.length > 0) own.set(definition.name.value, rules)
  }
  const places = placesOf(supergraph, nameOf('context'))
  const types = new Map(own)
  for (const [name, objects] of places.objects) {
    const ofObjects = objects.flatMap((each) => own.get(each) ?? [])
    const written = writtenAtInterface(requirements, own.get(name) ?? [], ofObjects)
    for (const each of written.length > 0 ? objects : []) types.set(each, [...(types.get(each) ?? []), ...written])
  }
  /** The requirements that an interface's field passes on to the fields of its objects. */
  const passedOn = memoized((name, field) => {
    const ofField = (type: string): readonly number[] => {
      const found = places.members.get(type)?.get(field)
      return found ? directly(found) : []
    }
    return writtenAtInterface(requirements, ofField(name), (places.objects.get(name) ?? []).flatMap(ofField))
  })
  return { requirements, types, fields: neededByField(places, types, directly, passedOn) }
}

/** Each object of an interface asks the same. */
function memoized<Value>(find: (type: string, field: string) => Value): (type: string, field: string) => Value {
  const known = new Map<string, Value>()
  return (type, field) => {
    const coordinate = `${type}.${field}`
    const value = known.get(coordinate) ?? find(type, field)
    known.set(coordinate, value)
    return value
  }
}

interface Places {
  /** Fields of each type. */
  readonly members: ReadonlyMap<string, ReadonlyMap<string, FieldDefinitionNode>>
  /** Object types of each interface. */
  readonly objects: ReadonlyMap<string, readonly string[]>
  /** Interfaces of each type. */
  readonly interfaces: ReadonlyMap<string, readonly string[]>
  /** Types that set each context. */
  readonly holders: ReadonlyMap<string, readonly string[]>
}

function placesOf({ definitions }: DocumentNode, contextName: string | undefined): Places {
  const members = new Map<string, ReadonlyMap<string, FieldDefinitionNode>>()
  const objects = new Map<string, string[]>()
  const interfaces = new Map<string, string[]>()
  const holders = new Map<string, string[]>()
  for (const definition of definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue
    const name = definition.name.value
    for (const directive of definition.directives ?? [])
      if (directive.name.value === contextName)
        pushTo(holders, textOf(directive as ConstDirectiveNode, 'name') ?? '', name)
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const each of definition.interfaces ?? []) {
      pushTo(objects, each.name.value, name)
      pushTo(interfaces, name, each.name.value)
    }
    members.set(name, new Map((definition.fields ?? []).map((field) => [field.name.value, field])))
  }
  return { members, objects, interfaces, holders }
}

/**
 * @param directly returns the requirements of the directives at a place
 * @param passedOn returns those that an interface's field passes on to its objects
 */
function neededByField(
  { members, objects, interfaces, holders }: Places,
  types: AccessRules['types'],
  directly: (place: Annotated) => readonly number[],
  passedOn: (type: string, field: string) => readonly number[],
): AccessRules['fields'] {
  const known = new Map<string, ReadonlySet<number>>()
  const neededFor = (type: string, field: FieldDefinitionNode): ReadonlySet<number> => {
    const coordinate = `${type}.${field.name.value}`
    const found = known.get(coordinate)
    if (found) return found
    const needed = new Set([
      ...(types.get(type) ?? []),
      ...directly(field),
      ...(interfaces.get(type) ?? []).flatMap((each) => passedOn(each, field.name.value)),
      ...(types.get(namedType(field.type)) ?? []),
    ])
    known.set(coordinate, needed) // set before following what it requires, which may lead back to it
    // A service that does not know an interface's objects computes the field for all of them, and
    // only the interface's field says from which inputs.
    const shared = (interfaces.get(type) ?? []).flatMap((each) => members.get(each)?.get(field.name.value) ?? [])
    for (const directive of [field, ...shared].flatMap(({ directives = [] }) => directives)) {
      if (directive.name.value !== 'join__field') continue
      const requires = textOf(directive as ConstDirectiveNode, 'requires')
      if (requires) for (const each of neededIn(type, parseFieldSet(requires))) needed.add(each)
      for (const { context, selection } of contextsOf(directive as ConstDirectiveNode))
        for (const holder of holders.get(context) ?? [])
          for (const each of neededIn(holder, parseFieldSet(selection))) needed.add(each)
    }
    return needed
  }
  const neededIn = (type: string, { selections }: SelectionSetNode): number[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return []
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return neededIn(selection.typeCondition?.name.value ?? type, selection.selectionSet)
      const { name, selectionSet } = selection
      return [type, ...(objects.get(type) ?? [])].flatMap((owner) => {
        const field = members.get(owner)?.get(name.value)
        if (!field) return []
        const below = selectionSet ? neededIn(namedType(field.type), selectionSet) : []
        return [...neededFor(owner, field), ...below]
      })
    })

  const fields = new Map<string, readonly number[]>()
  for (const [type, ofType] of members) {
    for (const field of ofType.values()) {
      const needed = neededFor(type, field)
      if (needed.size > 0)
        fields.set(
          `${type}.${field.name.value}`,
          [...needed].sort((a, b) => a - b),
        )
    }
  }
  return fields
}

const GUARDED: ReadonlySet<string> = new Set([
  Kind.FIELD_DEFINITION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
])

function refuseElsewhere(supergraph: DocumentNode, names: ReadonlySet<string | undefined>): void {
  visit(supergraph, {
    Directive({ name }, _key, _parent, _path, ancestors) {
      if (!names.has(name.value)) return
      const owner = ancestors.findLast((each): each is ASTNode => 'kind' in each)
      if (owner && GUARDED.has(owner.kind) && !ancestors.some(isInput)) return
      throw new Error(`It has @${name.value} at a place that it does not guard.`)
    },
  })
}

/** Fields of input objects cannot be guarded. */
const isInput = (each: ASTNode | readonly ASTNode[]): boolean =>
  'kind' in each && (each.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || each.kind === Kind.INPUT_VALUE_DEFINITION)

interface Annotated {
  readonly directives?: readonly { readonly name: { readonly value: string } }[] | undefined
}

const NONE: ReadonlyMap<string, readonly number[]> = new Map()

function pushTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** The values that a field's arguments take from contexts. */
function contextsOf(directive: ConstDirectiveNode): { readonly context: string; readonly selection: string }[] {
  const given = argumentOf(directive, 'contextArguments')
  return (given?.kind === Kind.LIST ? given.values : []).flatMap((each) => {
    if (each.kind !== Kind.OBJECT) return []
    const texts = new Map(each.fields.map(({ name, value }) => [name.value, 'value' in value ? `${value.value}` : '']))
    return { context: texts.get('context') ?? '', selection: texts.get('selection') ?? '' }
  })
}

/**
 * `[["a", "b"], ["c"]]`, where `"a"` means `[["a"]]`, and `["a", "c"]` means `[["a"], ["c"]]`
 * (GraphQL, input coercion of lists).
 * @throws Error for anything else: a list of which nothing is left would be fulfilled by everybody
 */
function listsOf(directive: ConstDirectiveNode, argument: string): string[][] {
  return itemsOf(argumentOf(directive, argument)).map((list) =>
    itemsOf(list).map((each) => {
      if (each.kind === Kind.STRING) return each.value
      throw new Error(`It has @${directive.name.value} with something else than lists of names.`)
    }),
  )
}
