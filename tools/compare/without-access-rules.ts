/** Removes the access rules from a supergraph. */
import { type ConstDirectiveNode, parse, print, visit } from 'graphql'
import { textOf } from '../../gateway/execution/plan/field-sets.ts'

const FEATURES = ['authenticated', 'requiresScopes', 'policy']

/** Returns the text itself if it has none. */
export function withoutAccessRules(supergraph: string): string {
  const document = parse(supergraph)
  const without = visit(document, {
    Directive(node) {
      const isLink = FEATURES.some((each) => textOf(node as ConstDirectiveNode, 'url')?.includes(`.dev/${each}/`))
      return isLink || FEATURES.includes(node.name.value) ? null : undefined
    },
    DirectiveDefinition: ({ name }) => (FEATURES.includes(name.value) ? null : undefined),
    ScalarTypeDefinition: ({ name }) =>
      FEATURES.some((each) => name.value.startsWith(`${each}__`)) ? null : undefined,
  })
  return without === document ? supergraph : print(without)
}
