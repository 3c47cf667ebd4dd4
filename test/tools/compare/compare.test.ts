/** `npm run compare` on two small services, with both real gateways. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { textOfDay } from '../../../gateway/usage/day.ts'
import { addToday } from '../../../gateway/usage/files.ts'
import { processEnvironment } from '../../../platform/memory/node-flags.ts'
import { readArguments } from '../../../tools/compare/arguments.ts'
import type { Compared } from '../../../tools/compare/compare.ts'
import { newFolder } from '../../support/folder.ts'
import { composeAt } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'

const MAIN = fileURLToPath(new URL('../../../tools/compare/main.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly said: string
}

async function run(...args: readonly string[]): Promise<Ended> {
  const env = { ...processEnvironment, PATH: process.env['PATH'] }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, said, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ])
  return { code, out, said }
}

let shop: Shop
let folder: string
const file = (name: string): string => join(folder, name)
beforeAll(async () => {
  shop = await startShop()
  folder = await newFolder()
  await writeFile(file('supergraph.graphql'), composeAt(shop.services))
})
afterAll(() => shop.close())

const OPERATIONS = `
  query Orders($first: Int!) { orders(first: $first) { id item { ...Name } } }
  query Item { item(id: "1") { id ...Name } }
  query Unlike { orders(first: 1) { note } }
  query Clock { clock }
  query Faulty { whoAmI secretFault refused orders(first: 1) { id } }
  query Missing($id: ID!) { item(id: $id) { name } }
  mutation Buy { buy(input: { item: "1" }) { id } }
  query Told { whoAmI }
`

describe('a run over a supergraph', () => {
  let ended: Ended
  let report: { readonly operations: readonly Compared[]; readonly summary: unknown }
  const found = (name: string): Compared | undefined => report.operations.find((one) => one.name === name)
  beforeAll(async () => {
    await writeFile(file('operations.graphql'), OPERATIONS)
    await writeFile(file('fragments.graphql'), 'fragment Name on Item { name }')
    await writeFile(file('broken.graphql'), 'query Broken { whoAmI')
    await writeFile(file('variables.json'), JSON.stringify({ Orders: { first: 2, other: 1 } }))
    // Only this gateway sends services a trace header. One service answers differently because of
    // it.
    shop.orders.misbehave(async (request, response) => {
      const isStock = request.headers['traceparent'] === undefined
      const chunks: Buffer[] = []
      if (!isStock) return false
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      if (body.includes('note')) {
        response.end('{"data":{"orders":[{"note":"planted"}]}}')
        return true
      }
      const answer = await fetch(`${shop.orders.url}/graphql`, { method: 'POST', body, headers: { traceparent: 'x' } })
      response.setHeader('content-type', 'application/json').end(await answer.text())
      return true
    })
    const { supergraph, operations, variables } = {
      supergraph: file('supergraph.graphql'),
      operations: folder,
      variables: file('variables.json'),
    }
    const args = ['--supergraph', supergraph, '--operations', operations, '--variables', variables, '--json']
    ended = await run(...args, '--header', 'x-team: one')
    shop.orders.misbehave(undefined)
    report = JSON.parse(ended.out)
  })

  test('A comparison with a planted difference exits 1, and names its place', () => {
    expect({ code: ended.code, said: ended.said }).toEqual({ code: 1, said: '' })
    expect(found('Unlike')).toMatchObject({
      verdict: 'differs',
      differences: [{ part: 'data', at: 'orders.0.note', ours: '"note 0"', stock: '"planted"' }],
    })
  })

  test('Equal answers are equal, with the calls of each gateway', () => {
    expect(found('Orders')).toMatchObject({ verdict: 'equal', calls: { ours: 2, stock: 2 } })
    expect(found('Item')).toMatchObject({ verdict: 'equal', calls: { ours: 1, stock: 1 } })
  })

  test('A value that changes with each request is reported as such', () => {
    expect(found('Clock')).toMatchObject({ verdict: 'unstable', differences: [{ part: 'data', at: 'clock' }] })
  })

  test('Masked errors and names of codes are by design, each with its reason', () => {
    const faulty = found('Faulty')
    expect(faulty?.verdict).toBe('by design')
    expect(faulty?.differences).toContainEqual({
      part: 'errors',
      at: 'secretFault message',
      ours: '"Internal error."',
      stock: '"connect ECONNREFUSED 10.0.0.7:5432 SELECT * FROM secrets"',
      reason: expect.stringContaining('masks'),
    })
  })

  test('Only queries run; those without variables are listed', () => {
    expect(found('Buy')).toMatchObject({ verdict: 'skipped', why: 'it is a mutation: only queries are run' })
    expect(found('broken.graphql:1')).toMatchObject({
      verdict: 'not asked',
      why: expect.stringContaining('Syntax Error'),
    })
    expect(found('Missing')).toMatchObject({ verdict: 'not asked', why: '--variables gives no $id' })
    expect(shop.bought).toEqual([])
  })

  test('Both gateways tell the services the headers of the operation', () => {
    const told = shop.orders.calls.filter(({ body }) => body.query.includes('whoAmI')).map(({ headers }) => headers)
    expect(told.length).toBeGreaterThan(0)
    expect(told.every((headers) => headers['x-team'] === 'one' || headers['traceparent'] === 'x')).toBe(true)
  })

  test('The summary counts the verdicts', () => {
    expect(report.summary).toEqual({ differs: 1, unstable: 1, 'by design': 1, equal: 3, 'not asked': 2, skipped: 1 })
  })
})

test("A comparison of recorded use without differences, by a configuration's rules, exits 0 with a table", async () => {
  await writeFile(file('one.graphql'), 'query One { secretFault item(id: 1) { name } } query Unused { whoAmI }')
  const define = new URL('../../../gateway/config/define.ts', import.meta.url).href
  const config = `import { defineConfig, stateless } from '${define}'
    export default defineConfig({
      supergraph: 'none.graphql',
      services: { items: stateless({ addresses: ['http://127.0.0.1:9'] }) },
      errors: { codes: 'all', messages: 'all', defaultCode: 'INTERNAL_SERVER_ERROR' },
    })`
  await writeFile(file('tributary.config.ts'), config)
  const use = file('use')
  const used = { kind: 'query' as const, coordinates: [] as string[] }
  const sent = { client: 'web', version: '1', requests: 7, given: {} }
  await addToday(
    use,
    [
      textOfDay('2026-01-01', {
        documents: {
          a: { ...used, operation: 'One' },
          b: { ...used, operation: 'Lost' },
          c: { ...used, operation: 'Sent', text: 'query Sent($literal1:ID!){alias1:item(id:$literal1){name}}' },
          d: { ...used, operation: null, text: 'query($literal1:Int!){items(first:$literal1){id}}' },
          e: {
            ...used,
            operation: 'Bare',
            text: 'query Bare($first:Int!,$literal1:ID!){item(id:$literal1){id}orders(first:$first){id}}',
          },
          f: { ...used, kind: 'mutation', operation: 'Bought', text: 'mutation Bought{buy(input:{item:"1"}){id}}' },
        },
        rows: ['a', 'b', 'c', 'd', 'e', 'f'].map((document) => ({ ...sent, document })),
      }),
    ],
    1,
  )
  await writeFile(file('given.json'), JSON.stringify({ Sent: { literal1: 1 }, d: { literal1: 2 }, Bare: { first: 1 } }))
  const paths = ['--supergraph', file('supergraph.graphql'), '--operations', file('one.graphql'), '--use', use]
  const variables = ['--variables', file('given.json')]
  const { code, out } = await run(...paths, ...variables, '--config', file('tributary.config.ts'))
  expect(code).toBe(0)
  expect(out).not.toMatch(/Unused|Bought/)
  expect(out).toMatch(
    /^Lost +not asked +7 requests are recorded without their text, and no file of --operations has it$/m,
  )
  expect(out).toMatch(/^Sent +equal +1 \/ 1$/m)
  expect(out).toMatch(/^d +equal +1 \/ 1$/m)
  expect(out).toMatch(/^Bare +not asked +--variables gives no \$literal1$/m)
  expect(out).toMatch(/^Bare \(recorded\)\n {2}query Bare\(\$first:Int!,\$literal1:ID!\)/m)
  expect(out).toContain('Only queries were asked, which may be repeated.')
  expect(out).toMatch(/^One +equal +2 \/ 2$/m)
  expect(out).toMatch(/\n3 equal, 2 not asked\.\n$/)
  const alone = await run('--supergraph', file('supergraph.graphql'), '--use', use, ...variables, '--json')
  expect(JSON.parse(alone.out)).toMatchObject({ summary: { equal: 2, 'not asked': 3 } })
})

test('Without a running product the comparison exits 2 with an explanation', async () => {
  const { code, said } = await run('--admin', 'http://127.0.0.1:9')
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining('No product answers at http://127.0.0.1:9') })
})

test.each<[why: string, args: readonly string[], words: string]>([
  ['an unknown option', ['--supergrap', 'x'], "Unknown option '--supergrap'"],
  ['no operations', ['--supergraph', 'x'], '--supergraph needs --operations PATH or --use PLACE'],
  ['a header without a value', ['--header', 'x'], '--header x: must be NAME: VALUE'],
  ['an address that is none', ['--service', 'a=b'], '--service a: b is not an absolute http or https URL.'],
])('The comparison refuses %s with an explanation', (_why, args, words) => {
  expect(() => readArguments(args)).toThrow(words)
})
