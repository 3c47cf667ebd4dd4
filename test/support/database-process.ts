/**
 * The tests' database server: the product's own, but without crash safety. Argument: its data
 * folder.
 */
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { startEmbedded } from '../../prisma/embedded.ts'

const log = createLogger('test database', 'warn')
await runProcess(log, async () => {
  const database = await startEmbedded({ dataDir: process.argv[2] ?? '', log, durable: false })
  announceReady(database.url)
  return database
})
