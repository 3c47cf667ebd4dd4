/**
 * `npm run ledger:verify -- [--anchor <file>] [--from <file>]`: recomputes chain and balances, and
 * names the first wrong row. Files hold what `npm run ledger:anchor` printed: the chain must go
 * through the one, and is walked from the other only.
 */
import { parseCommand } from '../../../platform/process/command.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { type Anchor, openAnchor } from './anchor.ts'
import { type AuditCommand, readGiven } from './command.ts'
import { AT_ONCE, verifyLedger } from './verify.ts'

const USAGE = 'Usage: npm run ledger:verify -- [--anchor <file>] [--from <file>]'

export const verifyCommand: AuditCommand = {
  connections: AT_ONCE,
  async run(database, anchorKey, flags) {
    const given = { anchor: { type: 'string' }, from: { type: 'string' } } as const
    const { anchor, from } = parseCommand({ args: [...flags], options: given }, USAGE).values
    const options = {
      anchor: await anchorOf('anchor', anchor, anchorKey),
      from: await anchorOf('from', from, anchorKey),
    }
    const verdict = await verifyLedger(database, options)
    if (verdict.sound)
      console.log(
        `sound: ${verdict.operations} operations in ${verdict.batches} batches, up to event ${verdict.sequence}`,
      )
    else console.error(`broken: ${verdict.problem}`)
    return verdict.sound
  },
}

async function anchorOf(
  flag: string,
  file: string | undefined,
  anchorKey: () => Promise<string>,
): Promise<Anchor | undefined> {
  if (file === undefined) return undefined
  const anchor = openAnchor(await readGiven(`--${flag}`, file), await anchorKey())
  if (!anchor) throw new StartRefused(`--${flag}: ${file} is no anchor that was signed with this key.`)
  return anchor
}
