/**
 * `npm run content:check [folder]`: names file and line of everything that is wrong with a library.
 * Changes nothing. Exits 1 on errors, 2 if the library cannot be read.
 */
import { resolve } from 'node:path'
import { runCommand } from '../../../platform/process/command.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { OWN_LIBRARY } from '../articles/own-library.ts'
import { checkLibrary } from './check-library.ts'

await runCommand(async () => {
  const folder = resolve(process.argv[2] ?? (process.env['CONTENT_DIR'] || OWN_LIBRARY))
  const faults = await checkLibrary(folder).catch(() => {
    throw new StartRefused(`The library ${folder} cannot be read.`)
  })
  for (const { severity, file, line, message } of faults) console.log(`${file}:${line}: ${severity}: ${message}`)
  const errors = faults.filter(({ severity }) => severity === 'error').length
  console.log(`${errors} errors, ${faults.length - errors} warnings.`)
  return errors > 0 ? 1 : 0
})
