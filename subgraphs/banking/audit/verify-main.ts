/**
 * `npm run ledger:verify -- [--anchor <file>] [--from <file>]`: recomputes chain and balances of `DATABASE_URL`; exits 1 and names the
 * first wrong row. Files hold what `npm run ledger:anchor` printed: the chain must go through the one, and is walked from the other only.
 */
import { parseArgs } from 'node:util'
import { StartRefused } from '../../../gateway/process/settings.ts'
import { type Anchor, openAnchor } from './anchor.ts'
import { type AuditCommand, readGiven, runAudit } from './command.ts'
import { AT_ONCE, verifyLedger } from './verify.ts'

await runAudit(AT_ONCE, async (command) => {
  const { anchor, from } = readFlags()
  const options = { anchor: await anchorOf(command, 'anchor', anchor), from: await anchorOf(command, 'from', from) }
  const verdict = await verifyLedger(command.database, options)
  if (verdict.sound)
    console.log(
      `sound: ${verdict.operations} operations in ${verdict.batches} batches, up to event ${verdict.sequence}`,
    )
  else console.error(`broken: ${verdict.problem}`)
  return verdict.sound
})

function readFlags(): { anchor?: string | undefined; from?: string | undefined } {
  try {
    return parseArgs({ options: { anchor: { type: 'string' }, from: { type: 'string' } } }).values
  } catch (error) {
    throw new StartRefused(
      `${(error as Error).message}. Usage: npm run ledger:verify -- [--anchor <file>] [--from <file>]`,
    )
  }
}

async function anchorOf(
  { anchorKey }: AuditCommand,
  flag: string,
  file: string | undefined,
): Promise<Anchor | undefined> {
  if (file === undefined) return undefined
  const anchor = openAnchor(await readGiven(`--${flag}`, file), await anchorKey())
  if (!anchor) throw new StartRefused(`--${flag}: ${file} is no anchor that was signed with this key.`)
  return anchor
}
