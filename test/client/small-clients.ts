/**
 * Clients without a cache, as they come: graphql-request, graphql-sse, graphql-ws, and curl as the
 * pages show it.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { print } from 'graphql'
import { ClientError, GraphQLClient } from 'graphql-request'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWsClient } from 'graphql-ws'
import {
  AccountActivityDocument,
  type AccountActivitySubscription,
  AccountsDocument,
  type AccountsQuery,
  TransferDocument,
} from '../../client/operations.ts'
import { activityCursorOf, euroAccountOf, pay, payment, product, timesPaid, tokenOf } from './world.ts'

const url = (): string => `${product().url}/graphql`
const query = print(AccountsDocument)
const authorizationOf = async (caller: string): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await tokenOf(caller)}`,
})

describe('graphql-request', () => {
  test('A typed query, and a payment', async () => {
    const client = new GraphQLClient(url(), { headers: await authorizationOf('payer') })
    expect((await client.request(AccountsDocument, {})).me?.name).toBe('Ana Ribeiro')
    const input = { ...(await payment('graphql-request')), idempotencyKey: 'graphql-request' }
    const { transfer } = await client.request(TransferDocument, { input })
    expect(transfer).toMatchObject({ __typename: 'TransferAccepted' })
    expect(await timesPaid('payer', 'graphql-request')).toBe(1)
  })

  test('A refusal is an error with its code', async () => {
    const refused = await new GraphQLClient(url()).request('{ nothing }').catch((error) => error)
    expect(refused).toBeInstanceOf(ClientError)
    expect(refused.response.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  })
})

/** The common interface of both streaming clients. */
interface StreamingClient {
  iterate<Data>(request: {
    query: string
    variables?: Record<string, unknown>
  }): AsyncIterableIterator<{ data?: Data | null | undefined }>
  dispose(): void
}

const streaming: Readonly<Record<string, () => Promise<StreamingClient>>> = {
  'graphql-sse': async () => createSseClient({ url: url(), headers: await authorizationOf('payer') }),
  'graphql-ws': async () =>
    createWsClient({ url: url().replace('http', 'ws'), connectionParams: await authorizationOf('payer') }),
}

describe.each(Object.entries(streaming))('%s', (name, open) => {
  test('Queries and subscriptions', async () => {
    const client = await open()
    for await (const { data } of client.iterate<AccountsQuery>({ query })) expect(data?.me?.name).toBe('Ana Ribeiro')

    const { id: accountId } = await euroAccountOf('payer')
    const variables = { accountId, after: await activityCursorOf('payer', accountId) }
    const events = client.iterate<AccountActivitySubscription>({ query: print(AccountActivityDocument), variables })
    const first = events.next()
    await pay(`by ${name}`)
    const { value } = await first
    expect(value.data.accountActivity.transfer.reference).toBe(`by ${name}`)
    await events.return?.()
    client.dispose()
  })
})

/** Commands of a page, for this product. */
async function commandsOf(page: string): Promise<readonly string[]> {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')
  const shell = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  return shell
    .filter((block) => block.includes('curl '))
    .map((block) => block.replaceAll('http://localhost:4000', product().url).replace(/^TOKEN=.*\n/m, ''))
}

const answerTo = async (command: string): Promise<unknown> => {
  const env = { PATH: process.env['PATH'], TOKEN: await tokenOf('payer') }
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
  return JSON.parse(stdout)
}

describe('curl', () => {
  test('The command of the README shows the accounts', async () => {
    const [command = ''] = await commandsOf('README.md')
    expect(await answerTo(command)).toMatchObject({ data: { me: { name: 'Ana Ribeiro' } } })
  })

  test('The commands of docs/examples.md do what they say', async () => {
    const [articles = '', transfer = ''] = await commandsOf('docs/examples.md')
    expect(await answerTo(articles)).toMatchObject({ data: { articles: { edges: [{}, {}, {}] } } })
    const paid = (replayed: boolean): object => ({ data: { transfer: { replayed, transfer: { status: 'POSTED' } } } })
    expect(await answerTo(transfer)).toMatchObject(paid(false))
    expect(await answerTo(transfer)).toMatchObject(paid(true))
  })
})
