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
import { type Fragments, fragmentsOf, isCondition, selectionsOf } from '../execution/plan/conditions.ts'

/**
 * The first mistake of each subscription. Run it before graphql-js, whose own rule throws for some.
 */
export function conditionalRoots(document: DocumentNode): readonly GraphQLError[] {
  const fragments = fragmentsOf(document)
  return document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION) return []
    const condition = conditionIn(node.selectionSet, fragments)
    if (!condition) return []
    const message = `"@${condition.name.value}" must not stand at the root of a subscription.`
    return [new GraphQLError(message, { nodes: condition })]
  })
}

function conditionIn(set: SelectionSetNode, fragments: Fragments): DirectiveNode | undefined {
  for (const { directives } of selectionsOf(set, fragments)) {
    const condition = directives?.find(isCondition)
    if (condition) return condition
  }
  return undefined
}
