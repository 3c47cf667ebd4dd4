import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { stopDates } from '../../support/clock.ts'
import { signedCall } from '../../support/signed-call.ts'
import { codesOf, startSeededBanking, type TestService } from './support/service.ts'

let service: TestService
/** Account ids and numbers by caller and name. */
const accounts = new Map<string, { id: string; number: string }>()
const account = (name: string): { id: string; number: string } =>
  accounts.get(name) ?? { id: 'no such account', number: 'no such account' }

beforeAll(async () => {
  service = await startSeededBanking()
  for (const name of ['payer', 'payee']) {
    const { data } = await service.call(name, '{ me { accounts { edges { node { id name number } } } } }')
    for (const { node } of data.me.accounts.edges) accounts.set(`${name} ${node.name}`, node)
  }
})
afterAll(() => service.stop())

const TRANSFER = `mutation ($input: TransferInput!) { transfer(input: $input) {
  ... on TransferAccepted { replayed transfer { id status amount { amount currency formatted } reference postedAt
    from { name number } to { name number } } }
  ... on Refusal { code message replayed } } }`

const input = (fields: Record<string, unknown> = {}) => ({
  input: {
    idempotencyKey: randomUUID(),
    from: account('payer Everyday').id,
    to: account('payee Household').number,
    amount: '125',
    currency: 'EUR',
    ...fields,
  },
})
const transfer = (fields?: Record<string, unknown>, caller: string | null = 'payer') =>
  service.call(caller, TRANSFER, input(fields))

const BALANCE = 'query ($id: ID!) { account(id: $id) { balance { posted { amount } available { amount } } } }'
const balanceOf = async (caller: string, id: string): Promise<bigint> =>
  BigInt((await service.call(caller, BALANCE, { id })).data.account.balance.available.amount)

