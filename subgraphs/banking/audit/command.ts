/** What the two commands on the ledger's audit share: the database, the key of anchors, one line for what is wrong. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readOrMakeSecret } from '../../../gateway/process/secret-file.ts'
import { readSettings, StartRefused } from '../../../gateway/process/settings.ts'
import { requireDatabase } from '../../../prisma/command.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { bankingSettings } from '../config.ts'
import { openDatabase } from '../database.ts'
import { makeAnchorKey } from './anchor.ts'

const { DATABASE_URL, DATA_DIR, LEDGER_ANCHOR_KEY } = bankingSettings
const settingsShape = z.object({ DATABASE_URL, DATA_DIR, LEDGER_ANCHOR_KEY })

export interface AuditCommand {
  readonly database: PrismaClient
  /** The key of anchors, PEM; made at its first use where no file was named. */
  readonly anchorKey: () => Promise<string>
}

/**
 * Runs a command to its end.
 * @param work resolves to true where all is well, and prints
 */
export async function runAudit(connections: number, work: (command: AuditCommand) => Promise<boolean>): Promise<void> {
  try {
    const settings = readSettings(settingsShape, process.env)
    await requireDatabase(settings.DATABASE_URL)
    const database = openDatabase({ url: settings.DATABASE_URL, connections })
    const anchorKey = (): Promise<string> =>
      settings.LEDGER_ANCHOR_KEY === undefined
        ? readOrMakeSecret(join(settings.DATA_DIR, 'ledger-anchor.pem'), makeAnchorKey)
        : readGiven('LEDGER_ANCHOR_KEY', settings.LEDGER_ANCHOR_KEY)
    process.exitCode = (await work({ database, anchorKey }).finally(() => database.$disconnect())) ? 0 : 1
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

/** The text of a file. @throws StartRefused in one line */
export const readGiven = (name: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartRefused(`${name}: ${path} cannot be read (${error.code}).`)
  })
