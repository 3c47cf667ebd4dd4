/**
 * A process to supervise. `BEHAVIOUR` in its environment says how it behaves; it keeps its state in
 * `FILE`.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { SettingsError } from '../../platform/process/settings.ts'

const { BEHAVIOUR, FILE = '' } = process.env
appendFileSync(FILE, '.')
const starts = readFileSync(FILE, 'utf8').length

await runProcess(createLogger('fixture', 'silent'), async () => {
  if (BEHAVIOUR === 'never starts') process.exit(7)
  if (BEHAVIOUR === 'refuses') throw new SettingsError(['COLOUR: must be a colour'])
  if (BEHAVIOUR === 'starts the second time' && starts === 1) process.exit(7)
  announceReady('http://127.0.0.1:1')
  const alive = setInterval(() => {}, 1000)
  return { stop: async () => clearInterval(alive) }
})
