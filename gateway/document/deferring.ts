/**
 * Refuses meaningless `@defer`, and `@stream` (the specification's rules for incremental delivery).
 */
import {
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ValidationContext,
  visit,
} from 'graphql'

/** Run it before graphql-js, which would only say that `@stream` is unknown. */
export function streamed(document: DocumentNode): readonly GraphQLError[] {
  let found: DirectiveNode | undefined
  visit(document, {
    Directive(directive) {
      if (directive.name.value === 'stream') found ??= directive
    },
  })
  const message = '"@stream" is not supported: ask for pages of the list, or defer a fragment that holds it.'
  return found ? [new GraphQLError(message, { nodes: found })] : []
}

/** Labels must be unique; root fields of a mutation cannot be deferred. */
export function deferring(context: ValidationContext): ASTVisitor {
  const labels = new Map<string, DirectiveNode>()
  const report = (message: string, nodes: readonly DirectiveNode[]): void =>
    context.reportError(new GraphQLError(message, { nodes }))
  return {
    Directive(node) {
      if (node.name.value !== 'defer') return
      const parent = context.getParentType()
      const schema = context.getSchema()
      for (const operation of [OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION])
        if (parent && parent === schema.getRootType(operation))
          report(`"@defer" must not stand at the root of a ${operation}.`, [node])
      const label = node.arguments?.find(({ name }) => name.value === 'label')?.value
      if (!label || label.kind === Kind.NULL) return
      if (label.kind !== Kind.STRING) return report('The label of "@defer" must be a text, not a variable.', [node])
      const known = labels.get(label.value)
      if (known) report(`The label "${label.value}" of "@defer" is used twice.`, [known, node])
      else labels.set(label.value, node)
    },
  }
}
