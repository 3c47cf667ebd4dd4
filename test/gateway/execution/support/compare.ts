/**
 * Runs the same query on the engine and on the plain schema, each with its own world, and describes
 * differences.
 */
import { isDeepStrictEqual } from 'node:util'
import { execute, type GraphQLError, type GraphQLFieldResolver, parse, validate } from 'graphql'
import { codedError } from '../../../../platform/protocol/errors.ts'
import type { Federation, SentCall } from './federation.ts'
import { inOrder } from './in-order.ts'
import { read, resolverOf, type Universe } from './universe.ts'

export interface Question {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

interface Comparison {
  /** False if the query is not valid GraphQL: then nothing was executed. */
  readonly valid: boolean
  /** The difference, as text; empty if there is none. */
  readonly difference: string
}

interface Circumstances {
  /** Services that are down; the plain schema fails the fields that need them. */
  readonly down?: readonly string[]
  /** Replaces the federation's `ask`, to ask only a part of the engine. */
  readonly ask?: Federation['ask']
  /**
   * As in the federation. The engine must send the services the same calls with it as without it.
   */
  readonly isOdd?: (() => boolean) | undefined
}

export async function compare(
  universe: Universe,
  federation: Federation,
  { query, variables }: Question,
  { down = [], ask = federation.ask, isOdd }: Circumstances = {},
): Promise<Comparison> {
  const { plain } = federation
  const document = parse(query)
  if (validate(plain, document).length > 0) return { valid: false, difference: '' }
  const expected = await execute({
    schema: plain,
    document,
    contextValue: universe.createWorld(),
    variableValues: variables,
    fieldResolver: failing(universe, new Set(down)),
  })
  federation.calls.length = 0
  federation.wrong.length = 0
  federation.down.clear()
  for (const service of down) federation.down.add(service)
  let usually: readonly string[] | undefined
  if (isOdd) {
    await ask(query, variables, universe.createWorld()).catch(() => undefined)
    usually = federation.calls.splice(0).flatMap(questionsOf).sort()
  }
  federation.isOdd = isOdd ?? (() => false)
  const actual = await ask(query, variables, universe.createWorld()).catch((error: GraphQLError) => ({
    data: undefined,
    errors: [error],
  }))
  const told = actual.errors.flatMap(({ path }) => (path ? [JSON.stringify(path)] : []))
  const toldTwice = told.filter((path, index) => told.indexOf(path) < index)
  federation.isOdd = () => false
  const asked = federation.calls.flatMap(questionsOf).sort()
  const asksAlike = !usually || isDeepStrictEqual(asked, usually)
  const plainErrors = expected.errors?.filter(({ originalError }) => originalError !== UNKNOWN)
  const plainData: unknown = expected.data === undefined ? undefined : JSON.parse(JSON.stringify(expected.data))
  const same =
    isDeepStrictEqual(actual.data, plainData) &&
    (plainData === undefined ||
      isDeepStrictEqual(
        explained({ data: plainData, errors: actual.errors }),
        explained({ data: plainData, errors: plainErrors }),
      ))
  if (same && toldTwice.length === 0 && asksAlike && federation.wrong.length === 0)
    return { valid: true, difference: '' }
  const lines = [
    query,
    `variables ${JSON.stringify(variables)}`,
    `down ${down.join(', ')}`,
    `engine ${JSON.stringify(actual.data)}`,
    `plain  ${JSON.stringify(plainData)}`,
    ...actual.errors.map(
      (error) => `engine error ${JSON.stringify(error.path)} ${error.message} ${error.originalError?.message ?? ''}`,
    ),
    ...(expected.errors ?? []).map((error) => `plain error ${JSON.stringify(error.path)} ${error.message}`),
    ...toldTwice.map((path) => `told twice ${path}`),
    ...(asksAlike ? [] : ['asked otherwise than usually:', ...(usually ?? [])]),
    ...federation.wrong.map((text) => `refused ${text}`),
    ...federation.unplannable.map((text) => `not planned: ${text}`),
    ...federation.calls.map((call) => `${call.service} ${call.query} ${JSON.stringify(call.variables)}`),
  ]
  return { valid: true, difference: lines.join('\n') }
}

/** What a call asks, one text for each entity. */
function questionsOf({ service, query, variables: { representations, ...others } }: SentCall): string[] {
  const entities: readonly unknown[] = Array.isArray(representations) ? representations : ['']
  return entities.map((entity) => `${service} ${query} ${JSON.stringify(inOrder([others, entity]))}`)
}

type Path = readonly (string | number)[]
interface Explained {
  readonly data: unknown
  readonly errors?: readonly { readonly path?: Path | undefined }[] | undefined
}

/**
 * Nulls that errors explain, and errors that explain no null, by path. If several fields make their
 * object null, one error is enough, and which one depends on the order of the calls.
 */
export const explained = ({ data, errors = [] }: Explained): string[] =>
  [...new Set(errors.map(({ path = [] }) => JSON.stringify(upToNull(data, path))))].sort()

function upToNull(data: unknown, path: Path): Path {
  let value = data
  for (const [depth, segment] of path.entries()) {
    if (value === null) return path.slice(0, depth)
    value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[segment]
  }
  return path
}

/** Marks a field that no service knows: it is null, without an error. */
const UNKNOWN = new Error('unknown')

function failing(universe: Universe, down: ReadonlySet<string>): GraphQLFieldResolver<unknown, unknown> {
  const resolve = resolverOf(universe) as GraphQLFieldResolver<unknown, unknown>
  if (down.size === 0 && !universe.unknown) return resolve
  return (parent, args, world, info) => {
    const isUnknown = universe.unknown?.some(
      ({ type, id, fields }) =>
        type === info.parentType.name && fields.includes(info.fieldName) && read(parent, 'id') === id,
    )
    if (isUnknown) throw UNKNOWN
    const service = universe.needs?.[`${info.parentType.name}.${info.fieldName}`]?.find((name) => down.has(name))
    if (service !== undefined) throw codedError('SERVICE_UNAVAILABLE', 'The service is away.', { service })
    return resolve(parent, args, world, info)
  }
}
