/**
 * `npm run --silent database`: prints the URL of the database for `psql` and other tools:
 * `DATABASE_URL`, or that of the running embedded one.
 */
import { z } from 'zod'
import { runCommand } from '../platform/process/command.ts'
import { postgresUrl, processSettings, readSettings, StartRefused } from '../platform/process/settings.ts'
import { runningUrl } from './embedded/running.ts'

await runCommand(async () => {
  const schema = z.object({ ...processSettings, DATABASE_URL: postgresUrl.optional() })
  const { DATABASE_URL, DATA_DIR } = readSettings(schema, process.env)
  const url = DATABASE_URL ?? runningUrl(DATA_DIR)
  if (url === undefined) throw new StartRefused(`No database runs in ${DATA_DIR}: npm start runs one.`)
  console.log(url)
  return 0
})