describe('permissions', () => {
  test('A signed-out caller gets no `me`, and the error says why', async () => {
    const answer = await service.call(null, '{ me { name } }')
    expect(answer.data).toEqual({ me: null })
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED'])
  })

  test('The main query of a customer is answered in full', async () => {
    const answer = await service.call(
      'payer',
      `{ me { name email accounts(first: 5) { edges { node { number kind status currency balance { available { formatted } }
        product { id } branch { name city { id } } entries(first: 10) { edges { node { direction amount { formatted }
        balanceAfter { amount } transfer { merchant { name category city { id } } } } } } } } } } }`,
    )
    expect(answer.errors).toBeUndefined()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const nodes = answer.data.me.accounts.edges.map(({ node }: { node: unknown }) => node)
    expect(nodes).toHaveLength(4)
    expect(new Set(nodes.map(({ currency }: { currency: string }) => currency))).toEqual(new Set(['EUR', 'USD', 'JPY']))
    expect(nodes[0].entries.edges).toHaveLength(10)
    expect(nodes[0].product).toEqual({ id: 'current-account' })
  })

  test('A foreign account looks like an unknown one, and an officer sees both', async () => {
    const query = 'query ($id: ID!) { account(id: $id) { name } }'
    const theirs = await service.call('payer', query, { id: account('payee Household').id })
    const nobodys = await service.call('payer', query, { id: '99999999999999' })
    const malformed = await service.call('payer', query, { id: "1' OR 1=1" })
    expect([theirs, nobodys, malformed].map(({ data, errors }) => ({ data, errors }))).toEqual(
      Array.from({ length: 3 }, () => ({ data: { account: null } })),
    )
    const officer = await service.call('officer', query, { id: account('payee Household').id })
    expect(officer.data.account.name).toBe('Household')
  })

  test("An officer can read every field of the bank's own accounts, and nobody can open one", async () => {
    const client = new pg.Client({ connectionString: service.databaseUrl })
    await client.connect()
    const { rows } = await client.query("SELECT id::text FROM accounts WHERE kind = 'INTERNAL' LIMIT 1")
    await client.end()
    const query = `query ($id: ID!) { account(id: $id) { id number name kind status currency activityCursor
      balance { posted { formatted } } dailyLimit { amount } product { id } branch { id } } }`
    const answer = await service.call('officer', query, { id: rows[0].id })
    expect(answer.errors).toBeUndefined()
    expect(answer.data.account).toMatchObject({ kind: 'INTERNAL', product: null, branch: null })
    const opened = await service.call(
      'payer',
      `mutation { openAccount(input: { idempotencyKey: "internal", kind: INTERNAL, currency: "EUR", name: "x", branch: "lisbon" }) {
        ... on Refusal { code } } }`,
    )
    expect(codesOf(opened)).toEqual(['BAD_USER_INPUT'])
  })

  test('Foreign entities are null in their places, and own ones are found', async () => {
    const query =
      'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Account { number } ... on Customer { name } ... on Merchant { name } ... on Branch { name } ... on Transfer { id } } }'
    const { data } = await service.call('payer', query, {
      of: [
        { __typename: 'Account', id: account('payer Everyday').id },
        { __typename: 'Account', id: account('payee Household').id },
        { __typename: 'Customer', id: 'payer' },
        { __typename: 'Customer', id: 'payee' },
        { __typename: 'Merchant', id: 'cafe-do-largo' },
        { __typename: 'Merchant', id: 'nowhere' },
        { __typename: 'Branch', id: 'lisbon' },
        { __typename: 'Transfer', id: '999999' },
        { __typename: 'Merchant', id: 'a\u0000b' },
      ],
    })
    expect(data._entities).toEqual([
      { __typename: 'Account', number: account('payer Everyday').number },
      null,
      { __typename: 'Customer', name: 'Ana Ribeiro' },
      null,
      { __typename: 'Merchant', name: 'Café do Largo' },
      null,
      { __typename: 'Branch', name: 'Lisbon Chiado' },
      null,
      null,
    ])
  })

  test('A forged or an expired token is refused, and so is a caller without the gateway', async () => {
    const forged = await service.call(null, '{ me { name } }')
    expect(codesOf(forged)).toEqual(['UNAUTHENTICATED'])
    const unsigned = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await service.token('payer') },
      body: JSON.stringify({ query: '{ me { name } }' }),
    })
    expect(unsigned.status).toBe(403)
  })

  test('A token that was accepted is refused once it has expired, and so is one that differs from it', async () => {
    using dates = stopDates()
    const authorization = await service.token('payer')
    const ask = async (token: string) => signedCall(service.url, { query: '{ me { name } }', authorization: token })
    for (let count = 0; count < 2; count += 1)
      expect((await ask(authorization)).data).toEqual({ me: { name: 'Ana Ribeiro' } })
    const [head, payload, signature] = authorization.split('.') as [string, string, string]
    const forged = [head, payload.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), signature].join('.')
    expect(codesOf(await ask(forged))).toEqual(['UNAUTHENTICATED'])
    dates.step(13 * 60 * 60_000)
    expect(codesOf(await ask(authorization))).toEqual(['UNAUTHENTICATED'])
  })
})

