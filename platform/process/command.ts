/** What commands share: how they read their arguments, and how they end. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { announceRefusal } from './lifecycle.ts'
import { StartRefused } from './settings.ts'

/**
 * Runs a command. Its exit code is what `run` resolves to: 0 if all is well, 1 if what it checks is
 * not. It is 2, with the reason in words, if `run` throws a `StartRefused`.
 */
export async function runCommand(run: () => Promise<0 | 1 | 2>): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error
    await announceRefusal(error)
    process.exitCode = 2
  }
}

/** @throws StartRefused with the usage */
export function parseCommand<const Parsed extends ParseArgsConfig>(
  config: Parsed,
  usage: string,
): ReturnType<typeof parseArgs<Parsed>> {
  try {
    return parseArgs(config)
  } catch (error) {
    const reason = (error as Error).message.replace(/\.$/, '')
    throw new StartRefused(`${reason}.${usage.includes('\n') ? '\n' : ' '}${usage}`)
  }
}

/**
 * Splits `NAME=VALUE`.
 * @param form how the flag is written, with an example
 * @throws StartRefused
 */
export function readNamed(flag: string, text: string, form: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_][\w-]*)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new StartRefused(`${flag} ${text}: must be ${form}.`)
  return [name, value]
}

/** @throws StartRefused */
export function readWhole(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new StartRefused(`${flag} ${text}: must be a whole number, ${least} to ${most}.`)
}
