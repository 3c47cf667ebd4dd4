import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { buildSchema, isInterfaceType } from 'graphql'
import { fetchQuery, useLazyLoadQuery, usePaginationFragment, useRefetchableFragment } from 'react-relay'
import { createOperationDescriptor, getSingularSelector, type OperationType } from 'relay-runtime'
import { encodeNodeId } from '../../platform/protocol/node-id.ts'
import type { Answer } from '../support/answer.ts'
import { ask } from '../support/gateway.ts'
import { askTraced } from '../support/traced.ts'
import { until } from '../support/until.ts'
import { compileDocuments } from './relay/compile.ts'
import { openWorld, type Ref, type Screen, show, type World } from './relay/screen.ts'
import { inFull, product } from './world.ts'

type Headers = Readonly<Record<string, string>>

let payer: Headers
let payee: Headers
let officer: Headers
/** A node of each type, by type, that the payer may see. */
const nodes = new Map<string, { readonly nodeId: string; readonly id: string }>()

const EVERYTHING = `{
  me { ...N
    accounts { edges { node { ...N branch { ...N city { ...N } } product { ...N terms { ...N } }
      entries(first: 50) { edges { node { ...N transfer { ...N merchant { ...N } } } } } } } }
    loans { edges { node { ...N } } } schedules { edges { node { ...N } } } webhooks { ...N } } }
  fragment N on Node { __typename nodeId
    ${'Account Article Branch City Customer Entry Loan Merchant Product Schedule Transfer Webhook'
      .split(' ')
      .map((type) => `... on ${type} { id }`)
      .join(' ')} }`

const collect = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  const { __typename: type, nodeId, id } = value as Record<string, unknown>
  if (typeof type === 'string' && typeof nodeId === 'string' && !nodes.has(type))
    nodes.set(type, { nodeId, id: `${id}` })
  for (const below of Object.values(value)) collect(below)
}

const nodeIdOf = (type: string): string => nodes.get(type)?.nodeId ?? `no ${type}`

const node = (nodeId: string, headers: Headers, selection = '__typename nodeId'): Promise<Answer> =>
  ask(
    product().url,
    { query: `query ($nodeId: ID!) { node(nodeId: $nodeId) { ${selection} } }`, variables: { nodeId } },
    headers,
  )

/** Summary of an answer: data, and the codes of errors with their paths. */
const told = ({ data, errors = [] }: Answer) => ({
  data,
  errors: errors.map(({ path, extensions }) => `${path?.join('.')} ${extensions['code']}`),
})