describe('transfer', () => {
  test('A transfer moves the money and hides what is not the caller’s', async () => {
    const before = await balanceOf('payee', account('payee Household').id)
    const { data } = await transfer({ reference: 'Lunch' })
    expect(data.transfer).toMatchObject({
      replayed: false,
      transfer: {
        status: 'POSTED',
        amount: { amount: '125', currency: 'EUR', formatted: '€1.25' },
        reference: 'Lunch',
        from: { name: 'Ana Ribeiro', number: account('payer Everyday').number },
        to: { name: 'Brendan Walsh', number: `••••••••••••••••••${account('payee Household').number.slice(-4)}` },
      },
    })
    expect(await balanceOf('payee', account('payee Household').id)).toBe(before + 125n)
    const seen = await service.call('payee', 'query ($id: ID!) { transfer(id: $id) { from { number } } }', {
      id: data.transfer.transfer.id,
    })
    expect(seen.data.transfer.from.number).toMatch(/^•+\d{4}$/)
    const unseen = await service.call('officer', 'query ($id: ID!) { transfer(id: $id) { from { number } } }', {
      id: data.transfer.transfer.id,
    })
    expect(unseen.data.transfer.from.number).toBe(account('payer Everyday').number)
  })

  test('A transfer moves once for one key, however often and however concurrently it is sent', async () => {
    const before = await balanceOf('payer', account('payer Everyday').id)
    const same = input()
    const answers = await Promise.all(Array.from({ length: 10 }, () => service.call('payer', TRANSFER, same)))
    const again = await service.call('payer', TRANSFER, same)
    const ids = new Set(answers.map(({ data }) => data.transfer.transfer.id))
    expect(ids.size).toBe(1)
    expect(answers.filter(({ data }) => !data.transfer.replayed)).toHaveLength(1)
    expect(again.data.transfer).toMatchObject({ replayed: true, transfer: { id: [...ids][0] } })
    expect(await balanceOf('payer', account('payer Everyday').id)).toBe(before - 125n)
  })

  test('A key with another input is refused, and another customer may use the same key', async () => {
    const idempotencyKey = randomUUID()
    await transfer({ idempotencyKey })
    const reused = await transfer({ idempotencyKey, amount: '126' })
    expect(reused.data.transfer).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    const theirs = await transfer(
      { idempotencyKey, from: account('payee Household').id, to: account('payer Everyday').number },
      'payee',
    )
    expect(theirs.data.transfer.transfer.status).toBe('POSTED')
  })

  test('A refused transfer stays refused under its key, even when the money has arrived', async () => {
    const idempotencyKey = randomUUID()
    const fields = {
      idempotencyKey,
      from: account('payer Journey to Japan').id,
      to: account('payer Journey to Japan').number,
      currency: 'JPY',
    }
    const first = await transfer(fields)
    const second = await transfer(fields)
    expect(first.data.transfer).toMatchObject({ code: 'SAME_ACCOUNT', replayed: false })
    expect(second.data.transfer).toMatchObject({ code: 'SAME_ACCOUNT', replayed: true })
  })

  test.each([
    ['more than there is', { amount: '9223372036854775807' }, 'INSUFFICIENT_FUNDS'],
    ['from an account that does not exist', { from: '99999999999999' }, 'ACCOUNT_NOT_FOUND'],
    ['from a malformed id', { from: '{1,2}' }, 'ACCOUNT_NOT_FOUND'],
    ['to an account of another bank', { to: 'DE89 3704 0044 0532 0130 00' }, 'ACCOUNT_NOT_FOUND'],
    ['to an account that does not exist', { to: 'IE64IRCE92050112345678' }, 'ACCOUNT_NOT_FOUND'],
    ['in another currency', { currency: 'USD' }, 'CURRENCY_MISMATCH'],
  ])('A transfer is refused: %s', async (_case, fields, code) => {
    const before = await balanceOf('payer', account('payer Everyday').id)
    const { data, errors } = await transfer(fields)
    expect(errors).toBeUndefined()
    expect(data.transfer).toMatchObject({ code, replayed: false, message: expect.stringMatching(/\w/) })
    expect(await balanceOf('payer', account('payer Everyday').id)).toBe(before)
  })

  test('A transfer from a foreign account is refused like one from an unknown account', async () => {
    const theirs = await transfer({ from: account('payee Household').id, to: account('payer Everyday').number })
    const nobodys = await transfer({ from: '99999999999999', to: account('payer Everyday').number })
    expect(theirs.data.transfer).toEqual(nobodys.data.transfer)
  })

  test.each([
    ['a number for the amount', { amount: 125 }],
    ['an amount with a point', { amount: '1.25' }],
    ['an amount over 64 bits', { amount: '9223372036854775808' }],
    ['no amount', { amount: '' }],
    ['nothing to move', { amount: '0' }],
    ['a negative amount', { amount: '-5' }],
    ['no currency of ISO 4217', { currency: 'XYZ' }],
    ['a currency that would break out of an array', { currency: 'EUR}' }],
    ['an IBAN with wrong check digits', { to: 'IE00TRIB99010110000006' }],
    ['no IBAN', { to: 'somewhere' }],
    ['an empty key', { idempotencyKey: '' }],
    ['a key over 64 characters', { idempotencyKey: 'k'.repeat(65) }],
    ['a key with a NUL', { idempotencyKey: 'a\u0000b' }],
    ['a reference over 140 characters', { reference: 'r'.repeat(141) }],
    ['a reference with a NUL', { reference: 'a\u0000b' }],
    ['a reference with half a character', { reference: '\ud800' }],
  ])('A transfer is bad input: %s', async (_case, fields) => {
    const before = await balanceOf('payer', account('payer Everyday').id)
    const answer = await transfer(fields)
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT'])
    expect(await balanceOf('payer', account('payer Everyday').id)).toBe(before)
  })

  test.each([
    ['64 characters of key', { idempotencyKey: '🔑'.repeat(64) }],
    ['140 characters of reference', { reference: '"\\{},'.repeat(28) }],
    ['an IBAN with blanks', { to: ' IE86 TRIB 9901 0110 0000 10 ' }],
    ['one cent', { amount: '1' }],
  ])('A transfer is accepted at the limit: %s', async (_case, fields) => {
    const { data } = await transfer(fields)
    expect(data.transfer.transfer.status).toBe('POSTED')
    if ('reference' in fields) expect(data.transfer.transfer.reference).toBe(fields.reference)
  })

  test('A transfer needs a signed-in caller', async () => {
    expect(codesOf(await transfer({}, null))).toEqual(['UNAUTHENTICATED'])
  })
})

