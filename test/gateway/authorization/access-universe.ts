/**
 * Puts rules on fields and types of a universe's services, at random, and says by itself what each
 * place then needs: it reads the services' schemas, none of what the gateway makes of them.
 */
import { composeServices } from '@apollo/composition'
import {
  type DefinitionNode,
  type DirectiveNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql'
import type { Dice } from '../execution/support/dice.ts'
import { type Rule, randomRule, ruleText } from './callers.ts'

type TypeDefs = Readonly<Record<string, string>>

/** A rule at `Type` or `Type.field` of a service. */
interface Placement {
  readonly service: string
  readonly coordinate: string
  readonly rule: Rule
}

export interface Guarded {
  readonly typeDefs: TypeDefs
  /** What somebody must fulfil to see a field of an object or interface. */
  ofField(type: string, field: string): ReadonlySet<Rule>
  /** The same of an object that is met through an interface or union. */
  ofType(type: string): ReadonlySet<Rule>
  /** Fields of keys, which the planner may ask for in any case. */
  isKey(type: string, field: string): boolean
  readonly placements: readonly Placement[]
}

/** Only placements that composition takes. @param most of them */
export function guard(services: TypeDefs, dice: Dice, most: number): (plain: GraphQLSchema) => Guarded {
  const places = placesOf(services)
  let taken: readonly Placement[] = []
  for (let round = 0; round < most * 3 && taken.length < most; round += 1) {
    const first = { ...dice.of(places.open), rule: randomRule(dice) }
    // What is computed from a guarded field must be guarded as well.
    const along = places.computed.map((place) => ({ ...place, rule: first.rule }))
    const trials = dice.chance(2) ? [[first], [first, ...along]] : [[first]]
    const fitting = trials
      .map((trial) => withoutRepetitions([...taken, ...trial]))
      .find((all) => all.length > taken.length && composes(withRules(services, all)))
    if (fitting) taken = fitting
  }
  const typeDefs = withRules(services, taken)
  return (plain) => ({
    typeDefs,
    placements: taken,
    isKey: (type, field) => places.keys.has(`${type}.${field}`),
    ...needsOf(services, taken, plain),
  })
}

/** A directive stands at a place once. */
const withoutRepetitions = (placements: readonly Placement[]): readonly Placement[] => {
  const nameOf = ({ service, coordinate, rule }: Placement): string => `${service} ${coordinate} ${rule.directive}`
  const known = new Set<string>()
  return placements.filter((each) => !known.has(nameOf(each)) && known.add(nameOf(each)))
}

const composes = (typeDefs: TypeDefs): boolean =>
  composeServices(Object.entries(typeDefs).map(([name, text]) => ({ name, typeDefs: parse(text) }))).errors ===
  undefined

const isNamed = (directives: readonly DirectiveNode[] | undefined, name: string): boolean =>
  directives?.some((each) => each.name.value === name) ?? false

function placesOf(services: TypeDefs) {
  const open: Omit<Placement, 'rule'>[] = []
  const computed: Omit<Placement, 'rule'>[] = []
  const keys = new Set<string>()
  const schema = mergedTypes(services)
  for (const [service, text] of Object.entries(services)) {
    for (const definition of parse(text).definitions) {
      if (!('name' in definition) || !definition.name) continue
      const type = definition.name.value
      if (definition.kind === Kind.SCALAR_TYPE_DEFINITION || definition.kind === Kind.ENUM_TYPE_DEFINITION)
        open.push({ service, coordinate: type })
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue
      for (const fields of argumentsOf(definition, 'key', 'fields'))
        for (const { type: owner, field } of pathsOf(schema, type, fields))
          for (const each of schema.related(owner)) keys.add(`${each}.${field}`)
    }
  }
  for (const [service, text] of Object.entries(services)) {
    for (const definition of parse(text).definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
      const type = definition.name.value
      if (!['Query', 'Mutation', 'Subscription'].includes(type)) open.push({ service, coordinate: type })
      for (const { name, directives, arguments: given = [] } of definition.fields ?? []) {
        if (isNamed(directives, 'external')) continue
        const place = { service, coordinate: `${type}.${name.value}` }
        open.push(place)
        if (isNamed(directives, 'requires') || given.some((each) => isNamed(each.directives, 'fromContext')))
          computed.push(place)
      }
    }
  }
  return { open, computed, keys }
}

interface MergedTypes {
  /** The type of a field, without lists and nulls. */
  typeOf(type: string, field: string): string | undefined
  /** The type, its interfaces, and the objects it stands for. */
  related(type: string): readonly string[]
}

/** The types of all services, put together by their names. */
function mergedTypes(services: TypeDefs): MergedTypes {
  const fields = new Map<string, string>()
  const related = new Map<string, Set<string>>()
  const relate = (one: string, other: string): void => {
    related.set(one, (related.get(one) ?? new Set([one])).add(other))
  }
  for (const text of Object.values(services)) {
    for (const definition of parse(text).definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue
      const type = definition.name.value
      for (const field of definition.fields ?? [])
        fields.set(`${type}.${field.name.value}`, print(field.type).replace(/[[\]!]/g, ''))
      for (const { name } of definition.interfaces ?? []) {
        relate(type, name.value)
        relate(name.value, type)
      }
    }
  }
  return {
    typeOf: (type, field) => fields.get(`${type}.${field}`),
    related: (type) => [...(related.get(type) ?? [type])],
  }
}

interface FieldPlace {
  readonly type: string
  readonly field: string
}

/** The fields of a field set, with the types that they are asked of. */
function pathsOf(schema: MergedTypes, type: string, fields: string): FieldPlace[] {
  const look = (owner: string, { selections }: SelectionSetNode): FieldPlace[] =>
    selections.flatMap((each) => {
      if (each.kind === Kind.FRAGMENT_SPREAD) return []
      if (each.kind === Kind.INLINE_FRAGMENT) return look(each.typeCondition?.name.value ?? owner, each.selectionSet)
      const below = each.selectionSet ? look(schema.typeOf(owner, each.name.value) ?? '', each.selectionSet) : []
      return [{ type: owner, field: each.name.value }, ...below]
    })
  const [operation] = parse(`{${fields}}`).definitions
  return operation && 'selectionSet' in operation ? look(type, operation.selectionSet) : []
}

/** The texts of an argument, for each time that a directive stands at a place. */
const argumentsOf = (
  { directives = [] }: { readonly directives?: readonly DirectiveNode[] | undefined },
  directive: string,
  argument: string,
): string[] =>
  directives
    .filter(({ name }) => name.value === directive)
    .flatMap(({ arguments: given = [] }) => given)
    .flatMap(({ name, value }) => (name.value === argument && value.kind === Kind.STRING ? value.value : []))

/** What a field of a service is computed from, beside its object's own keys. */
interface Computed extends FieldPlace {
  readonly inputs: readonly { readonly type: string; readonly fields: string }[]
  /** Of a service that knows no objects of the interface. */
  readonly isOfAll: boolean
}

function computedFields(services: TypeDefs): Computed[] {
  return Object.values(services).flatMap((text) => {
    const types = parse(text).definitions.filter((each) => each.kind === Kind.OBJECT_TYPE_DEFINITION)
    return types.flatMap((owner) =>
      (owner.fields ?? []).map((field) => {
        const required = argumentsOf(field, 'requires', 'fields')
        const taken = (field.arguments ?? []).flatMap((each) => argumentsOf(each, 'fromContext', 'field'))
        const type = owner.name.value
        return {
          type,
          field: field.name.value,
          isOfAll: isNamed(owner.directives, 'interfaceObject'),
          inputs: [
            ...required.map((fields) => ({ type, fields })),
            ...taken.flatMap((each) => {
              const [, context, fields = ''] = /^\s*\$(\w+)\s*\{(.*)\}\s*$/s.exec(each) ?? []
              const holders = types.filter((other) => argumentsOf(other, 'context', 'name').includes(context ?? ''))
              return holders.map(({ name }) => ({ type: name.value, fields }))
            }),
          ],
        }
      }),
    )
  })
}

/** Each service's schema with its rules. */
function withRules(services: TypeDefs, placements: readonly Placement[]): TypeDefs {
  return Object.fromEntries(
    Object.entries(services).map(([service, text]) => {
      const here = placements.filter((each) => each.service === service)
      const directivesAt = (coordinate: string): string =>
        here.flatMap((each) => (each.coordinate === coordinate ? ruleText(each.rule) : [])).join(' ')
      const document = parse(text)
      const definitions = document.definitions.map((definition): DefinitionNode => {
        if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION)
          return definition
        const type = definition.name.value
        const own = {
          ...definition,
          directives: [...(definition.directives ?? []), ...directivesOf(directivesAt(type))],
        }
        if (own.kind !== Kind.OBJECT_TYPE_DEFINITION) return own as DefinitionNode
        const fields = own.fields?.map((field) => ({
          ...field,
          directives: [...(field.directives ?? []), ...directivesOf(directivesAt(`${type}.${field.name.value}`))],
        }))
        return { ...own, ...(fields && { fields }) } as DefinitionNode
      })
      return [service, print({ ...document, definitions })]
    }),
  )
}

