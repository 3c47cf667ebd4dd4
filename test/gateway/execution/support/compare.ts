/** Asks the engine and the plain schema the same question, each of a world of its own, and says where they differ. */
import { isDeepStrictEqual } from 'node:util'
import { buildSchema, execute, type GraphQLSchema, parse, validate } from 'graphql'
import type { Federation } from './federation.ts'
import { resolverOf, type Universe } from './universe.ts'

export interface Question {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Comparison {
  /** False for a question that is not valid GraphQL: nothing was asked. */
  readonly valid: boolean
  /** What differs, as text; empty where nothing does. */
  readonly difference: string
}

export const plainSchema = (federation: Federation): GraphQLSchema => buildSchema(federation.engine.facts.apiSchema)

export async function compare(
  universe: Universe,
  federation: Federation,
  plain: GraphQLSchema,
  { query, variables }: Question,
): Promise<Comparison> {
  const document = parse(query)
  if (validate(plain, document).length > 0) return { valid: false, difference: '' }
  const world = universe.createWorld()
  const expected = await execute({
    schema: plain,
    document,
    contextValue: world,
    variableValues: variables,
    fieldResolver: resolverOf(universe) as never,
  })
  federation.calls.length = 0
  federation.wrong.length = 0
  const actual = await federation
    .ask(query, variables, universe.createWorld())
    .catch((error: Error) => ({ data: undefined, errors: [error] }))
  const plainData = expected.data === undefined ? undefined : (JSON.parse(JSON.stringify(expected.data)) as unknown)
  if (isDeepStrictEqual(actual.data, plainData) && federation.wrong.length === 0) {
    const paths = (errors: readonly { path?: unknown }[] = []): string[] => [...new Set(errors.map(({ path }) => JSON.stringify(path)))].sort()
    if (actual.data === undefined || isDeepStrictEqual(paths(actual.errors as never), paths(expected.errors))) return { valid: true, difference: '' }
  }
  const lines = [
    query,
    JSON.stringify(variables),
    `engine ${JSON.stringify(actual.data)}`,
    `plain  ${JSON.stringify(plainData)}`,
    `engine errors ${actual.errors.map((error) => `${error} ${(error as { reasons?: string[] }).reasons ?? ''} ${JSON.stringify((error as {path?: unknown}).path)}`).join('; ')}`,
    `plain errors ${expected.errors?.map((error) => `${error.message} ${JSON.stringify(error.path)}`).join('; ') ?? ''}`,
    ...federation.wrong.map((text) => `wrong ${text}`),
    ...federation.calls.map((call) => `${call.service} ${call.query} ${JSON.stringify(call.variables)}`),
  ]
  return { valid: true, difference: lines.join('\n') }
}
