/** Reads field sets and arguments of a supergraph's directives. */
import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode, type ValueNode } from 'graphql'
import { operationOf } from './fetch-operation.ts'

export const argumentOf = (directive: ConstDirectiveNode, name: string): ValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === name)?.value

/** A directive's argument as text; `undefined` if it is absent. */
export function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = argumentOf(directive, name)
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

/** A directive's argument as a boolean; `undefined` if it is absent. */
export function booleanOf(directive: ConstDirectiveNode, name: string): boolean | undefined {
  const value = argumentOf(directive, name)
  return value?.kind === Kind.BOOLEAN ? value.value : undefined
}

/** Whether a directive joins a type, or a field, to a service. */
export const joinsType = ({ name }: ConstDirectiveNode): boolean => name.value === 'join__type'
export const joinsField = ({ name }: ConstDirectiveNode): boolean => name.value === 'join__field'

export const servicesIn = (directives: readonly ConstDirectiveNode[]): string[] =>
  directives.flatMap((each) => textOf(each, 'graph') ?? [])

/** The items of a list; a single value is a list of it (GraphQL, input coercion). */
export const itemsOf = (value: ValueNode | undefined): readonly ValueNode[] =>
  value?.kind === Kind.LIST ? value.values : value ? [value] : []

/** The selections of a field set, written with or without braces. */
export function parseFieldSet(fieldSet: string): SelectionSetNode {
  const text = fieldSet.trim()
  return operationOf(text.startsWith('{') ? text : `{${text}}`).selectionSet
}

/** Names at the top level of a field set, including those in fragments. */
export function topFields({ selections }: SelectionSetNode): string[] {
  const names = selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value]
    return selection.kind === Kind.INLINE_FRAGMENT ? topFields(selection.selectionSet) : []
  })
  return [...new Set(names)]
}

/** Names at any level of a field set. */
export const allFields = ({ selections }: SelectionSetNode): string[] =>
  selections.flatMap((selection) => {
    const below =
      selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet ? allFields(selection.selectionSet) : []
    return selection.kind === Kind.FIELD ? [selection.name.value, ...below] : below
  })

/** Services, keyed by their names in `join__Graph`. */
export function serviceNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue
    for (const { name, directives = [] } of definition.values ?? []) {
      const [graph] = directives
      const service = graph && textOf(graph, 'name')
      if (service !== undefined) names.set(name.value, service)
    }
  }
  return names
}
