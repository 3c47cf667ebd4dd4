/**
 * Prepares a supergraph for the planner, so that what the planner gets wrong cannot come up:
 * a key that cannot be resolved is no key, whatever `@join__type` says of it. The public schema stays as it was.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, type ValueNode, visit } from 'graphql'

export interface PreparedSupergraph {
  readonly document: DocumentNode
  /** Names of the fields that any key, `@requires`, `@provides` or context selects. */
  readonly plannerFields: readonly string[]
}

export function prepareSupergraph(supergraph: DocumentNode): PreparedSupergraph {
  const plannerFields = new Set<string>()
  const document = visit(supergraph, {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE) return undefined
      const directive = node as ConstDirectiveNode // a schema's directives hold no variables
      for (const fieldSet of fieldSets(directive)) for (const name of selectedFields(fieldSet)) plannerFields.add(name)
      return isUnresolvableKey(directive) ? withoutKey(directive) : undefined
    },
  })
  return { document, plannerFields: [...plannerFields] }
}

const argumentOf = (directive: ConstDirectiveNode, name: string): ValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === name)?.value

const isUnresolvableKey = (directive: ConstDirectiveNode): boolean => {
  const resolvable = argumentOf(directive, 'resolvable')
  return directive.name.value === 'join__type' && resolvable?.kind === Kind.BOOLEAN && !resolvable.value
}

const withoutKey = (directive: ConstDirectiveNode): ConstDirectiveNode => ({
  ...directive,
  arguments: directive.arguments?.filter(({ name }) => name.value !== 'key' && name.value !== 'resolvable') ?? [],
})

function fieldSets(directive: ConstDirectiveNode): string[] {
  const found = ['key', 'requires', 'provides'].map((name) => argumentOf(directive, name))
  const contexts = argumentOf(directive, 'contextArguments')
  const selections =
    contexts?.kind === Kind.LIST
      ? contexts.values.flatMap((value) =>
          value.kind === Kind.OBJECT
            ? value.fields.filter((field) => field.name.value === 'selection').map((field) => field.value)
            : [],
        )
      : []
  return [...found, ...selections].flatMap((value) => (value?.kind === Kind.STRING ? [value.value] : []))
}

function selectedFields(fieldSet: string): string[] {
  const names: string[] = []
  const text = fieldSet.trim()
  visit(parse(text.startsWith('{') ? text : `{${text}}`, { noLocation: true }), {
    enter: (node) => {
      if (node.kind === Kind.FIELD) names.push(node.name.value)
    },
  })
  return names
}