describe('pages', () => {
  const ENTRIES = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: EntryFilter) {
    account(id: $id) { entries(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      pageInfo { hasNextPage hasPreviousPage endCursor }
      edges { cursor node { id direction postedAt amount { amount } balanceAfter { amount } } } } } }`
  const page = (variables: Record<string, unknown> = {}) =>
    service.call('payee', ENTRIES, { id: account('payee New boat').id, ...variables })

  test('Entries come newest first, each once, and their balances chain', async () => {
    const id = account('payee Household').id
    const seen: { id: string; direction: string; amount: { amount: string }; balanceAfter: { amount: string } }[] = []
    let after: string | null = null
    do {
      const { data } = await page({ id, first: 100, after })
      const { edges, pageInfo } = data.account.entries
      seen.push(...edges.map(({ node }: { node: (typeof seen)[number] }) => node))
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    } while (after !== null)
    expect(seen.length).toBeGreaterThan(900)
    expect(new Set(seen.map((entry) => entry.id)).size).toBe(seen.length)
    const chained = seen.slice(0, -1).every((entry, at) => {
      const change = BigInt(entry.amount.amount) * (entry.direction === 'DEBIT' ? -1n : 1n)
      return BigInt(entry.balanceAfter.amount) - change === BigInt(seen[at + 1]?.balanceAfter.amount ?? '-1')
    })
    expect(chained).toBe(true)
  })

  test('Entries are filtered by direction and by time, the end excluded', async () => {
    const filter = { direction: 'CREDIT', from: '2026-01-01T00:00:00Z', to: '2026-03-30T00:00:00Z' }
    const { data } = await page({ filter })
    const nodes = data.account.entries.edges.map(({ node }: { node: { postedAt: string } }) => node)
    expect(nodes.map(({ postedAt }: { postedAt: string }) => postedAt.slice(0, 10))).toEqual([
      '2026-03-29',
      '2026-01-29',
    ])
    const exact = await page({ filter: { from: nodes[1].postedAt, to: nodes[0].postedAt } })
    expect(exact.data.account.entries.edges).toHaveLength(1)
  })

  test.each([
    ['first and last', { first: 1, last: 1 }],
    ['last over 100', { last: 101 }],
    ['a forged cursor to end before', { before: 'forged' }],
    ['first over 100', { first: 101 }],
    ['a negative first', { first: -1 }],
    ['a forged cursor', { after: 'forged' }],
    ['the cursor of another list', { after: Buffer.from('["accounts","1"]').toString('base64url') }],
    ['a cursor with something else in it', { after: Buffer.from('["entries","1 OR 1=1"]').toString('base64url') }],
    ['a text of two letters', { filter: { text: 'ab' } }],
    ['a text over 64 characters', { filter: { text: 'a'.repeat(65) } }],
    ['an amount of nothing', { filter: { minAmount: '0' } }],
    ['amounts the wrong way round', { filter: { minAmount: '5', maxAmount: '4' } }],
    ['an end before the start', { filter: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } }],
  ])('A page is bad input: %s', async (_case, variables) => {
    expect(codesOf(await page(variables))).toEqual(['BAD_USER_INPUT'])
  })

  test.each([
    ['text, whatever its case and accents', { text: 'CAFE DO' }, 'cafe-do-largo'],
    ['a part of the reference', { text: 'oncert tick' }, undefined],
    ['merchant', { merchant: 'livraria-do-carmo' }, 'livraria-do-carmo'],
    ['category and amount', { category: 'dining', minAmount: '2000', maxAmount: '2400' }, undefined],
    ['what would break out of a pattern', { text: '%%%' }, null],
    ['what would become a pattern without its width', { text: '％％％' }, null],
    ['any characters without their width', { text: '＿＿＿' }, null],
  ])('Entries are found by %s', async (_by, filter, merchant) => {
    const query = `query ($id: ID!, $filter: EntryFilter) { account(id: $id) { entries(first: 100, filter: $filter) { edges {
      node { amount { amount } transfer { reference merchant { id category } } } } } } }`
    const { data } = await service.call('payer', query, { id: account('payer Everyday').id, filter })
    const nodes = data.account.entries.edges.map(({ node }: { node: unknown }) => node)
    if (merchant === null) return expect(nodes).toEqual([])
    expect(nodes.length).toBeGreaterThan(5)
    for (const { amount, transfer } of nodes) {
      if (merchant) expect(transfer.merchant.id).toBe(merchant)
      if ('category' in filter)
        expect([transfer.merchant.category, Number(amount.amount) <= 2_400]).toEqual(['dining', true])
      if ('text' in filter && filter.text.startsWith('oncert')) expect(transfer.reference).toBe('Concert tickets')
    }
  })

  test.each([
    ['Cyrillic', '\u0439\u043e\u0433\u0443\u0440\u0442', '\u0438\u0306\u043e\u0433\u0443\u0440\u0442'],
    ['Japanese', '\u30d1\u30fc\u30c6\u30a3\u30fc', '\u30cf\u309a\u30fc\u30c6\u30a3\u30fc'],
    ['Hangul', '\ud55c\uad6d\uc758', '\ud55c\uad6d\uc758'.normalize('NFD')],
    ['Latin', 'br\u00fbl\u00e9e', 'bru\u0302le\u0301e'],
  ])('Entries are found by a text whose accents are written otherwise: %s', async (_script, whole, apart) => {
    const query = `query ($id: ID!, $text: String) { account(id: $id) { entries(filter: { text: $text }) { edges {
      node { transfer { reference } } } } } }`
    const id = account('payer Everyday').id
    for (const reference of [whole, apart]) await transfer({ reference })
    for (const text of [whole, apart]) {
      const { data } = await service.call('payer', query, { id, text })
      const found = data.account.entries.edges.map(
        ({ node }: { node: { transfer: { reference: string } } }) => node.transfer.reference,
      )
      expect(found).toEqual([apart, whole])
    }
  })

  test('Accounts are paged too', async () => {
    const query =
      'query ($after: String) { me { accounts(first: 3, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } } }'
    const first = (await service.call('payer', query)).data.me.accounts
    const second = (await service.call('payer', query, { after: first.pageInfo.endCursor })).data.me.accounts
    expect([first.edges.length, first.pageInfo.hasNextPage]).toEqual([3, true])
    expect([second.edges.length, second.pageInfo.hasNextPage]).toEqual([1, false])
  })

  test('A malformed locale is bad input', async () => {
    const query =
      'query ($locale: String) { me { accounts(first: 1) { edges { node { balance { posted { formatted(locale: $locale) } } } } } } }'
    expect(codesOf(await service.call('payer', query, { locale: 'not a locale' }))).toEqual(['BAD_USER_INPUT'])
    const { data } = await service.call('payer', query, { locale: 'de' })
    expect(data.me.accounts.edges[0].node.balance.posted.formatted).toMatch(/^[\d.]+,\d\d\s€$/)
  })
})
