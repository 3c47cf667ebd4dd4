/** A supergraph as it would be if its services said nothing about who may see what. */
import { type ConstDirectiveNode, parse, print, visit } from 'graphql'
import { textOf } from '../../gateway/execution/plan/field-sets.ts'

const FEATURES = ['authenticated', 'requiresScopes', 'policy']

export const withoutAccessRules = (supergraph: string): string =>
  print(
    visit(parse(supergraph), {
      Directive(node) {
        const isLink = FEATURES.some((each) => textOf(node as ConstDirectiveNode, 'url')?.includes(`.dev/${each}/`))
        return isLink || FEATURES.includes(node.name.value) ? null : undefined
      },
      DirectiveDefinition: ({ name }) => (FEATURES.includes(name.value) ? null : undefined),
      ScalarTypeDefinition: ({ name }) =>
        FEATURES.some((each) => name.value.startsWith(`${each}__`)) ? null : undefined,
    }),
  )
