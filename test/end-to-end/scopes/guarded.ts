/**
 * Every field of the bank that needs a scope, with an operation for it, and a bank and a gateway
 * that may each skip the check.
 */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  print,
  visit,
} from 'graphql'
import { readConfig } from '../../../gateway/config/load.ts'
import { startGateway } from '../../../gateway/gateway.ts'
import { startService } from '../../../subgraphs/shared/serve.ts'
import type { ServiceDefinition } from '../../../subgraphs/shared/service.ts'
import type { Answer } from '../../support/answer.ts'
import { createDatabase } from '../../support/database.ts'
import { newFolder } from '../../support/folder.ts'
import { ask } from '../../support/gateway.ts'
import { startIdentityProvider } from '../../support/identity-provider.ts'
import { log } from '../../support/log.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'

export const SUPERGRAPH = readFileSync(new URL('../../../gateway/supergraph.graphql', import.meta.url), 'utf8')
export const schema = buildSchema(readFileSync(new URL('../../../gateway/schema.graphql', import.meta.url), 'utf8'))

interface Guarded {
  /** `Type.field` */
  readonly coordinate: string
  readonly scope: string
}

/** The guarded fields of the bank's schema, from the supergraph. */
export const guarded: readonly Guarded[] = findGuarded()

function findGuarded(): Guarded[] {
  const found: Guarded[] = []
  let type = ''
  visit(parse(SUPERGRAPH), {
    ObjectTypeDefinition(node) {
      type = node.name.value
    },
    FieldDefinition({ name, directives = [] }) {
      for (const directive of directives)
        if (directive.name.value === 'requiresScopes')
          found.push({ coordinate: `${type}.${name.value}`, scope: /"([^"]+)"/.exec(print(directive))?.[1] ?? '' })
    },
  })
  return found
}

const NOBODY = 'http://127.0.0.1:9'

const ROOTS: Readonly<Record<string, string>> = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' }

/** An operation that asks for a root field, with made-up arguments. */
export function operationFor({ coordinate }: Guarded): string {
  const [type = '', name = ''] = coordinate.split('.')
  const field = (schema.getType(type) as GraphQLObjectType).getFields()[name]
  if (!field) throw new Error(`There is no ${coordinate}.`)
  const given = field.args.filter(isRequiredArgument).map((each) => `${each.name}: ${literal(each.type)}`)
  return `${ROOTS[type]} { ${name}${given.length > 0 ? `(${given})` : ''} ${selection(field.type)} }`
}

const selection = (type: GraphQLOutputType): string => (isLeafType(getNamedType(type)) ? '' : '{ __typename }')

const SCALARS: Readonly<Record<string, string>> = {
  MinorUnits: '"100"',
  CurrencyCode: '"EUR"',
  Date: '"2030-01-01"',
  DateTime: '"2030-01-01T00:00:00Z"',
  Percentage: '"4.5"',
  Int: '12',
  Boolean: 'true',
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType)
  if (isListType(type)) return `[${literal(type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? '"1"'
  const fields = Object.values(type.getFields()).filter(isRequiredInputField)
  return `{ ${fields.map((each) => `${each.name}: ${literal(each.type)}`)} }`
}

export interface Pair {
  /** Base address of the bank. */
  readonly bankUrl: string
  /**
   * Asks through the gateway; of a subscription the first event. @param scope of the caller's
   * token; null: signed out
   */
  ask(query: string, scope: string | null): Promise<Pick<Answer, 'data' | 'errors'>>
  /** A token of the payer with these scopes. */
  authorization(scope: string): Promise<string>
  /** Answers of the bank that the gateway has had. */
  calls(): Promise<number>
  stop(): Promise<void>
}

/** @param supergraph on which the gateway runs */
// biome-ignore lint/suspicious/noExplicitAny: a service of any settings
export async function startPair(bank: ServiceDefinition<any, any>, supergraph: string): Promise<Pair> {
  const [folder, database, provider] = await Promise.all([
    newFolder(),
    createDatabase('seeded'),
    startIdentityProvider(),
  ])
  const shared = {
    DATA_DIR: folder,
    GATEWAY_SECRET: TEST_SECRET,
    LOG_LEVEL: 'silent',
    ...provider.env,
  }
  const service = await startService(bank, { ...shared, DATABASE_URL: database.url })
  const file = join(folder, 'supergraph.graphql')
  const addresses: Readonly<Record<string, string>> = { banking: service.url }
  const located = supergraph.replace(
    /(name: "(\w+)", url: )""/g,
    (_, start: string, name: string) => `${start}"${addresses[name] ?? NOBODY}/graphql"`,
  )
  await writeFile(file, located)
  const config = await readConfig({ ...shared, SUPERGRAPH: file, PORT: '0', ADMIN_PORT: '0' })
  const gateway = await startGateway(config, log)
  const authorization = async (scope: string): Promise<string> => `Bearer ${await provider.token({ scope })}`
  return {
    bankUrl: service.url,
    authorization,
    async ask(query, scope) {
      const headers = scope === null ? {} : { authorization: await authorization(scope) }
      return query.startsWith('subscription')
        ? firstEvent(gateway.url, query, headers)
        : ask(gateway.url, query, headers)
    },
    async calls() {
      const answered = /^tributary_service_answer_seconds_count\{[^}]*"banking"[^}]*\} (\d+)/m
      return Number(answered.exec(await gateway.commands.metrics())?.[1] ?? 0)
    },
    async stop() {
      await gateway.stop()
      await service.stop()
      await Promise.all([database.drop(), provider.close()])
    },
  }
}

/** Guarded root fields. */
export const roots = guarded.filter(({ coordinate }) => (coordinate.split('.')[0] ?? '') in ROOTS)

/** The code of the only error, if that is all there is. */
export function outcomeOf({ data, errors = [] }: Pick<Answer, 'data' | 'errors'>): unknown {
  const isEmpty = Object.values(data ?? {}).every((value) => value === null)
  return errors.length === 1 && isEmpty ? errors[0]?.extensions['code'] : { data, errors }
}

async function firstEvent(url: string, query: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
  })
  // A refused stream ends by itself.
  return JSON.parse(/^data: (\{.+)$/m.exec(await response.text())?.[1] ?? '')
}
