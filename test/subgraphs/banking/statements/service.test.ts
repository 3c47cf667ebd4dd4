/**
 * Statements of the demo's year: sums equal those of the entries, and files agree to the last
 * digit.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SIGNATURE_HEADER, sign } from '../../../../platform/protocol/signature.ts'
import { signedGet, TEST_SECRET } from '../../../support/signed-call.ts'
import { openBank, subjectOf } from '../support/bank.ts'
import { startSeededBanking, type TestService } from '../support/service.ts'
import { camt053Grammar } from './camt053-grammar.ts'
import { faults, type Node, parseXml } from './grammar.ts'
import { ofxGrammar } from './ofx-grammar.ts'

let service: TestService
let accountId: string
/** The year of the demo's transactions ends on the day before its newest entry. */
let range: { from: string; to: string }

interface Entry {
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly postedAt: string
  readonly category: string | null
}
let entries: readonly Entry[]

beforeAll(async () => {
  service = await startSeededBanking()
  const { data } = await service.call('payer', '{ me { accounts { edges { node { id } } } } }')
  accountId = data.me.accounts.edges[0].node.id
  entries = await readAllEntries()
  const days = entries.map(({ postedAt }) => postedAt.slice(0, 10))
  const to = days[Math.floor(days.length / 3)] ?? ''
  const from = days[Math.floor((days.length * 2) / 3)] ?? ''
  range = { from, to }
})
afterAll(() => service.stop())

