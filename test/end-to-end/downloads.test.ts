/** Statements through the gateway: the link that the schema gives is all that a browser needs. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readConfig } from '../../gateway/config/load.ts'
import { type RunningGateway, startGateway } from '../../gateway/gateway.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { banking } from '../../subgraphs/banking/main.ts'
import { type RunningService, startService } from '../../subgraphs/shared/serve.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { newFolder } from '../support/folder.ts'
import { log } from '../support/log.ts'
import { nowhere } from '../support/nowhere.ts'

const GATEWAY_SECRET = 'a secret of sixteen'

let dataDir: string
let database: TestDatabase
let bank: RunningService
let gateway: RunningGateway
let authorization: string
beforeAll(async () => {
  dataDir = await newFolder()
  database = await createDatabase('seeded')
  const shared = { DATA_DIR: dataDir, GATEWAY_SECRET, LOG_LEVEL: 'silent' }
  bank = await startService(banking, { ...shared, DATABASE_URL: database.url })
  const urls = { ...nowhere, BANKING_URL: bank.url }
  gateway = await startGateway(await readConfig({ ...shared, ...urls, PORT: '0', ADMIN_PORT: '0' }), log)
  authorization = `Bearer ${await (await demoIdentity(dataDir)).sign('payer')}`
})
afterAll(async () => {
  await gateway.stop()
  await bank.stop()
  await database.drop()
})

async function linkTo(format: string): Promise<string> {
  const query = `{ me { accounts(first: 1) { edges { node { statement(from: "2026-01-01", to: "2026-03-31") {
    download(format: ${format}) { url } } } } } } }`
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as {
    data: { me: { accounts: { edges: { node: { statement: { download: { url: string } } } }[] } } }
    errors?: unknown
  }
  expect(errors).toBeUndefined()
  return data.me.accounts.edges[0]?.node.statement.download.url ?? ''
}

test.each([
  ['CSV', 'text/csv', /^posted_at,entry_id,[\s\S]+\r\n$/],
  ['OFX', 'application/x-ofx', /^<\?xml [\s\S]+<\/OFX>\n$/],
  ['CAMT_053', 'application/xml', /^<\?xml [\s\S]+<\/Document>\n$/],
])('A statement as %s is downloaded whole over its link, without a token', async (format, type, shape) => {
  const response = await fetch(gateway.url + (await linkTo(format)))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain(type)
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="IE\d\dTRIB\d{14}_2026-01-01_2026-03-31\.\w+"$/,
  )
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).toMatch(shape)
})

test('A changed link is refused in JSON and reveals nothing', async () => {
  const link = await linkTo('CSV')
  const response = await fetch(gateway.url + link.replace('2026-01-01', '2025-01-01'))
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})
