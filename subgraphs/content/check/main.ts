/**
 * `npm run content:check [folder]`: names file and line of everything that is wrong with a library;
 * exit code 1 on errors. Changes nothing.
 */
import { resolve } from 'node:path'
import { OWN_LIBRARY } from '../articles/own-library.ts'
import { checkLibrary } from './check-library.ts'

const folder = resolve(process.argv[2] ?? (process.env['CONTENT_DIR'] || OWN_LIBRARY))

try {
  const faults = await checkLibrary(folder)
  for (const { severity, file, line, message } of faults) console.log(`${file}:${line}: ${severity}: ${message}`)
  const errors = faults.filter(({ severity }) => severity === 'error').length
  console.log(`${errors} errors, ${faults.length - errors} warnings.`)
  process.exitCode = errors > 0 ? 1 : 0
} catch {
  console.error(`The library ${folder} cannot be read.`)
  process.exitCode = 1
}