/** Every entry of the account by pages, the newest first. */
async function readAllEntries(): Promise<Entry[]> {
  const query = `query ($id: ID!, $after: String) { account(id: $id) { entries(first: 100, after: $after) {
    edges { node { direction postedAt amount { amount } balanceAfter { amount } transfer { merchant { category } } } }
    pageInfo { hasNextPage endCursor } } } }`
  const all: Entry[] = []
  let after: string | null = null
  do {
    const answer = await service.call('payer', query, { id: accountId, after })
    const { edges, pageInfo } = answer.data.account.entries
    for (const { node } of edges) {
      const amount = BigInt(node.amount.amount)
      all.push({
        amount: node.direction === 'DEBIT' ? -amount : amount,
        balanceAfter: BigInt(node.balanceAfter.amount),
        postedAt: node.postedAt,
        category: node.transfer.merchant?.category ?? null,
      })
    }
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  return all
}

const within = (): readonly Entry[] =>
  entries.filter(({ postedAt }) => postedAt.slice(0, 10) >= range.from && postedAt.slice(0, 10) <= range.to)

const statement = async (fields: string, variables: object = range, as = 'payer') => {
  const query = `query ($id: ID!, $from: Date!, $to: Date!) { account(id: $id) { statement(from: $from, to: $to) { ${fields} } } }`
  const { data, errors } = await service.call(as, query, { id: accountId, ...variables })
  return { statement: data?.account?.statement, errors }
}
const get = (path: string, method?: string): Promise<Response> => signedGet(service.url, path, method)
const linkTo = async (format: string): Promise<string> =>
  (await statement(`download(format: ${format}) { url expiresAt }`)).statement.download.url

describe('statement', () => {
  test("An officer gets no link to a file of the bank's own accounts, which have none", async () => {
    const bank = openBank(service.databaseUrl)
    const { id } = await bank.database.account.findFirstOrThrow({ where: { kind: 'INTERNAL' } })
    await bank.close()
    const asked = { ...range, id: `${id}` }
    expect((await statement('closing { currency }', asked, 'officer')).errors).toBeUndefined()
    const { errors } = await statement('download(format: CSV) { url }', asked, 'officer')
    expect(errors).toMatchObject([
      { message: expect.stringContaining('own accounts'), extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  test('A statement opens and closes with the balances of its entries, and counts all of them', async () => {
    const list = within()
    expect(list.length).toBeGreaterThan(50)
    const sumOf = (some: readonly Entry[]) =>
      String(some.reduce((sum, { amount }) => sum + amount, 0n)).replace('-', '')
    const [credits, debits] = [list.filter(({ amount }) => amount > 0n), list.filter(({ amount }) => amount < 0n)]
    const oldest = list.at(-1)
    const fields =
      'opening { amount } closing { amount } credits { count sum { amount } } debits { count sum { amount } }'
    expect((await statement(fields)).statement).toEqual({
      opening: { amount: String((oldest?.balanceAfter ?? 0n) - (oldest?.amount ?? 0n)) },
      closing: { amount: String(list[0]?.balanceAfter) },
      credits: { count: credits.length, sum: { amount: sumOf(credits) } },
      debits: { count: debits.length, sum: { amount: sumOf(debits) } },
    })
  })

  test('A statement has the same totals by month and by category', async () => {
    const totals = 'credits { amount } debits { amount }'
    const { byMonth, byCategory } = (await statement(`byMonth { month ${totals} } byCategory { category ${totals} }`))
      .statement
    const expected = (keyOf: (entry: Entry) => string | null) =>
      [...Map.groupBy(within(), keyOf)].map(([key, group]) => ({
        key,
        credits: { amount: String(group.reduce((sum, { amount }) => (amount > 0n ? sum + amount : sum), 0n)) },
        debits: { amount: String(group.reduce((sum, { amount }) => (amount < 0n ? sum - amount : sum), 0n)) },
      }))
    const keyed = (rows: readonly Record<string, unknown>[], name: string) =>
      rows.map(({ [name]: key, ...sums }) => ({ key, ...sums }))
    expect(keyed(byMonth, 'month')).toEqual(expected(({ postedAt }) => `${postedAt.slice(0, 7)}-01`).reverse())
    const categories = keyed(byCategory, 'category')
    expect(categories.at(-1)?.key).toBeNull()
    expect(new Map(categories.map((row) => [row.key, row]))).toEqual(
      new Map(expected(({ category }) => category).map((row) => [row.key, row])),
    )
  })

  test('A statement has the balance after every day that has entries', async () => {
    const { byDay } = (await statement('byDay { day balance { amount } }')).statement
    const newestFirst = Map.groupBy(within(), ({ postedAt }) => postedAt.slice(0, 10))
    const expected = [...newestFirst].map(([day, [last]]) => ({ day, balance: { amount: String(last?.balanceAfter) } }))
    expect(byDay).toEqual(expected.reverse())
  })

  test('A statement of a time without entries contains only the balance', async () => {
    const fields =
      'opening { amount } closing { amount } credits { count } byMonth { month } byDay { day } byCategory { category }'
    const before = { from: '2001-01-01', to: '2001-12-31' }
    expect((await statement(fields, before)).statement).toEqual({
      opening: { amount: '0' },
      closing: { amount: '0' },
      credits: { count: 0 },
      byMonth: [],
      byDay: [],
      byCategory: [],
    })
    const after = await statement(fields, { from: '2090-01-01', to: '2090-12-31' })
    expect(after.statement.opening).toEqual({ amount: String(entries[0]?.balanceAfter) })
    expect(after.statement.closing).toEqual(after.statement.opening)
  })

  test('A statement can end on the last day with a year of four digits', async () => {
    const last = { from: '9999-12-31', to: '9999-12-31' }
    const fields = 'from to opening { amount } closing { amount } byDay { day } download(format: CSV) { url }'
    const { statement: answer, errors } = await statement(fields, last)
    const balance = { amount: String(entries[0]?.balanceAfter) }
    expect([errors, answer]).toMatchObject([undefined, { ...last, opening: balance, closing: balance, byDay: [] }])
    expect((await get(answer.download.url)).status).toBe(200)
  })

  test.each([
    [{ from: '2026-06-02', to: '2026-06-01' }],
    [{ from: '2025-01-01', to: '2026-01-02' }],
    [{ from: '2026-02-30', to: '2026-03-01' }],
    [{ from: 'yesterday', to: '2026-03-01' }],
  ])('A statement of %j is bad input', async (wrong) => {
    expect((await statement('from', wrong)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('A foreign account has no statement', async () => {
    expect(await statement('from', range, 'payee')).toEqual({ statement: undefined, errors: undefined })
    expect((await statement('from', range, 'officer')).statement).toEqual({ from: range.from })
  })
})

describe('download', () => {
  const all = (node: Node, name: string): Node[] =>
    node.children.flatMap((child) => (child.name === name ? [child] : all(child, name)))
  const decimals = (): string[] =>
    within()
      .map(({ amount }) => (Number(amount) / 100).toFixed(2))
      .reverse()

  test('A CSV has one row an entry, oldest first', async () => {
    const response = await get(await linkTo('CSV'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/csv')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="IE\w+_[\d-]+_[\d-]+\.csv"$/)
    const [head, ...rows] = (await response.text()).trimEnd().split('\r\n')
    const at = head?.split(',').indexOf('amount') ?? -1
    expect(rows.map((row) => row.split(',').at(at - 12))).toEqual(decimals())
  })

  test('A camt.053 file conforms to its schema, with the same amounts', async () => {
    const document = parseXml(await (await get(await linkTo('CAMT_053'))).text())
    expect(faults({ ...document, attributes: {} }, 'Document', camt053Grammar)).toEqual([])
    const amounts = all(document, 'Ntry').map((entry) => {
      const [amount] = entry.children.filter(({ name }) => name === 'Amt')
      const [indicator] = entry.children.filter(({ name }) => name === 'CdtDbtInd')
      return `${indicator?.text === 'DBIT' ? '-' : ''}${amount?.text}`
    })
    expect(amounts).toEqual(decimals())
  })

  test('A period has the same ids and numbers in every download, and the next month the next number', async () => {
    const made = async (from: string, to: string) => {
      const { url } = (await statement('download(format: CAMT_053) { url }', { from, to })).statement.download
      const document = parseXml(await (await get(url)).text())
      const [, stmt] = document.children[0]?.children ?? []
      const named = (node: Node | undefined, name: string) => node?.children.find((child) => child.name === name)?.text
      return [named(all(document, 'GrpHdr')[0], 'MsgId'), named(stmt, 'Id'), Number(named(stmt, 'ElctrncSeqNb'))]
    }
    const may = await made('2026-05-01', '2026-05-31')
    expect(may.slice(0, 2)).toEqual([`${accountId}-20260501-20260531`, `${accountId}-20260501-20260531`])
    expect(await made('2026-05-01', '2026-05-31')).toEqual(may)
    expect((await made('2026-06-01', '2026-06-30'))[2]).toBe(Number(may[2]) + 1)
  })

  test("A download shows the owner the payee's IBAN", async () => {
    const { data } = await service.call('payee', '{ me { accounts(first: 1) { edges { node { number } } } } }')
    const { number } = data.me.accounts.edges[0].node
    const bank = openBank(service.databaseUrl)
    const payee = number.slice(-14)
    subjectOf(await bank.transfer({ from: accountId, to: payee, amount: 1n }))
    await bank.close()
    const today = new Date().toISOString().slice(0, 10)
    const ask = `csv: download(format: CSV) { url } camt: download(format: CAMT_053) { url }`
    const { csv, camt } = (await statement(ask, { from: today, to: today })).statement
    expect(await (await get(csv.url)).text()).toContain(`,${number},`)
    expect(await (await get(camt.url)).text()).toContain(`<CdtrAcct><Id><IBAN>${number}</IBAN></Id></CdtrAcct>`)
  })

  test("A download shows the payer's reference to the payee as well", async () => {
    const { data } = await service.call('payee', '{ me { accounts(first: 1) { edges { node { id number } } } } }')
    const { id, number } = data.me.accounts.edges[0].node
    const order = `mutation ($input: TransferInput!) { transfer(input: $input) {
      ... on TransferAccepted { replayed transfer { endToEndId } } ... on Refusal { code } } }`
    const input = { from: accountId, to: number, amount: '1', currency: 'EUR', endToEndId: 'INV-2026/17' }
    const pay = async (more: object) =>
      (await service.call('payer', order, { input: { idempotencyKey: 'end to end', ...input, ...more } })).data.transfer
    expect(await pay({})).toEqual({ replayed: false, transfer: { endToEndId: 'INV-2026/17' } })
    expect(await pay({})).toEqual({ replayed: true, transfer: { endToEndId: 'INV-2026/17' } })
    expect(await pay({ endToEndId: 'INV-2026/18' })).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' })
    const today = new Date().toISOString().slice(0, 10)
    const ask = `csv: download(format: CSV) { url } camt: download(format: CAMT_053) { url }`
    for (const [who, account] of [
      ['payer', accountId],
      ['payee', id],
    ] as const) {
      const { csv, camt } = (await statement(ask, { id: account, from: today, to: today }, who)).statement
      expect(await (await get(csv.url)).text()).toMatch(/,INV-2026\/17\r\n/)
      expect(await (await get(camt.url)).text()).toContain('<EndToEndId>INV-2026/17</EndToEndId>')
    }
  })

  test('A CSV begins with a byte-order mark on request, and no other format does', async () => {
    const marked = (format: string) => statement(`download(format: ${format}, byteOrderMark: true) { url }`)
    const bytes = async (url: string) => Buffer.from(await (await get(url)).arrayBuffer())
    const [plain, withMark] = [
      await bytes(await linkTo('CSV')),
      await bytes((await marked('CSV')).statement.download.url),
    ]
    expect(withMark).toEqual(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain]))
    for (const format of ['OFX', 'CAMT_053'])
      expect((await marked(format)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('An OFX file conforms to its schema, with the same amounts', async () => {
    const document = parseXml(await (await get(await linkTo('OFX'))).text())
    expect(faults(document, 'OFX', ofxGrammar)).toEqual([])
    expect(all(document, 'TRNAMT').map(({ text }) => text)).toEqual(decimals())
  })

  test('An amount with too many digits for the format is refused, with or without an earlier link', async () => {
    const bank = openBank(service.databaseUrl)
    const wealthy = await bank.open({ owner: 'payer' })
    const today = new Date().toISOString().slice(0, 10)
    const ask = (format: string) =>
      statement(`download(format: ${format}) { url }`, { id: wealthy, from: today, to: today })
    const early = (await ask('CAMT_053')).statement.download.url
    const source = await bank.open({ floor: null })
    subjectOf(await bank.transfer({ from: source, to: wealthy, amount: 2n ** 63n - 1n }))
    await bank.close()
    expect((await ask('CAMT_053')).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    const late = await get(early)
    expect([late.status, await late.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ])
    for (const format of ['CSV', 'OFX'])
      expect(await (await get((await ask(format)).statement.download.url)).text()).toContain('92233720368547758.07')
  })

  test('HEAD of a download is answered with the headers only', async () => {
    const response = await get(await linkTo('CSV'), 'HEAD')
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test('A range request for a download gets the whole file', async () => {
    const path = await linkTo('CSV')
    const absent = { authorization: undefined, perspective: undefined, requestId: undefined }
    const signature = sign(TEST_SECRET, { method: 'GET', path, body: '', ...absent })
    const response = await fetch(service.url + path, { headers: { [SIGNATURE_HEADER]: signature, range: 'bytes=5-9' } })
    expect([response.status, await response.text()]).toEqual([200, await (await get(path)).text()])
  })

  test('A changed download link is refused, and another path is not found', async () => {
    const link = await linkTo('CSV')
    for (const path of [link.replace('format=CSV', 'format=OFX'), link.replace(/from=\d{4}/, 'from=2000')]) {
      expect((await get(path)).status).toBe(403)
    }
    expect((await get('/downloads/other')).status).toBe(404)
  })

  test('A download needs the signature of the gateway', async () => {
    expect((await fetch(service.url + (await linkTo('CSV')))).status).toBe(403)
  })

  test('A client that leaves a download early does not disturb the service', async () => {
    const path = await linkTo('CAMT_053')
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await get(path)
        await response.body?.cancel()
      }),
    )
    expect((await get(path)).status).toBe(200)
  })
})
