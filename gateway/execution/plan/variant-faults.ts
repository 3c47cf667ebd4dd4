/**
 * Explains why a filtered schema is invalid, or hides what clients must provide: the rules of the
 * `@inaccessible` specification, in words about tags.
 */
import {
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  Kind,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql'
import { argumentsOf, interfacesOf, isType, membersOf, namedOf, rootNames, typesByName } from './definitions.ts'

/** @param left the part of the schema that the filter keeps */
export function variantFaults({ definitions }: DocumentNode, left: readonly DefinitionNode[]): readonly string[] {
  const whole = typesByName(definitions)
  const types = typesByName(left)
  const [query = 'Query'] = rootNames(definitions)
  if (!types.has(query)) return [`It hides every field of "${query}".`]
  const isHidden = (type: TypeNode): boolean => whole.has(namedOf(type)) && !types.has(namedOf(type))

  const ofReferences = (node: DefinitionNode): string[] => {
    if (node.kind === Kind.DIRECTIVE_DEFINITION)
      return hiddenTypes(node.arguments ?? [], (name) => `"@${node.name.value}(${name}:)"`)
    if (!isType(node)) return []
    const { value: name } = node.name
    return membersOf(node).flatMap((member) => [
      ...('type' in member && isHidden(member.type)
        ? [`It hides "${namedOf(member.type)}", but not "${name}.${member.name.value}", which has that type.`]
        : []),
      ...hiddenTypes(argumentsOf(member), (argument) => `"${name}.${member.name.value}(${argument}:)"`),
    ])
  }
  const hiddenTypes = (members: readonly InputValueDefinitionNode[], coordinate: (name: string) => string): string[] =>
    members
      .filter(({ type }) => isHidden(type))
      .map(({ name, type }) => `It hides "${namedOf(type)}", but not ${coordinate(name.value)}, which has that type.`)

  return [
    ...left.flatMap(ofReferences),
    ...[...types.values()].flatMap((type) => [
      ...ofRequired(whole.get(type.name.value) as TypeDefinitionNode, type),
      ...ofInterfaces(type, types),
      ...ofDefaults(type, whole, types),
    ]),
  ]
}

/** Arguments and input fields that clients must provide cannot be hidden. */
function ofRequired(whole: TypeDefinitionNode, left: TypeDefinitionNode): readonly string[] {
  const { value: name } = left.name
  const hidden = (
    before: readonly InputValueDefinitionNode[],
    after: readonly InputValueDefinitionNode[],
    coordinate: (name: string) => string,
  ): string[] => {
    const names = new Set(after.map((each) => each.name.value))
    return before
      .filter((each) => !names.has(each.name.value) && each.type.kind === Kind.NON_NULL_TYPE && !each.defaultValue)
      .map((each) => `It hides ${coordinate(each.name.value)}, which is required.`)
  }
  if (whole.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && left.kind === whole.kind)
    return hidden(whole.fields ?? [], left.fields ?? [], (field) => `"${name}.${field}"`)
  const before = new Map(membersOf(whole).map((member) => [member.name.value, argumentsOf(member)]))
  return membersOf(left).flatMap((member) => {
    const { value: field } = member.name
    return hidden(before.get(field) ?? [], argumentsOf(member), (argument) => `"${name}.${field}(${argument}:)"`)
  })
}

/** Each type must have all fields of its interfaces. */
function ofInterfaces(type: TypeDefinitionNode, types: ReadonlyMap<string, TypeDefinitionNode>): readonly string[] {
  const { value: name } = type.name
  const own = new Map(membersOf(type).map((member) => [member.name.value, member]))
  return interfacesOf(type).flatMap((each) => {
    const { value: above } = each.name
    const required = types.get(above)
    return (required ? membersOf(required) : []).flatMap((member) => {
      const { value: field } = member.name
      const found = own.get(field)
      if (!found) return [`It hides "${name}.${field}", but not "${above}.${field}" of its interface.`]
      const given = new Map(argumentsOf(found).map((argument) => [argument.name.value, argument]))
      const asked = new Set(argumentsOf(member).map((argument) => argument.name.value))
      return [
        ...[...asked]
          .filter((argument) => !given.has(argument))
          .map((argument) => `It hides "${name}.${field}(${argument}:)", but not "${above}.${field}(${argument}:)".`),
        ...[...given.values()]
          .filter(
            ({ name, type, defaultValue }) =>
              !asked.has(name.value) && type.kind === Kind.NON_NULL_TYPE && !defaultValue,
          )
          .map((argument) => `It hides "${above}.${field}(${argument.name.value}:)", which "${name}" requires.`),
      ]
    })
  })
}

/** A default value must not reveal hidden enum values or fields. */
function ofDefaults(
  type: TypeDefinitionNode,
  whole: ReadonlyMap<string, TypeDefinitionNode>,
  types: ReadonlyMap<string, TypeDefinitionNode>,
): readonly string[] {
  const hiddenIn = (value: ConstValueNode, declared: TypeNode): string | undefined => {
    if (value.kind === Kind.LIST)
      return value.values.map((item) => hiddenIn(item, declared)).find((found) => found !== undefined)
    const name = namedOf(declared)
    const [before, after] = [whole.get(name), types.get(name)]
    if (!before || !after) return undefined
    const names = new Set(membersOf(after).map((member) => member.name.value))
    if (value.kind === Kind.ENUM) return names.has(value.value) ? undefined : `${name}.${value.value}`
    if (value.kind !== Kind.OBJECT) return undefined
    for (const { name: field, value: inner } of value.fields) {
      if (!names.has(field.value)) return `${name}.${field.value}`
      const member = membersOf(after).find((each) => each.name.value === field.value)
      const found = member && 'type' in member ? hiddenIn(inner, member.type) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
  const inputs = membersOf(type).flatMap((member) => [
    ...(member.kind === Kind.INPUT_VALUE_DEFINITION ? [{ place: member.name.value, input: member }] : []),
    ...argumentsOf(member).map((input) => ({ place: `${member.name.value}(${input.name.value}:)`, input })),
  ])
  return inputs.flatMap(({ place, input }) => {
    const found = input.defaultValue && hiddenIn(input.defaultValue, input.type)
    return found === undefined
      ? []
      : [`It hides "${found}", which is in the default value of "${type.name.value}.${place}".`]
  })
}
