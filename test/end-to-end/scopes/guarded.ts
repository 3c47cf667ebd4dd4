/**
 * Every field of the bank that needs a scope, with an operation that asks for it, and a bank and a
 * gateway of which either may be told to check nothing.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
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
import { createLogger } from '../../../platform/process/log.ts'
import type { ServiceDefinition } from '../../../subgraphs/shared/service.ts'
import { startService } from '../../../subgraphs/shared/serve.ts'
import { createDatabase } from '../../support/database.ts'
import { ask, type Operation } from '../../support/gateway.ts'
import { startIdentityProvider } from '../../support/identity-provider.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'
import type { Answer } from '../../support/answer.ts'

export const SUPERGRAPH = readFileSync(new URL('../../../gateway/supergraph.graphql', import.meta.url), 'utf8')
const schema = buildSchema(readFileSync(new URL('../../../gateway/schema.graphql', import.meta.url), 'utf8'))

export interface Guarded {
  /** `Type.field` */
  readonly coordinate: string
  readonly scope: string
}

/** What the bank's schema guards, from the supergraph. */
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
  /** Asks through the gateway. @param scope of the caller's token; null: signed out */
  ask(operation: Operation | string, scope: string | null): Promise<Answer>
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
    mkdtemp(join(tmpdir(), 'scopes-')),
    createDatabase('seeded'),
    startIdentityProvider(),
  ])
  const shared = {
    DATA_DIR: folder,
    GATEWAY_SECRET: TEST_SECRET,
    LOG_LEVEL: 'silent',
    JWKS_URL: provider.jwksUrl,
    JWT_ISSUER: provider.issuer,
    JWT_AUDIENCE: provider.audience,
  }
  const service = await startService(bank, { ...shared, DATABASE_URL: database.url })
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, supergraph.replace('name: "banking", url: ""', `name: "banking", url: "${service.url}/graphql"`))
  const config = await readConfig({ ...shared, SUPERGRAPH: file, PORT: '0', ADMIN_PORT: '0' })
  const gateway = await startGateway(config, createLogger('gateway', 'silent'))
  const authorization = async (scope: string): Promise<string> => `Bearer ${await provider.token({ scope })}`
  return {
    bankUrl: service.url,
    authorization,
    ask: async (operation, scope) =>
      ask(gateway.url, operation, scope === null ? {} : { authorization: await authorization(scope) }),
    async calls() {
      const answered = /^tributary_service_answer_seconds_count\{[^}]*"banking"[^}]*\} (\d+)/m
      return Number(answered.exec(await gateway.commands.metrics())?.[1] ?? 0)
    },
    async stop() {
      await gateway.stop()
      await service.stop()
      await Promise.all([database.drop(), provider.close(), rm(folder, { recursive: true })])
    },
  }
}
