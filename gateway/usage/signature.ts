/**
 * Makes the text of an operation for recorded use: without values of its client, but still
 * runnable. Each literal becomes a variable, whose value must be supplied.
 */
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  print,
  separateOperations,
  stripIgnoredCharacters,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { createLiterals, isKept } from './literals.ts'

const LONGEST = 16_384 // bytes of a text

/**
 * Aliases are numbered, not removed: otherwise fields with different arguments would collide.
 * @param document valid for the schema
 * @returns `undefined` if the text is too long
 */
export function signatureOf(
  { name }: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
): string | undefined {
  const own = separateOperations(document)[name?.value ?? '']
  if (!own) return undefined
  const info = new TypeInfo(schema)
  const numbered = createNumbering(own)
  const aliases = renaming(() => numbered('alias'))
  const fragments = renaming(() => numbered('fragment'))
  const literals = createLiterals(() => numbered('literal'))
  const marked: DocumentNode = visit(
    own,
    visitWithTypeInfo(info, {
      Field: ({ alias, ...field }) =>
        alias && (alias.value === field.name.value ? field : { ...field, alias: aliases(alias) }),
      FragmentSpread: (node) => ({ ...node, name: fragments(node.name) }),
      FragmentDefinition: ({ description: _, ...node }) => ({ ...node, name: fragments(node.name) }),
      VariableDefinition({ description: _, directives: __, defaultValue, ...node }) {
        const type = info.getInputType()
        if (!type || !defaultValue) return node
        if (isKept(defaultValue, type)) return { ...node, defaultValue }
        // Non-null positions may rely on the default.
        return node.type.kind === Kind.NON_NULL_TYPE
          ? node
          : { ...node, type: { kind: Kind.NON_NULL_TYPE, type: node.type } }
      },
      Argument(node) {
        // A label must be a literal, and has no effect on the uses.
        if (info.getDirective()?.name === 'defer' && node.name.value === 'label') return null
        const type = info.getArgument()?.type
        return type ? { ...node, value: literals.replace(node.value, type) } : null
      },
    }),
  )
  const text = stripIgnoredCharacters(print(withVariables(marked, literals)))
  return text.length > LONGEST ? undefined : text
}

function withVariables(document: DocumentNode, { definitions, used }: ReturnType<typeof createLiterals>): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.map((node) => {
      if (node.kind !== Kind.OPERATION_DEFINITION) return node
      const { description: _, variableDefinitions = [], ...operation } = node
      const left = variableDefinitions.filter(({ variable }) => used.has(variable.name.value))
      return { ...operation, variableDefinitions: [...left, ...definitions] }
    }),
  }
}

/** Makes names that the document does not contain. */
function createNumbering(document: DocumentNode): (prefix: string) => string {
  const taken = new Set<string>()
  visit(document, { Name: ({ value }) => void taken.add(value) })
  const counts = new Map<string, number>()
  return function next(prefix): string {
    const count = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, count)
    return taken.has(`${prefix}${count}`) ? next(prefix) : `${prefix}${count}`
  }
}

/** Gives each name its own replacement. */
function renaming(next: () => string): (name: NameNode) => NameNode {
  const names = new Map<string, string>()
  return (name) => {
    const given = names.get(name.value) ?? next()
    names.set(name.value, given)
    return { ...name, value: given }
  }
}
