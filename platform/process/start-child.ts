/** Starts a program that says `ready URL` once it serves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { StartRefused } from './settings.ts'

export interface StartedChild {
  readonly url: string
  /** Resolves once it has ended. */
  stop(): Promise<void>
}

interface ChildOptions {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What is said before the program's own words if it ends early. */
  readonly refusal: string
  /** Told each line of its standard output. */
  readonly onLine?: (line: string) => void
}

/** @throws StartRefused with what the program said, if it ends before it is ready */
export async function startChild({ file, env, refusal, onLine }: ChildOptions): Promise<StartedChild> {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said += `${line}\n`
      onLine?.(line)
      const [, url] = /^ready (\S+)/.exec(line) ?? []
      if (url !== undefined) resolve(url)
    })
  })
  child.stderr.on('data', (piece) => {
    said += piece
  })
  const url = await Promise.race([ready, ended.then(() => undefined)])
  if (url === undefined) throw new StartRefused(`${refusal}${said.trim()}`)
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
