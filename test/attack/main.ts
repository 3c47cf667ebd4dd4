/**
 * `npm run attack -- [--url URL] [--admin URL] [words of names]`: attacks the running product, and
 * prints the outcomes. The tokens are the demo identity's of `DATA_DIR`. Exits 1 if something did
 * not hold.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { processSettings, readSettings } from '../../platform/process/settings.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { attacks } from './attacks.ts'
import { tableHead, tableRow, verdictOf } from './report.ts'
import { measureIdle, runAttacks } from './run.ts'

const IDLE = 5_000 // milliseconds

const USAGE = 'Usage: npm run attack -- [--url http://localhost:4000] [--admin http://localhost:4090] [words of names]'

const { values, positionals } = readArguments()
const chosen = attacks.filter(({ name }) => positionals.every((word) => name.includes(word)))
if (chosen.length === 0)
  refuse(`No attack is called so. There are:\n${attacks.map(({ name }) => `  ${name}`).join('\n')}`)
for (const address of [`${values.url}/health/live`, `${values.admin}/services`])
  await fetch(address).catch(() => refuse(`Nothing answers at ${address}: start the product first.\n${USAGE}`))

const { DATA_DIR } = readSettings(z.object(processSettings), process.env)
const identity = await demoIdentity(DATA_DIR)
const target = {
  url: values.url,
  adminUrl: values.admin,
  payer: `Bearer ${await identity.sign('payer')}`,
  payee: `Bearer ${await identity.sign('payee')}`,
  scale: 1,
}

const idle = await measureIdle(target, IDLE)
console.log(tableHead())
const rows = await runAttacks(chosen, target, (row) => console.log(tableRow(row, idle)))
console.log(`\n${verdictOf(rows, idle)}`)
if (rows.some(({ held }) => !held)) process.exitCode = 1

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://localhost:4000' },
        admin: { type: 'string', default: 'http://localhost:4090' },
      },
    })
  } catch {
    return refuse(USAGE)
  }
}

function refuse(message: string): never {
  console.error(message)
  process.exit(1)
}
