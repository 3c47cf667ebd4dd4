/** The commands on the ledger's audit, and what they share. */
import { readFile } from 'node:fs/promises'
import { StartRefused } from '../../../platform/process/settings.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'

export interface AuditCommand {
  /** Maximum connections to the database. */
  readonly connections: number
  /**
   * Prints its findings; true if all is well.
   * @param anchorKey the key of anchors, PEM; made at its first use unless a file is named
   * @throws StartRefused in one line
   */
  run(database: PrismaClient, anchorKey: () => Promise<string>, flags: readonly string[]): Promise<boolean>
}

/** The text of a file. @throws StartRefused in one line */
export const readGiven = (name: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartRefused(`${name}: ${path} cannot be read (${error.code}).`)
  })