function directivesOf(text: string): readonly never[] {
  const [definition] = parse(`scalar S ${text}`).definitions
  return ((definition && 'directives' in definition && definition.directives) || []) as readonly never[]
}

/** What the federation specification says that the places need together. */
function needsOf(
  services: TypeDefs,
  placements: readonly Placement[],
  plain: GraphQLSchema,
): Pick<Guarded, 'ofField' | 'ofType'> {
  const direct = new Map<string, Set<Rule>>()
  const add = (coordinate: string, rule: Rule): void => {
    const known = direct.get(coordinate)
    if (known) known.add(rule)
    else direct.set(coordinate, new Set([rule]))
  }
  const members = (type: string): readonly string[] => {
    const found = plain.getType(type)
    return found && 'getTypes' in found && found.getTypes
      ? found.getTypes().map(({ name }) => name)
      : isInterface(type)
        ? implementors(type)
        : []
  }
  const isInterface = (type: string): boolean => plain.getType(type)?.astNode?.kind === Kind.INTERFACE_TYPE_DEFINITION
  const implementors = (type: string): readonly string[] =>
    Object.values(plain.getTypeMap()).flatMap((each) =>
      isObjectType(each) && each.getInterfaces().some(({ name }) => name === type) ? each.name : [],
    )
  for (const { coordinate, rule } of placements) {
    add(coordinate, rule)
    const [type = '', field] = coordinate.split('.')
    // Of a service that knows no objects of the interface: theirs are all.
    if (field !== undefined && isInterface(type)) for (const each of members(type)) add(`${each}.${field}`, rule)
  }
  const ofType = (type: string): ReadonlySet<Rule> =>
    new Set([type, ...(isInterface(type) ? implementors(type) : [])].flatMap((each) => [...(direct.get(each) ?? [])]))
  const ofField = (type: string, field: string): ReadonlySet<Rule> => {
    const parent = plain.getType(type)
    const found = parent && 'getFields' in parent ? parent.getFields()[field] : undefined
    const named = `${found?.type ?? ''}`.replace(/[[\]!]/g, '')
    const owners = [type, ...(isInterface(type) ? implementors(type) : [])]
    return new Set([
      ...ofType(type),
      ...ofType(named),
      ...owners.flatMap((each) => [...(direct.get(`${each}.${field}`) ?? [])]),
    ])
  }
  // What is computed needs what its inputs need, which may be computed as well.
  const schema = mergedTypes(services)
  const size = (): number => [...direct.values()].reduce((sum, rules) => sum + rules.size, 0)
  for (let before = -1; before !== size(); ) {
    before = size()
    for (const { type, field, inputs, isOfAll } of computedFields(services))
      for (const owner of isOfAll ? [type, ...members(type)] : [type])
        for (const input of inputs)
          for (const each of pathsOf(schema, input.type === type ? owner : input.type, input.fields))
            for (const rule of ofField(each.type, each.field)) add(`${owner}.${field}`, rule)
  }
  return { ofField, ofType }
}
