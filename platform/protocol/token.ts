/** `npm run --silent token -- payer`: prints a demo token for the data folder in `DATA_DIR`. */
import { z } from 'zod'
import { runCommand } from '../process/command.ts'
import { isProduction, processSettings, readSettings, StartRefused } from '../process/settings.ts'
import { demoIdentity } from './demo-identity.ts'

await runCommand(async () => {
  const { DATA_DIR, NODE_ENV } = readSettings(z.object(processSettings), process.env)
  if (isProduction(NODE_ENV)) throw new StartRefused(`The demo identity is not available with NODE_ENV=${NODE_ENV}.`)
  console.log(await (await demoIdentity(DATA_DIR)).sign(process.argv[2] ?? ''))
  return 0
})
