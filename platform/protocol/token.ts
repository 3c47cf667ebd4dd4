/** `npm run --silent token -- payer`: prints a demo token for the data folder in `DATA_DIR`. */
import { z } from 'zod'
import { isProduction, processSettings, readSettings, StartRefused } from '../process/settings.ts'
import { demoIdentity } from './demo-identity.ts'

try {
  const { DATA_DIR, NODE_ENV } = readSettings(z.object(processSettings), process.env)
  if (isProduction(NODE_ENV)) throw new RangeError(`The demo identity is not available with NODE_ENV=${NODE_ENV}.`)
  console.log(await (await demoIdentity(DATA_DIR)).sign(process.argv[2] ?? ''))
} catch (error) {
  if (!(error instanceof RangeError || error instanceof StartRefused)) throw error
  console.error(error.message)
  process.exitCode = 1
}
