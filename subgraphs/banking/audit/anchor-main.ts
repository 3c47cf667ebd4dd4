/** `npm run --silent ledger:anchor`: prints the head of the ledger of `DATABASE_URL`, signed, as one line of JSON. Keep it elsewhere. */
import { readAnchor, signAnchor } from './anchor.ts'
import { runAudit } from './command.ts'

await runAudit(1, async ({ database, anchorKey }) => {
  console.log(JSON.stringify(signAnchor(await readAnchor(database), await anchorKey())))
  return true
})
