/**
 * Shared by database commands: the URL from the environment, a check that the database answers, and
 * plain error messages.
 */
import { z } from 'zod'
import { announceRefusal } from '../platform/process/lifecycle.ts'
import { postgresUrl, readSettings, StartRefused } from '../platform/process/settings.ts'
import { requireDatabase } from '../subgraphs/banking/database/reach.ts'

/**
 * Runs a command, then exits the process.
 * @param work resolves to the line to print
 * @param before what a database needs that may not be there yet
 */
export async function runOnDatabase(
  work: (url: string) => Promise<string>,
  before: (url: string) => Promise<void> = async () => {},
): Promise<never> {
  try {
    const { DATABASE_URL } = readSettings(z.object({ DATABASE_URL: postgresUrl }), process.env)
    await before(DATABASE_URL)
    await requireDatabase(DATABASE_URL)
    console.log(await work(DATABASE_URL))
    process.exit(0) // the schema engine's timer would keep the process for ten seconds
  } catch (error) {
    if (error instanceof StartRefused) await announceRefusal(error)
    else console.error(error)
    process.exit(error instanceof StartRefused ? 2 : 1)
  }
}

/** The same for a command with one argument. Shows only the messages of its errors. */
export const runWithDatabase = (
  usage: string,
  work: (url: string, argument: string) => Promise<string>,
): Promise<never> =>
  runOnDatabase((url) => {
    const argument = process.argv[2]
    if (argument === undefined) throw new StartRefused(`Usage: ${usage}`)
    return work(url, argument).catch((error: Error) => {
      throw new StartRefused(error.message)
    })
  })
