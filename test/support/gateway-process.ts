/** The gateway as a separate process, as operators run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { processEnvironment } from '../../platform/memory/node-flags.ts'

export interface GatewayProcess {
  readonly process: ChildProcess
  /** Base address, from the line it prints. */
  readonly url: string
  /** Its standard error so far. */
  said(): string
  /** Sends SIGTERM and resolves to the exit code. */
  terminate(): Promise<number | null>
}

const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url))

/** Resolves once the gateway is ready; rejects with its output if it ends before. */
export async function spawnGateway(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<GatewayProcess> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, ...processEnvironment, LOG_LEVEL: 'warn', USAGE_RECORD: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /^ready (http:\/\/\S+)\/graphql$/m.exec(chunk.toString())?.[1]
      if (found) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${said}`)))
  })
  return {
    process: child,
    url,
    said: () => said,
    async terminate() {
      if (child.exitCode !== null) return child.exitCode
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return code
    },
  }
}
