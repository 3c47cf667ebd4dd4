/**
 * What commands on a database share: its URL from the environment, whether it answers, plain words
 * when something is wrong.
 */
import { z } from 'zod'
import { announceRefusal } from '../platform/process/lifecycle.ts'
import { postgresUrl, readSettings, StartRefused } from '../platform/process/settings.ts'
import { requireDatabase } from '../subgraphs/banking/database/reach.ts'

/**
 * Runs a command to its end, which is the end of the process.
 * @param work resolves to the line that is printed
 */
export async function runOnDatabase(work: (url: string) => Promise<string>): Promise<never> {
  try {
    const { DATABASE_URL } = readSettings(z.object({ DATABASE_URL: postgresUrl }), process.env)
    await requireDatabase(DATABASE_URL)
    console.log(await work(DATABASE_URL))
    process.exit(0) // the schema engine keeps a timer for ten seconds
  } catch (error) {
    if (error instanceof StartRefused) await announceRefusal(error)
    else console.error(error)
    process.exit(1)
  }
}

/** A command with one argument. Its errors are the caller's: only their messages are shown. */
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
