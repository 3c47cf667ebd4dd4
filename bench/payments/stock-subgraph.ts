/**
 * The baseline's service: a stock Apollo Server on banking's schema. It verifies the caller's token
 * as the libraries' guides do, and makes each transfer in one interactive Prisma transaction.
 */
import { readFile } from 'node:fs/promises'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { PrismaPg } from '@prisma/adapter-pg'
import { GraphQLError, parse } from 'graphql'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { accountIdOf, parseAccountNumber } from '../../subgraphs/banking/ledger/account-number.ts'
import { transferOnce } from '../ledger/baseline.ts'

interface Context {
  readonly caller: string
}

interface Input {
  readonly idempotencyKey: string
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly reference?: string
}

const { DATABASE_URL = '', JWKS_URL = '', JWT_ISSUER = '', JWT_AUDIENCE = '' } = process.env
const CONNECTIONS = 10

const database = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: CONNECTIONS }) })
const keys = createRemoteJWKSet(new URL(JWKS_URL))

async function transfer(_: unknown, { input }: { readonly input: Input }, context: unknown) {
  const { caller } = context as Context
  const { idempotencyKey, from, to: number, amount, reference = null } = input
  const known = parseAccountNumber(number)
  const to = known === undefined ? null : accountIdOf(known)
  if (to === null || amount !== '1') throw new GraphQLError('The payment cannot be made.')
  const id = await transferOnce(database, { actor: caller, key: idempotencyKey, from, to })
  if (id === undefined) throw new GraphQLError('The key was used before.')
  return {
    __typename: 'TransferAccepted',
    replayed: false,
    transfer: {
      id: `${id}`,
      status: 'POSTED',
      amount: { formatted: `€${(Number(amount) / 100).toFixed(2)}` },
      from: { name: caller, number: from },
      to: { name: 'Payee', number },
      reference,
      postedAt: new Date().toISOString(),
    },
  }
}

const typeDefs = parse(await readFile(new URL('../../subgraphs/banking/schema.graphql', import.meta.url), 'utf8'))
const server = new ApolloServer<Context>({
  schema: buildSubgraphSchema({ typeDefs, resolvers: { Mutation: { transfer } } }),
  introspection: false,
})
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  async context({ req }) {
    const token = (req.headers.authorization ?? '').replace(/^Bearer /, '')
    const { payload } = await jwtVerify(token, keys, { issuer: JWT_ISSUER, audience: JWT_AUDIENCE })
    return { caller: payload.sub ?? '' }
  },
})
console.log(`ready ${url}`)
