/**
 * Makes a service's scalars refuse wrong literals like wrong variables. The gateway does not know
 * these scalars, and checks neither.
 */
import {
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'

/** Makes errors of custom scalars for literals `BAD_USER_INPUT`. */
export function codeWrongLiterals(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type)) continue
    const parse = type.parseLiteral
    type.parseLiteral = (node, variables) => {
      let fault = `This literal is not a valid ${type.name}.`
      try {
        const value: unknown = parse(node, variables)
        if (value !== undefined) return value
      } catch (error) {
        if (error instanceof GraphQLError) fault = error.message
      }
      throw codedError('BAD_USER_INPUT', fault)
    }
  }
}

/**
 * Apollo Server gives all validation errors one code; this restores the code of a wrong literal.
 */
export function withLiteralCode(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? error.originalError : undefined
  const isLiteral = cause instanceof GraphQLError && cause.extensions['code'] === 'BAD_USER_INPUT'
  if (!isLiteral || formatted.extensions?.['code'] !== 'GRAPHQL_VALIDATION_FAILED') return formatted
  return { ...formatted, extensions: { ...formatted.extensions, code: 'BAD_USER_INPUT' } }
}
