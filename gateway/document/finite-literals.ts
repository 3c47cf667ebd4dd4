/**
 * A validation rule that graphql-js lacks: a number in a document is one that JavaScript can hold,
 * as it has to be in a variable.
 */
import {
  type ASTVisitor,
  type FloatValueNode,
  GraphQLError,
  getNamedType,
  type IntValueNode,
  type ValidationContext,
} from 'graphql'

/**
 * Literals like `1e999`, in arguments, lists, input objects, defaults and arguments of directives.
 * Services would read infinity.
 */
export function finiteLiterals(context: ValidationContext): ASTVisitor {
  const check = (node: IntValueNode | FloatValueNode): void => {
    if (Number.isFinite(Number(node.value))) return
    context.reportError(new GraphQLError('The document holds a number that is too large.', { nodes: node }))
  }
  return {
    FloatValue: check,
    IntValue(node) {
      // The digits of an ID are text.
      if (getNamedType(context.getInputType())?.name !== 'ID') check(node)
    },
  }
}
