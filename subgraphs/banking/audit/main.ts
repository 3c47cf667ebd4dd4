/**
 * `npm run ledger:verify`, `ledger:anchor` and `ledger:archive`, on the database of `DATABASE_URL`;
 * exits 1 if something is wrong in it, 2 if it cannot be checked.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { runCommand } from '../../../platform/process/command.ts'
import { readOrMakeSecret } from '../../../platform/process/secret-file.ts'
import { postgresUrl, processSettings, readSettings, StartRefused } from '../../../platform/process/settings.ts'
import { openDatabase } from '../database/open.ts'
import { requireDatabase } from '../database/reach.ts'
import { makeAnchorKey } from './anchor.ts'
import { anchorCommand } from './anchor-command.ts'
import { archiveCommand } from './archive-command.ts'
import { type AuditCommand, readGiven } from './command.ts'
import { anchorSettings } from './settings.ts'
import { verifyCommand } from './verify-command.ts'

const commands: Readonly<Record<string, AuditCommand>> = {
  verify: verifyCommand,
  anchor: anchorCommand,
  archive: archiveCommand,
}
const shape = z.object({ DATABASE_URL: postgresUrl, DATA_DIR: processSettings.DATA_DIR, ...anchorSettings })

await runCommand(async () => {
  const [name = '', ...flags] = process.argv.slice(2)
  const command = commands[name]
  if (!command) throw new StartRefused(`Usage: node subgraphs/banking/audit/main.ts ${Object.keys(commands).join('|')}`)
  const settings = readSettings(shape, process.env)
  await requireDatabase(settings.DATABASE_URL)
  const anchorKey = (): Promise<string> =>
    settings.LEDGER_ANCHOR_KEY === undefined
      ? readOrMakeSecret(join(settings.DATA_DIR, 'ledger-anchor.pem'), makeAnchorKey)
      : readGiven('LEDGER_ANCHOR_KEY', settings.LEDGER_ANCHOR_KEY)
  const database = openDatabase({ url: settings.DATABASE_URL, connections: command.connections })
  const isWell = await command.run(database, anchorKey, flags).finally(() => database.$disconnect())
  return isWell ? 0 : 1
})
