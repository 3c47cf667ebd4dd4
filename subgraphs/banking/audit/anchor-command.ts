/**
 * `npm run --silent ledger:anchor`: prints the head of the ledger, signed, as one line of JSON.
 * Keep it elsewhere.
 */
import { readAnchor, signAnchor } from './anchor.ts'
import type { AuditCommand } from './command.ts'

export const anchorCommand: AuditCommand = {
  connections: 1,
  async run(database, anchorKey) {
    console.log(JSON.stringify(signAnchor(await readAnchor(database), await anchorKey())))
    return true
  },
}
