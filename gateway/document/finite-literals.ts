/**
 * A validation rule that graphql-js lacks: numbers in a document must be finite, as in variables.
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
 * Refuses literals like `1e999`, in arguments, lists, input objects, defaults and directive
 * arguments. Services would read infinity.
 */
export function finiteLiterals(context: ValidationContext): ASTVisitor {
  const check = (node: IntValueNode | FloatValueNode): void => {
    if (Number.isFinite(Number(node.value))) return
    context.reportError(new GraphQLError('The document holds a number that is too large.', { nodes: node }))
  }
  return {
    FloatValue: check,
    IntValue(node) {
      // An ID literal is text.
      if (getNamedType(context.getInputType())?.name !== 'ID') check(node)
    },
  }
}
