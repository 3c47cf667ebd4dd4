/**
 * A client's operation with the fragments that it uses, and its variables. It is parsed and
 * validated before, and never changed here.
 */
import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql'
import { isWritable } from '../../../platform/data/json-safe.ts'
import { own, ownOnly } from '../../../platform/data/own.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import {
  type ConditionValues,
  conditionVariables,
  defersSomething,
  type Fragments,
  fragmentsUsedBy,
  IN_PARTS,
} from './conditions.ts'
import { type NeverNull, neverNull, nullError, whenNull } from './never-null.ts'

/** Checks the variables of a request. */
interface Bindings {
  readonly schema: GraphQLSchema
  readonly definitions: readonly VariableDefinitionNode[]
  /** What decides what is selected: variables, and that a variable is null (`whenNull`). */
  readonly conditions: readonly string[]
  /** Whether it can be answered in parts. */
  readonly defers: boolean
  /** Variables that may be left out, but must not be null. */
  readonly neverNull: NeverNull
}

export interface ClientOperation extends Bindings {
  readonly rootType: GraphQLObjectType
  readonly definition: OperationDefinitionNode
  readonly fragments: Fragments
}

/** The part that is kept for each request. */
export const bindingsOf = ({ schema, definitions, conditions, defers, neverNull }: ClientOperation): Bindings => ({
  schema,
  definitions,
  conditions,
  defers,
  neverNull,
})

/**
 * Selects an operation of a valid document.
 * @throws GraphQLError `BAD_USER_INPUT` when the name fits none, or none is given and there are
 * several
 */
export function clientOperation(schema: GraphQLSchema, document: DocumentNode, name?: string | null): ClientOperation {
  const definition = getOperationAST(document, name)
  if (!definition) {
    const message = name ? `There is no operation named "${name}".` : 'The document has several operations: name one.'
    throw codedError('BAD_USER_INPUT', message)
  }
  const rootType = schema.getRootType(definition.operation)
  if (!rootType) throw codedError('BAD_USER_INPUT', `The schema has no ${definition.operation}.`)
  const fragments = fragmentsUsedBy(definition, document)
  return {
    schema,
    rootType,
    definition,
    fragments,
    definitions: definition.variableDefinitions ?? [],
    // Computed when read: an operation that is opened again for its fields needs none of them.
    get conditions() {
      return [...conditionVariables(definition, fragments), ...this.neverNull.inFields.map(whenNull)]
    },
    get defers() {
      return defersSomething(definition, fragments)
    },
    get neverNull() {
      return neverNull(schema, document, definition)
    },
  }
}

/** Checked variables, and the conditions that they decide. */
export interface BoundVariables {
  /** Values as the client sent them. Services apply the defaults. */
  readonly values: Readonly<Record<string, unknown>>
  readonly conditions: ConditionValues
}

/**
 * @param inParts whether the client takes an answer in parts
 * @throws GraphQLError `BAD_USER_INPUT` for the first value that does not fit its type
 */
export function bindVariables(
  bindings: Bindings,
  values: Readonly<Record<string, unknown>>,
  inParts = false,
): BoundVariables {
  const bound = bindValues(bindings, values)
  return inParts && bindings.defers ? { ...bound, conditions: { ...bound.conditions, [IN_PARTS]: true } } : bound
}

function bindValues(bindings: Bindings, values: Readonly<Record<string, unknown>>): BoundVariables {
  const { schema, definitions, conditions, neverNull } = bindings
  if (definitions.length === 0) return NO_VARIABLES
  for (const { variable } of definitions) {
    const name = variable.name.value
    if (isWritable(own(values, name))) continue
    throw codedError('BAD_USER_INPUT', `Variable "$${name}" holds a number that is too large, or too many levels.`)
  }
  const { errors } = getVariableValues(schema, definitions, ownOnly(values), { maxErrors: 1 })
  if (errors) throw codedError('BAD_USER_INPUT', errors[0]?.message ?? 'The variables do not fit.')
  for (const name of neverNull.inDirectives) if (isNull(definitions, name, own(values, name))) throw nullError(name)
  if (conditions.length === 0) return { values, conditions: {} }
  const given = conditions.filter((name) => own(values, name) !== undefined)
  return {
    values,
    conditions: {
      ...defaultConditions(bindings),
      ...Object.fromEntries(given.map((name) => [name, values[name] === true])),
      ...nullsIn(bindings, values),
    },
  }
}

const nullsIn = ({ definitions, neverNull }: Bindings, values: Readonly<Record<string, unknown>>): ConditionValues =>
  Object.fromEntries(neverNull.inFields.map((name) => [whenNull(name), isNull(definitions, name, own(values, name))]))

const isNull = (definitions: readonly VariableDefinitionNode[], name: string, given: unknown): boolean =>
  given === undefined
    ? definitions.find(({ variable }) => variable.name.value === name)?.defaultValue?.kind === Kind.NULL
    : given === null

/** The conditions of a request that sets none of their variables. */
export function defaultConditions(bindings: Bindings): ConditionValues {
  const { definitions, conditions } = bindings
  const known = new Map(definitions.map((definition) => [definition.variable.name.value, definition]))
  const defaults = Object.fromEntries(conditions.map((name) => [name, defaultOf(known.get(name))]))
  return { ...defaults, ...nullsIn(bindings, {}) }
}

/** A variable that may be null stands only where leaving it out means true: in `@defer`. */
function defaultOf(definition: VariableDefinitionNode | undefined): boolean {
  const value = definition?.defaultValue
  if (!value) return definition?.type.kind === Kind.NAMED_TYPE
  return value.kind === Kind.BOOLEAN && value.value
}

const NO_VARIABLES: BoundVariables = { values: {}, conditions: {} }
