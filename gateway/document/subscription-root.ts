/**
 * Refuses `@skip` and `@include` at the root of a subscription, which must have exactly one field
 * (GraphQL specification, section 5.2.4.1).
 */
import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import { type Fragments, fragmentsOf, isCondition } from '../execution/plan/conditions.ts'

/**
 * The first mistake of each subscription. Run it before graphql-js, whose own rule throws for some.
 */
export function conditionalRoots(document: DocumentNode): readonly GraphQLError[] {
  const fragments = fragmentsOf(document)
  return document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION) return []
    const condition = conditionIn(node.selectionSet, fragments, new Set())
    if (!condition) return []
    const message = `"@${condition.name.value}" must not stand at the root of a subscription.`
    return [new GraphQLError(message, { nodes: condition })]
  })
}

/** @param seen fragments already visited */
function conditionIn(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  seen: Set<string>,
): DirectiveNode | undefined {
  for (const selection of selections) {
    const own = selection.directives?.find(isCondition)
    if (own) return own
    if (selection.kind === Kind.FIELD) continue
    let set: SelectionSetNode | undefined
    if (selection.kind === Kind.INLINE_FRAGMENT) set = selection.selectionSet
    else if (!seen.has(selection.name.value)) set = fragments.get(selection.name.value)?.selectionSet
    if (selection.kind === Kind.FRAGMENT_SPREAD) seen.add(selection.name.value)
    const inner = set && conditionIn(set, fragments, seen)
    if (inner) return inner
  }
  return undefined
}
