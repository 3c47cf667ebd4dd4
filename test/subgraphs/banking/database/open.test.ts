/** A database server that dies while a client connects. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { openLedgerDatabase } from '../../../../subgraphs/banking/database/open.ts'
import { createDatabase, query } from '../../../support/database.ts'
import { customer, openBank, subjectOf, verdictOf } from '../support/bank.ts'

/** A message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

test('A connection that ends during the read that opened it does not end the process', async () => {
  const signedIn = message('R', Buffer.alloc(4))
  const ready = message('Z', Buffer.from('I'))
  const farewell = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))
  let answered = 0
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      answered += 1
      socket.end(Buffer.concat([signedIn, ready, farewell]))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const database = openLedgerDatabase({ url: `postgresql://bank:secret@127.0.0.1:${port}/bank`, connections: 1 })
  try {
    await expect(database.prisma.$transaction((transaction) => transaction.$queryRaw`SELECT 1`)).rejects.toThrow()
    expect(answered).toBe(1)
  } finally {
    await database.close()
    server.close()
  }
})

test.each(["timezone = 'America/St_Johns'", "datestyle = 'SQL, DMY'"])(
  'The ledger keeps its time and its daily limits on a database with %s',
  async (setting) => {
    const { url, drop } = await createDatabase('migrated')
    const name = new URL(url).pathname.slice(1)
    await query(url, `ALTER DATABASE "${name}" SET ${setting}`)
    const bank = openBank(url)
    try {
      const [from, to] = [await bank.open({ owner: 'payer', balance: 100n }), await bank.open()]
      subjectOf(await bank.ask({ name: 'setDailyLimit', accountId: from, limit: 10n }))
      const order = { from, to, amount: 6n, currency: 'EUR', reference: null }
      const hold = await bank.ask(
        { name: 'holdFunds', ...order, expiresInSeconds: 600 },
        { actor: customer('payer'), key: 'hold' },
      )
      subjectOf(await bank.ask({ name: 'captureHold', transferId: subjectOf(hold), amount: null }))
      expect(verdictOf(await bank.transfer(order, { actor: customer('payer') }))).toBe('LIMIT_EXCEEDED')
      const { createdAt } = await bank.database.transfer.findUniqueOrThrow({ where: { id: BigInt(subjectOf(hold)) } })
      expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(600_000)
    } finally {
      await bank.close()
      await drop()
    }
  },
)

test('Settings in the URL of the database leave those of the bank in effect', async () => {
  const { url, drop } = await createDatabase('migrated')
  const asked = new URL(url)
  asked.searchParams.set('options', '-c TimeZone=America/St_Johns -c enable_seqscan=on -c work_mem=3MB')
  const database = openLedgerDatabase({ url: asked.href, connections: 1 })
  try {
    const names = ['TimeZone', 'DateStyle', 'enable_seqscan', 'plan_cache_mode', 'work_mem']
    const values = await database.prisma.$queryRaw`
      SELECT name, setting FROM unnest(${names}::text[]) AS name, current_setting(name) AS setting`
    expect(values).toEqual([
      { name: 'TimeZone', setting: 'UTC' },
      { name: 'DateStyle', setting: 'ISO, MDY' },
      { name: 'enable_seqscan', setting: 'off' },
      { name: 'plan_cache_mode', setting: 'force_generic_plan' },
      { name: 'work_mem', setting: '3MB' },
    ])
  } finally {
    await database.close()
    await drop()
  }
})
