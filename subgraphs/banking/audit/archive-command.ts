/**
 * `npm run ledger:archive -- --days 400`: moves partitions whose rows are all older to the archive,
 * while the bank works.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { StartRefused } from '../../../platform/process/settings.ts'
import { archivePartitions } from './archive.ts'
import type { AuditCommand } from './command.ts'

const DAY = 86_400_000 // milliseconds
const shape = z.object({ days: z.coerce.number().int().min(0).max(36_500) })

export const archiveCommand: AuditCommand = {
  connections: 1,
  async run(database, _anchorKey, flags) {
    const { days } = readFlags(flags)
    const archived = await archivePartitions(database, new Date(Date.now() - days * DAY))
    console.log(archived.length === 0 ? 'nothing to archive' : `archived: ${archived.join(', ')}`)
    return true
  },
}

function readFlags(args: readonly string[]): z.output<typeof shape> {
  try {
    return shape.parse(parseArgs({ args: [...args], options: { days: { type: 'string' } } }).values)
  } catch {
    throw new StartRefused('Usage: npm run ledger:archive -- --days <whole days that stay>')
  }
}
