/** `npm run audit:verify`: checks the audit chain of `DATABASE_URL`; exits 1 and says where it is broken. */
import { z } from 'zod'
import { readSettings, StartRefused } from '../../../gateway/process/settings.ts'
import { requireDatabase } from '../../../prisma/command.ts'
import { bankingSettings } from '../config.ts'
import { openDatabase } from '../database.ts'
import { verifyAudit } from './verify.ts'

try {
  const { DATABASE_URL } = readSettings(z.object({ DATABASE_URL: bankingSettings.DATABASE_URL }), process.env)
  await requireDatabase(DATABASE_URL)
  const database = openDatabase({ url: DATABASE_URL, connections: 1 })
  const verdict = await verifyAudit(database).finally(() => database.$disconnect())
  if (verdict.sound) console.log(`sound: ${verdict.operations} operations in ${verdict.batches} batches`)
  else console.error(`broken: ${verdict.problem}`)
  process.exitCode = verdict.sound ? 0 : 1
} catch (error) {
  if (!(error instanceof StartRefused)) throw error
  console.error(error.message)
  process.exitCode = 1
}
