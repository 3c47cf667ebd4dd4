/** What commands on a database share: its URL from the environment, one argument, plain words when something is wrong. */
import { z } from 'zod'
import { readSettings } from '../gateway/process/settings.ts'

const settings = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }),
}

/** @param work resolves to the line that is printed */
export async function runWithDatabase(
  usage: string,
  work: (url: string, argument: string) => Promise<string>,
): Promise<void> {
  try {
    const { DATABASE_URL } = readSettings(z.object(settings), process.env)
    const argument = process.argv[2]
    if (argument === undefined) throw new Error(`Usage: ${usage}`)
    console.log(await work(DATABASE_URL, argument))
    process.exit(0) // the schema engine keeps a timer for ten seconds
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
