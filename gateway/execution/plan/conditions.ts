/**
 * Folds `@skip` and `@include` away before planning: for each set of values that occurs there is
 * one plan without conditions. (The planner fetches inputs under the condition of one field and
 * then misses them for another.)
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValueNode,
  visit,
} from 'graphql'

/** The values that decide a document's conditions, by variable. */
export type ConditionValues = Readonly<Record<string, boolean>>

/** The fragments of a document, by name. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

export const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])))

/** The variables that decide whether something is selected, in the order they are met. */
export function conditionVariables(operation: OperationDefinitionNode, fragments: Fragments): readonly string[] {
  const names = new Set<string>()
  for (const definition of [operation, ...fragments.values()]) {
    visit(definition, {
      Directive(directive) {
        const value = isCondition(directive) ? conditionValue(directive) : undefined
        if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
      },
    })
  }
  return [...names]
}

/** Whether `@skip` and `@include` let a selection stand. */
export function isIncluded(selection: SelectionNode, values: ConditionValues): boolean {
  return (selection.directives ?? []).every((directive) => {
    if (!isCondition(directive)) return true
    const value = conditionValue(directive)
    const holds =
      value?.kind === Kind.VARIABLE ? values[value.name.value] : value?.kind === Kind.BOOLEAN ? value.value : undefined
    return holds === (directive.name.value === 'include')
  })
}

/** `@skip` and `@include` are the gateway's; any other directive is passed on to the services. */
export const isCondition = (directive: DirectiveNode): boolean =>
  directive.name.value === 'skip' || directive.name.value === 'include'

const conditionValue = (directive: DirectiveNode): ValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === 'if')?.value
