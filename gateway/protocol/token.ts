/** `npm run --silent token -- payer`: prints a demo token for the data folder in `DATA_DIR`. */
import { z } from 'zod'
import { processSettings, readSettings } from '../process/settings.ts'
import { demoIdentity } from './demo-identity.ts'

const { DATA_DIR, NODE_ENV } = readSettings(z.object(processSettings), process.env)
try {
  if (NODE_ENV === 'production') throw new RangeError('The demo identity is not available with NODE_ENV=production.')
  console.log(await (await demoIdentity(DATA_DIR)).sign(process.argv[2] ?? ''))
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
