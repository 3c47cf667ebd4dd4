/**
 * Runs operations that Apollo Server has validated before, without its pipeline, which costs more
 * than a small operation. Answers exactly as Apollo Server does, and leaves it anything unusual.
 * Knows no domain.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql'

/** Makes the error that clients may see. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError

/** A request that can be run: its operation is known, and its fields are as they should be. */
interface KnownRequest {
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly operationName: string | undefined
}

interface KnownOperations {
  /** Undefined for a request that Apollo Server must answer. @param body as parsed from JSON */
  find(body: unknown): KnownRequest | undefined
  /** The body of the answer; undefined if nothing ran because its variables are wrong. */
  run(request: KnownRequest, context: object): Promise<string | undefined>
}

interface KnownOptions {
  readonly schema: GraphQLSchema
  readonly formatError: FormatError
  /** The operation that was validated with exactly this text. */
  readonly known: (text: string) => DocumentNode | undefined
}

const FIELDS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName'])

export function createKnownOperations({ schema, formatError, known }: KnownOptions): KnownOperations {
  return {
    find(body) {
      if (!isRecord(body)) return undefined
      for (const name in body) if (!FIELDS.has(name)) return undefined
      const { query, variables, operationName } = body
      if (typeof query !== 'string' || !isAbsentOr(variables, isRecord) || !isAbsentOr(operationName, isText))
        return undefined
      const document = known(query)
      const operation = document && getOperationAST(document, operationName)?.operation
      if (!document || (operation !== 'query' && operation !== 'mutation')) return undefined
      return { document, variables: variables ?? undefined, operationName: operationName ?? undefined }
    },
    async run({ document, variables, operationName }, contextValue) {
      const { data, errors } = (await execute({
        schema,
        document,
        contextValue,
        variableValues: variables,
        operationName,
      })) as ExecutionResult
      if (data === undefined) return undefined
      return `${JSON.stringify({ errors: errors?.map((error) => formatError(formattedBy(error), error)), data })}\n`
    },
  }
}

/** Formats errors like Apollo Server before it calls the service's own format. */
const formattedBy = (error: GraphQLError): GraphQLFormattedError => ({
  ...error.toJSON(),
  extensions: { ...error.extensions, code: error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR' },
})

const isText = (value: unknown): value is string => typeof value === 'string'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isAbsentOr = <Value>(value: unknown, is: (value: unknown) => value is Value): value is Value | null | undefined =>
  value === undefined || value === null || is(value)
