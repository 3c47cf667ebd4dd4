/**
 * Gives every field that a client selects a name inside the engine. A field without arguments keeps
 * its schema name, whatever its alias; one with arguments gets a name for each set of arguments. So
 * a client's alias can never be mistaken for a key, an input of `@requires`, `__typename` or a name
 * of the planner.
 */
import {
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  print,
  type ValueNode,
} from 'graphql'
import { isDecided } from './conditions.ts'
import { serviceVariable } from './variable-names.ts'

export interface InternalNames {
  /**
   * Assigns a field of the client's document its internal name; the same node keeps its name.
   * @param apart distinguishes fields that must be requested separately although they look the
   * same. It is a response name, so equal ones are one field, whatever their directives.
   */
  assign(node: FieldNode, definition: GraphQLField<unknown, unknown>, apart?: string): string
  /** The assigned name. */
  of(node: FieldNode): string
  /** The same; `undefined` if the field is not requested. */
  find(node: FieldNode): string | undefined
}

/**
 * @param fieldNames every field name of the supergraph: no internal alias equals one of them
 * @param plannerFields names under which the planner itself may fetch a field with arguments of its
 * own
 */
export function createInternalNames(
  fieldNames: ReadonlySet<string>,
  plannerFields: ReadonlySet<string>,
): InternalNames {
  const byNode = new Map<FieldNode, string>()
  const bySignature = new Map<string, string>()
  const taken = new Set<string>()
  /** Below these, no number of a name is free. */
  const counts = new Map<string, number>()

  const choose = (name: string, mayBePlain: boolean): string => {
    if (mayBePlain && !taken.has(name)) return name
    for (let count = counts.get(name) ?? 1; ; count++) {
      const alias = `${name}_${count}`
      if (taken.has(alias) || fieldNames.has(alias)) continue
      counts.set(name, count + 1)
      return alias
    }
  }

  return {
    assign(node, definition, apart) {
      const known = byNode.get(node)
      if (known !== undefined) return known
      const name = node.name.value
      const signature = JSON.stringify([
        name,
        argumentText(node.arguments ?? []),
        apart === undefined ? directiveText(node) : '',
        responseShape(definition.type),
        apart,
      ])
      let internal = bySignature.get(signature)
      if (internal === undefined) {
        internal = choose(name, definition.args.length === 0 || !plannerFields.has(name))
        taken.add(internal)
        bySignature.set(signature, internal)
      }
      byNode.set(node, internal)
      return internal
    },
    of(node) {
      const name = byNode.get(node)
      if (name === undefined) throw new Error(`The field ${node.name.value} was never given an internal name.`)
      return name
    },
    find: (node) => byNode.get(node),
  }
}

/**
 * Two fields may share a name only if this is equal: leaf type, lists and nulls, but not the fields
 * of their objects.
 */
function responseShape(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${responseShape(type.ofType)}!`
  if (isListType(type)) return `[${responseShape(type.ofType)}]`
  return isLeafType(getNamedType(type)) ? type.name : '{}'
}

/** Arguments as text; equal values give equal texts, in any order. */
export function argumentText(nodes: readonly ArgumentNode[]): string {
  if (nodes.length === 0) return ''
  const texts = nodes.map((argument) => `${argument.name.value}: ${valueText(argument.value)}`)
  return `(${texts.sort().join(', ')})`
}

/** The directives that services see, as text. */
export function directiveText(node: { readonly directives?: readonly DirectiveNode[] | undefined }): string {
  const passedOn = (node.directives ?? []).filter((directive) => !isDecided(directive))
  return passedOn.map((directive) => ` @${directive.name.value}${argumentText(directive.arguments ?? [])}`).join('')
}

function valueText(value: ValueNode): string {
  if (value.kind === Kind.VARIABLE) return `$${serviceVariable(value.name.value)}`
  if (value.kind === Kind.LIST) return `[${value.values.map(valueText).join(', ')}]`
  if (value.kind !== Kind.OBJECT) return print(value)
  const fields = value.fields.map((field) => `${field.name.value}: ${valueText(field.value)}`)
  return `{${fields.sort().join(', ')}}`
}