describe('nodes, pages and Relay', () => {
  beforeAll(async () => {
    const headersOf = async (caller: string): Promise<Headers> => ({
      authorization: await product().authorization(caller),
    })
    ;[payer, payee, officer] = await Promise.all([headersOf('payer'), headersOf('payee'), headersOf('officer')])
    const { data } = await ask(product().url, '{ me { accounts { edges { node { id number currency } } } } }', payer)
    const [from, to] = data.me.accounts.edges.map(({ node }: { node: { id: string; number: string } }) => node)
    const made = await ask(
      product().url,
      {
        query: `mutation ($schedule: ScheduleTransferInput!, $webhook: RegisterWebhookInput!) {
        scheduleTransfer(input: $schedule) { __typename ... on Refusal { message } }
        registerWebhook(input: $webhook) { __typename ... on Refusal { message } } }`,
        variables: {
          schedule: {
            idempotencyKey: randomUUID(),
            from: from.id,
            to: to.number,
            amount: '1',
            currency: from.currency,
            frequency: 'ONCE',
            firstOn: '2999-01-01',
          },
          webhook: { idempotencyKey: randomUUID(), url: 'https://example.com/hook' },
        },
      },
      payer,
    )
    expect(made.errors).toBeUndefined()
    const everything = await ask(product().url, EVERYTHING, payer)
    expect(everything.errors).toBeUndefined()
    collect(everything.data)
  })

  describe('node', () => {
    test('Every type with an id of its own is a node, and is found again by its nodeId', async () => {
      const schema = buildSchema(await readFile(new URL('../../gateway/schema.graphql', import.meta.url), 'utf8'))
      const type = schema.getType('Node')
      const types = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : []
      expect([...nodes.keys()].sort()).toEqual(types.toSorted())
      for (const [name, { nodeId, id }] of nodes) {
        expect(nodeId).toMatch(/^[\w-]+$/)
        const selections = ['__typename nodeId', `... on ${name} { id }`, '__typename']
        const answers = await Promise.all(selections.map((selection) => node(nodeId, payer, selection)))
        expect(answers.map(told)).toEqual([
          { data: { node: { __typename: name, nodeId } }, errors: [] },
          { data: { node: { id } }, errors: [] },
          { data: { node: { __typename: name } }, errors: [] },
        ])
      }
    })

    test('nodes answers over all services, in the order of its ids', async () => {
      const nodeIds = [...nodes.values()].map(({ nodeId }) => nodeId)
      const wanted = [...nodeIds, encodeNodeId('City', ['1']), ...nodeIds.toReversed()]
      const query = 'query ($nodeIds: [ID!]!) { nodes(nodeIds: $nodeIds) { nodeId } }'
      const answer = await ask(product().url, { query, variables: { nodeIds: wanted } }, payer)
      expect(told(answer)).toEqual({
        data: { nodes: wanted.map((nodeId, at) => (at === nodeIds.length ? null : { nodeId })) },
        errors: [],
      })
    })

    test('An entity that does not exist is null for every selection', async () => {
      const missing = [
        encodeNodeId('Account', ['99999999999999']),
        encodeNodeId('Account', ['no id']),
        encodeNodeId('Transfer', ['999999999999']),
        encodeNodeId('Entry', [`${nodes.get('Account')?.id}-999999999`]),
        encodeNodeId('Entry', ['1-1']),
        encodeNodeId('Customer', ['nobody']),
        encodeNodeId('Merchant', ['\0']),
        encodeNodeId('Branch', ['nowhere']),
        encodeNodeId('Loan', [randomUUID()]),
        encodeNodeId('Schedule', ['x']),
        encodeNodeId('Webhook', [randomUUID()]),
        encodeNodeId('City', ['1']),
        encodeNodeId('Article', ['en/none']),
        encodeNodeId('Product', ['none']),
      ]
      for (const nodeId of missing)
        for (const selection of ['nodeId', '__typename', '... on City { population } ... on Transfer { reference }'])
          expect({ nodeId, ...told(await node(nodeId, officer, selection)) }).toEqual({
            nodeId,
            data: { node: null },
            errors: [],
          })
    })

    test("Another customer's objects, and those of the signed out, are answered as the fields by id answer them", async () => {
      const fields = { Account: 'account', Transfer: 'transfer', Loan: 'loan', Schedule: 'schedule' }
      const callers = { payee, officer, nobody: {} }
      for (const [type, field] of Object.entries(fields))
        for (const [caller, headers] of Object.entries(callers)) {
          const { nodeId = '', id = '' } = nodes.get(type) ?? {}
          const byId = await ask(
            product().url,
            { query: `query ($id: ID!) { it: ${field}(id: $id) { id } }`, variables: { id } },
            headers,
          )
          const byNodeId = await ask(
            product().url,
            {
              query: `query ($id: ID!) { it: node(nodeId: $id) { ... on ${type} { id } } }`,
              variables: { id: nodeId },
            },
            headers,
          )
          expect({ caller, type, ...told(byNodeId) }).toEqual({ caller, type, ...told(byId) })
        }
      for (const type of ['Customer', 'Entry', 'Webhook'])
        expect({ type, ...told(await node(nodeIdOf(type), payee)) }).toEqual({ type, data: { node: null }, errors: [] })
    })

    test('Callers who ask for the same node at a time get each their own answer', async () => {
      const { nodeId = '', id = '' } = nodes.get('Account') ?? {}
      const callers = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? payer : payee))
      const answers = await Promise.all(callers.map((caller) => node(nodeId, caller, '... on Account { id }')))
      expect(answers.map(({ data }) => data.node)).toEqual(callers.map((caller) => (caller === payer ? { id } : null)))
      expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(callers.map(() => 'no-store'))
      const city = await node(nodeIdOf('City'), payer)
      expect(city.headers.get('cache-control')).toMatch(/public/)
    })

    test('An invalid node id is refused, and costs its own place only', async () => {
      const account = nodes.get('Account')
      const forged = [
        '',
        'x',
        account?.id ?? '',
        `${account?.nodeId}=`,
        ` ${account?.nodeId}`,
        encodeNodeId('Nothing', ['1']),
        encodeNodeId('Money', ['1']),
        encodeNodeId('__proto__', ['1']),
        encodeNodeId('Account', ['1', '2']),
        Buffer.from('["Account", "1"]').toString('base64url'),
        Buffer.from('{"0":"Account","1":"1"}').toString('base64url'),
        Buffer.from('["Account",["1"]]').toString('base64url'),
        Buffer.from('["Account",null]').toString('base64url'),
        encodeNodeId('Account', ['1'.repeat(2_000)]),
      ]
      const query = 'query ($nodeIds: [ID!]!) { nodes(nodeIds: $nodeIds) { nodeId } }'
      const nodeIds = [...forged, account?.nodeId]
      const answer = await ask(product().url, { query, variables: { nodeIds } }, payer)
      expect(told(answer)).toEqual({
        data: { nodes: [...forged.map(() => null), { nodeId: account?.nodeId }] },
        errors: forged.map((_, at) => `nodes.${at} BAD_USER_INPUT`),
      })
      for (const nodeId of forged) {
        const one = await node(nodeId, payer)
        expect(told(one)).toEqual({ data: { node: null }, errors: ['node BAD_USER_INPUT'] })
      }
    })

    test('nodes takes at most 100 ids, and costs one for each and for its node', async () => {
      const query = 'query ($nodeIds: [ID!]!) { nodes(nodeIds: $nodeIds) { nodeId } }'
      const answerTo = (count: number) =>
        askTraced(product().url, query, payer, { nodeIds: Array.from({ length: count }, () => nodeIdOf('City')) })
      const { data, trace } = await answerTo(100)
      expect([data.nodes.length, trace.cost.estimate]).toEqual([100, 200])
      expect(await answerTo(101)).toMatchObject({
        errors: [{ path: ['nodes'], extensions: { code: 'BAD_USER_INPUT' } }],
      })
      expect((await answerTo(0)).data).toEqual({ nodes: [] })
    })
  })

  interface Listed {
    readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[]
    readonly pageInfo: Readonly<Record<string, unknown>>
    readonly totalCount?: number
  }

  describe('pages', () => {
    /** Lists: path, arguments besides those of the page, and the field that identifies nodes. */
    const lists: readonly (readonly [string, string, string?])[] = [
      ['account(id: "ACCOUNT") { entries(ARGS, filter: {direction: DEBIT, minAmount: "500"}) { LIST } }', 'id'],
      ['account(id: "ACCOUNT") { holds(ARGS) { LIST } }', 'id'],
      ['loan(id: "LOAN") { changes(ARGS) { LIST } }', 'number'],
      ['cities(search: "san", ARGS) { LIST }', 'id'],
      ['cities(near: {latitude: 38.7, longitude: -9.1}, radius: 30, ARGS) { LIST }', 'id'],
      ['articles(locale: "en", ARGS) { LIST totalCount }', 'id'],
      ['search(text: "account", locale: "en", ARGS) { LIST totalCount }', 'id'],
    ]
    /** Lists of the same services, paged like one of those above. */
    const likeThem: typeof lists = [
      ['me { accounts(ARGS) { LIST } }', 'id'],
      ['account(id: "ACCOUNT") { entries(ARGS) { LIST } }', 'id'],
      ['me { schedules(ARGS) { LIST } }', 'id'],
      ['me { loans(ARGS) { LIST } }', 'id'],
      ['node(nodeId: "PRODUCT") { ... on Product { articles(locale: "en", ARGS) { LIST totalCount } } }', 'id'],
    ]
    const read = async (path: string, field: string, args: string): Promise<Listed> => {
      const text = path
        .replace(
          'LIST',
          `edges { cursor node { ${field} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`,
        )
        .replace('ACCOUNT', `${nodes.get('Account')?.id}`)
        .replace('LOAN', `${nodes.get('Loan')?.id}`)
        .replace('PRODUCT', nodeIdOf('Product'))
        .replace('ARGS', args)
      const { data, errors } = await ask(product().url, `{ ${text} }`, payer)
      const found = listIn(data)
      return found ?? { edges: [], pageInfo: { errors: errors?.map(({ extensions }) => extensions['code']) } }
    }
    const listIn = (value: unknown): Listed | undefined => {
      if (typeof value !== 'object' || value === null) return undefined
      return 'edges' in value
        ? (value as Listed)
        : Object.values(value)
            .map(listIn)
            .find((found) => found !== undefined)
    }

    beforeAll(async () => {
      const { data } = await ask(product().url, '{ me { accounts { edges { node { id number currency } } } } }', payee)
      const to = data.me.accounts.edges.find(({ node }: { node: { currency: string } }) => node.currency === 'EUR').node
      const hold = `mutation ($input: HoldFundsInput!) { holdFunds(input: $input) { __typename ... on Refusal { message } } }`
      const from = nodes.get('Account')?.id
      for (const amount of ['1', '2', '3']) {
        const input = {
          idempotencyKey: randomUUID(),
          from,
          to: to.number,
          amount,
          currency: 'EUR',
          expiresInSeconds: 999,
        }
        const held = await ask(product().url, { query: hold, variables: { input } }, payer)
        expect(held.data).toEqual({ holdFunds: { __typename: 'TransferAccepted' } })
      }
    })

    const pagesAlike = async (path: string, field = 'id'): Promise<void> => {
      const whole = await read(path, field, 'first: 100')
      const all = whole.edges.map(({ node }) => node[field])
      expect(all.length).toBeGreaterThan(0)
      const cursors = whole.edges.map(({ cursor }) => cursor)
      // The last page of a list of hundreds is not at the end of its first hundred.
      const end = whole.pageInfo['hasNextPage'] ? `, before: "${cursors.at(-1)}"` : ''
      const seen = end === '' ? all : all.slice(0, -1)
      const size = Math.max(1, Math.floor(seen.length / 3))
      const [forth, back]: unknown[][] = [[], []]
      let args = `first: ${size}${end}`
      for (let next = true; next; ) {
        const { edges, pageInfo } = await read(path, field, args)
        forth?.push(...edges.map(({ node }) => node[field]))
        next = pageInfo['hasNextPage'] === true
        args = `first: ${size}, after: "${pageInfo['endCursor']}"${end}`
      }
      args = `last: ${size}${end}`
      for (let next = true; next; ) {
        const { edges, pageInfo } = await read(path, field, args)
        back?.unshift(...edges.map(({ node }) => node[field]))
        next = pageInfo['hasPreviousPage'] === true
        args = `last: ${size}, before: "${pageInfo['startCursor']}"`
      }
      expect(forth).toEqual(seen)
      expect(back).toEqual(seen)
      const { totalCount } = whole
      const more = totalCount === undefined ? {} : { totalCount }
      const none = { startCursor: null, endCursor: null }
      expect(await read(path, field, 'first: 0')).toEqual({
        edges: [],
        pageInfo: { hasNextPage: true, hasPreviousPage: false, ...none },
        ...more,
      })
      expect(await read(path, field, `last: 0, before: "${cursors[0]}"`)).toEqual({
        edges: [],
        pageInfo: { hasNextPage: true, hasPreviousPage: false, ...none },
        ...more,
      })
      for (const refused of ['first: 1, last: 1', 'last: 101', 'last: -1', `last: 1, before: "${cursors[0]}x"`])
        expect({ refused, ...(await read(path, field, refused)) }).toMatchObject({
          refused,
          pageInfo: { errors: ['BAD_USER_INPUT'] },
        })
    }
    const title = '%s is the same list from both ends, in pages of any size'
    test.each(lists)(title, pagesAlike)
    inFull.each(likeThem)(title, pagesAlike)
  })

  describe('Relay', () => {
    let artifacts: Awaited<ReturnType<typeof compileDocuments>>
    beforeAll(async () => {
      artifacts = await compileDocuments()
    })
    afterAll(() => artifacts?.remove())

    interface Entries {
      readonly edges: readonly { readonly node: { readonly id: string } }[]
    }
    const idsOf = ({ edges }: Entries): readonly string[] => edges.map(({ node }) => node.id)
    /** The account that the screen is about, as plain requests see it. */
    const entriesBy = async (args: string): Promise<readonly string[]> => {
      const query = `{ me { accounts(first: 1) { edges { node { entries(${args}) { edges { node { id } } } } } } } }`
      const { data } = await ask(product().url, query, payer)
      return idsOf(data.me.accounts.edges[0].node.entries)
    }
    let screen: Screen<unknown> | undefined
    afterEach(() => {
      screen?.close()
      screen = undefined
    })
    /** Shows the first account, by a fragment on it. */
    async function showAccount<Shown>(world: World, use: (account: Ref) => Shown): Promise<() => Shown> {
      const opened = await show(world, () => {
        const data = useLazyLoadQuery(artifacts.query('documentsAccountsQuery'), {}) as {
          readonly me: { readonly accounts: { readonly edges: readonly [{ readonly node: Ref }] } }
        }
        return use(data.me.accounts.edges[0].node)
      })
      screen = opened
      return opened.shown
    }

    test('The Relay compiler accepts every type of node, refetched and in pages, and each query answers', async () => {
      for (const [type, { nodeId }] of nodes) {
        const name = artifacts.names.find((one) => RegExp(`^documents${type}(Refetch|Pagination)Query$`).test(one))
        const query = artifacts.query(name ?? `no query of ${type}`).params.text ?? ''
        const { data, errors } = await ask(product().url, { query, variables: { nodeId } }, payer)
        expect({ type, errors, node: data?.node }).toMatchObject({
          type,
          errors: undefined,
          node: { __typename: type },
        })
      }
    })

    test('usePaginationFragment reads on page by page, each entry once and in order', async () => {
      const world = openWorld(product().url, payer)
      const page = await showAccount(world, (account) =>
        usePaginationFragment<OperationType, Ref<{ readonly entries: Entries }>>(
          artifacts.fragment('documents_entries'),
          account as Ref<{ readonly entries: Entries }>,
        ),
      )
      const shown = () => idsOf(page().data.entries)
      const loadNext = (count: number): Promise<boolean> => {
        const before = shown().length
        page().loadNext(count)
        return until(() => !page().isLoadingNext && shown().length > before)
      }
      expect(shown()).toEqual(await entriesBy('first: 3'))
      await loadNext(4)
      await loadNext(5)
      expect(shown()).toEqual(await entriesBy('first: 12'))
      expect(page().hasNext).toBe(true)
      while (page().hasNext) await loadNext(100)
      expect(new Set(shown()).size).toBe(shown().length)
      expect(shown().slice(-5)).toEqual(await entriesBy('last: 5'))
      expect(world.sent[1]).toMatchObject({ name: 'documentsEntriesPaginationQuery', variables: { count: 4 } })
    })

    test('usePaginationFragment reads backwards from the end', async () => {
      const page = await showAccount(openWorld(product().url, payer), (account) =>
        usePaginationFragment<OperationType, Ref<{ readonly oldest: Entries }>>(
          artifacts.fragment('documents_oldestEntries'),
          account as Ref<{ readonly oldest: Entries }>,
        ),
      )
      const shown = () => idsOf(page().data.oldest)
      expect(shown()).toEqual(await entriesBy('last: 3'))
      expect([page().hasPrevious, page().hasNext]).toEqual([true, false])
      page().loadPrevious(4)
      await until(() => shown().length > 3)
      expect(shown()).toEqual(await entriesBy('last: 7'))
    })

    test('useRefetchableFragment asks for its object by nodeId, of whichever service it is', async () => {
      const world = openWorld(product().url, payer)
      interface City {
        readonly weather: { readonly daily: readonly unknown[] }
      }
      const shown = await showAccount(world, (account) => {
        const { branch } = account as Ref & { readonly branch: { readonly city: Ref<City> } }
        return useRefetchableFragment<OperationType, Ref<City>>(artifacts.fragment('documents_city'), branch.city)
      })
      expect(shown()[0].weather.daily).toHaveLength(1)
      shown()[1]({ days: 3 })
      await until(() => shown()[0].weather.daily.length === 3)
      expect(world.sent.at(-1)).toEqual({
        name: 'documentsCityRefetchQuery',
        variables: { days: 3, nodeId: expect.any(String) },
      })
    })

    test('A fragment that is deferred is read once its part is there, and the rest before it', async () => {
      const { environment } = openWorld(product().url, payer)
      const operation = createOperationDescriptor(artifacts.query('documentsDeferredQuery'), {})
      const city = () => {
        const { me } = environment.lookup(operation.fragment).data as {
          readonly me: {
            readonly accounts: { readonly edges: readonly [{ readonly node: { branch: { city: Ref } } }] }
          }
        }
        const selector = getSingularSelector(
          artifacts.fragment('documents_city'),
          me.accounts.edges[0].node.branch.city,
        )
        return selector && environment.lookup(selector)
      }
      const seen: ReturnType<typeof city>[] = []
      await new Promise<void>((complete, error) => {
        environment.execute({ operation }).subscribe({ next: () => seen.push(city()), complete, error })
      })
      expect(seen.map((each) => each?.isMissingData)).toEqual([true, false])
      expect(seen.at(-1)?.data).toMatchObject({ name: expect.any(String), weather: { daily: [expect.any(Object)] } })
    })

    test('Pages of the root, and nodes by a list of ids', async () => {
      const { environment } = openWorld(product().url, {})
      const cities = fetchQuery(environment, artifacts.query('documentsCitiesQuery'), { search: 'lis' })
      expect(await cities.toPromise()).toBeDefined()
      const nodeIds = ['City', 'Article', 'Product'].map(nodeIdOf)
      const found = fetchQuery(environment, artifacts.query('documentsNodesQuery'), { nodeIds })
      expect(await found.toPromise()).toMatchObject({ nodes: nodeIds.map((nodeId) => ({ nodeId })) })
    })
  })
})
