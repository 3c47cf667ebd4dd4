import { createLogger } from '../../platform/process/log.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts'
import { withFolder } from './folder.ts'

/** Starts a durable PostgreSQL on its data in this folder. */
export const startDatabase = (dataDir: string): Promise<EmbeddedDatabase> =>
  startEmbedded({ dataDir, log: createLogger('bench', 'warn') })

/** Runs with a new and durable PostgreSQL, which is removed afterwards with its folder. */
export const withDatabase = (use: (server: EmbeddedDatabase, folder: string) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    const server = await startDatabase(folder)
    await use(server, folder).finally(() => server.stop())
  })
