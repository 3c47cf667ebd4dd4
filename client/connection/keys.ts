/** Finds mutations that can be sent twice, and fills in their keys. */
import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, print, type ValueNode } from 'graphql'
import { keyedInputs } from '../generated/keyed-inputs.ts'
import { digest } from './digest.ts'
import { KEY } from './key.ts'

export type Variables = Readonly<Record<string, unknown>>

export interface KeyedMutation {
  /** Variables with all keys. */
  readonly variables: Variables
  /** Digest of the input without the keys. */
  readonly digest: string
}

export function operationOf(document: DocumentNode, name?: string): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  return name === undefined ? operations[0] : operations.find((operation) => operation.name?.value === name)
}

/**
 * Fills in the keys of a mutation. The same intent and the same input make the same key, on every
 * page and after every reload. `undefined` if a root field has no place for a key: such a mutation
 * must not be sent twice.
 */
export function withKeys(
  operation: OperationDefinitionNode,
  variables: Variables,
  intent: string,
): KeyedMutation | undefined {
  const roots = operation.selectionSet.selections
  const types = new Map(operation.variableDefinitions?.map(({ variable, type }) => [variable.name.value, print(type)]))
  const takesKey = (name: string): boolean => keyedInputs.has(types.get(name)?.replace('!', '') ?? '')
  const asked = digest([roots.map(askedBy), withoutKeys(variables)])
  const filled: Record<string, unknown> = { ...variables }
  const fill = (name: string): boolean => {
    filled[name] ??= keyFor(intent, name, asked)
    return true
  }
  const fillInside = (name: string): boolean => {
    const input = filled[name]
    if (!takesKey(name) || !isObject(input)) return false
    filled[name] = { ...input, [KEY]: input[KEY] ?? keyFor(intent, name, asked) }
    return true
  }
  const hasKey = ({ arguments: given = [] }: FieldNode): boolean =>
    given.some(({ name, value }) => {
      if (name.value === KEY) return isKey(value, fill)
      if (value.kind === Kind.VARIABLE) return fillInside(value.name.value)
      const key = value.kind === Kind.OBJECT ? value.fields.find((field) => field.name.value === KEY) : undefined
      return key !== undefined && isKey(key.value, fill)
    })
  const isKeyed = roots.every((root) => root.kind === Kind.FIELD && hasKey(root))
  return isKeyed ? { variables: filled, digest: asked } : undefined
}

const isKey = (value: ValueNode, fill: (variable: string) => boolean): boolean =>
  value.kind === Kind.VARIABLE ? fill(value.name.value) : value.kind === Kind.STRING && value.value !== ''

/**
 * Name and arguments without the selection, because a new release of the page may select more
 * fields.
 */
const askedBy = (root: OperationDefinitionNode['selectionSet']['selections'][number]): unknown =>
  root.kind === Kind.FIELD ? [root.name.value, (root.arguments ?? []).map(print)] : undefined

const withoutKeys = (variables: Variables): Variables =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, isObject(value) ? { ...value, [KEY]: undefined } : value]),
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** At most 64 characters, the bank's limit. */
const keyFor = (intent: string, variable: string, asked: string): string => `${intent}.${digest([variable, asked])}`
