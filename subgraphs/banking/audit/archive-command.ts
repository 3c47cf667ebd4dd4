/**
 * `npm run ledger:archive -- --days 400`: moves partitions whose rows are all older to the archive,
 * while the bank works.
 */
import { parseCommand, readWhole } from '../../../platform/process/command.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { archivePartitions } from './archive.ts'
import type { AuditCommand } from './command.ts'

const DAY = 86_400_000 // milliseconds
const USAGE = 'Usage: npm run ledger:archive -- --days <whole days that stay>'

export const archiveCommand: AuditCommand = {
  connections: 1,
  async run(database, _anchorKey, flags) {
    const { days } = parseCommand({ args: [...flags], options: { days: { type: 'string' } } }, USAGE).values
    if (days === undefined) throw new StartRefused(USAGE)
    const archived = await archivePartitions(
      database,
      new Date(Date.now() - readWhole('--days', days, 0, 36_500) * DAY),
    )
    console.log(archived.length === 0 ? 'nothing to archive' : `archived: ${archived.join(', ')}`)
    return true
  },
}
