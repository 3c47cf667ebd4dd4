/** PostgreSQL 15, the oldest supported version: Debian's package, if it is installed. */
import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { migrate } from '../../prisma/migrate.ts'
import { seed } from '../../prisma/seed.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../subgraphs/banking/database/open.ts'
import { DEBIAN_15, startServers } from '../support/servers.ts'

// `.ci/run` installs it.
const testOn15 = existsSync(DEBIAN_15.postgres) ? test : test.skip

testOn15('All migrations run on PostgreSQL 15, and the ledger works there', async () => {
  const { url, servers, stop } = await startServers(1, DEBIAN_15)
  try {
    const [{ server_version: version = '' } = {}] = await servers[0].query('SHOW server_version')
    expect(version).toMatch(/^15\./)
    expect(await migrate(url)).toContain('20260101000000_ledger')
    expect(await seed(url)).toBe(true)
    const database = openDatabase({ url, connections: 2 })
    expect(await verifyLedger(database).finally(() => database.$disconnect())).toMatchObject({ sound: true })
  } finally {
    await stop()
  }
})
