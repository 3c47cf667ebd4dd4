/**
 * Evaluates `@skip` and `@include` before planning: each set of values that occurs has a plan
 * without conditions. (The planner fetches inputs under the condition of one field, and then misses
 * them for another.)
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql'

/** The values that decide a document's conditions, by variable; besides them `IN_PARTS`. */
export type ConditionValues = Readonly<Record<string, boolean>>

/** True if the client takes an answer in parts. No variable can have this name. */
export const IN_PARTS = '@defer'

/** The fragments of a document, by name. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

export const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])))

/** The fragments that an operation selects: its document may hold those of others. */
export function fragmentsUsedBy(operation: OperationDefinitionNode, document: DocumentNode): Fragments {
  const all = fragmentsOf(document)
  const used = new Map<string, FragmentDefinitionNode>()
  const open: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation]
  for (const definition of open) {
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = all.get(name.value)
        if (!fragment || used.has(name.value)) return
        used.set(name.value, fragment)
        open.push(fragment)
      },
    })
  }
  return used
}

/** Every selection of an object, in document order; of a named fragment once. */
export function* selectionsOf(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  seen: Set<string> = new Set(),
): Generator<SelectionNode, void, undefined> {
  for (const selection of selections) {
    yield selection
    if (selection.kind === Kind.INLINE_FRAGMENT) yield* selectionsOf(selection.selectionSet, fragments, seen)
    if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue
    seen.add(selection.name.value)
    const fragment = fragments.get(selection.name.value)
    if (fragment) yield* selectionsOf(fragment.selectionSet, fragments, seen)
  }
}

/** Variables that decide whether or when something is selected, in the order they are met. */
export function conditionVariables(operation: OperationDefinitionNode, fragments: Fragments): readonly string[] {
  const names = new Set<string>()
  for (const definition of [operation, ...fragments.values()]) {
    visit(definition, {
      Directive(directive) {
        const value = isDecided(directive) ? conditionValue(directive) : undefined
        if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
      },
    })
  }
  return [...names]
}

/** Whether anything may be deferred, under any condition. */
export function defersSomething(operation: OperationDefinitionNode, fragments: Fragments): boolean {
  // Subscriptions have several answers already.
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return false
  let found = false
  for (const definition of [operation, ...fragments.values()]) {
    visit(definition, {
      Directive(directive) {
        found ||= isDefer(directive)
      },
    })
  }
  return found
}

/** Whether `@skip` and `@include` include a selection. */
export function isIncluded(selection: SelectionNode, values: ConditionValues): boolean {
  return (selection.directives ?? []).every((directive) => {
    if (!isCondition(directive)) return true
    const value = conditionValue(directive)
    const holds =
      value?.kind === Kind.VARIABLE ? values[value.name.value] : value?.kind === Kind.BOOLEAN ? value.value : undefined
    return holds === (directive.name.value === 'include')
  })
}

export const isCondition = (directive: DirectiveNode): boolean =>
  directive.name.value === 'skip' || directive.name.value === 'include'

const isDefer = (directive: DirectiveNode): boolean => directive.name.value === 'defer'

/** True for directives that the gateway evaluates; any other is passed on to the services. */
export const isDecided = (directive: DirectiveNode): boolean => isCondition(directive) || isDefer(directive)

/** Whether `@defer` makes a fragment a part of its own. */
export function isDeferred(fragment: SelectionNode, values: ConditionValues): boolean {
  if (values[IN_PARTS] !== true) return false
  const directive = fragment.directives?.find(isDefer)
  if (!directive) return false
  const value = conditionValue(directive)
  if (value?.kind === Kind.VARIABLE) return values[value.name.value] === true
  return value?.kind !== Kind.BOOLEAN || value.value
}

/** The label of a deferred fragment. */
export function labelOf({ directives = [] }: SelectionNode): string | undefined {
  const label = directives.find(isDefer)?.arguments?.find(({ name }) => name.value === 'label')?.value
  return label?.kind === Kind.STRING ? label.value : undefined
}

const conditionValue = (directive: DirectiveNode): ValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === 'if')?.value
