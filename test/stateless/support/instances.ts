/** Instances of a service as processes that a test kills and replaces. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { services } from '../../../gateway/config/registry.ts'
import { processEnvironment, statelessFlags } from '../../../platform/memory/node-flags.ts'
import type { ReadyMessage } from '../../../platform/process/lifecycle.ts'
import type fc from '../../support/fast-check.ts'
import { signedFetch, TEST_SECRET } from '../../support/signed-call.ts'

export type StatelessService = 'weather' | 'content'

export interface Instance {
  /** Base address. */
  readonly url: string
  readonly pid: number
  kill(): Promise<void>
}

/** @param port 0 takes any @param settings in addition to those that every test needs */
export async function startInstance(
  service: string,
  port = 0,
  settings: Readonly<Record<string, string>> = {},
): Promise<Instance> {
  const program = fileURLToPath(new URL(`../../../subgraphs/${service}/main.ts`, import.meta.url))
  const kind = services.find(({ name }) => name === service)?.kind
  // The same flags as in the product.
  const flags = kind === 'stateless' ? statelessFlags : []
  const child: ChildProcess = spawn(process.execPath, [...flags, program], {
    env: {
      ...processEnvironment,
      PATH: process.env['PATH'],
      GATEWAY_SECRET: TEST_SECRET,
      LOG_LEVEL: 'error',
      NODE_ENV: 'production',
      PORT: `${port}`,
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${service} ended with ${code} before it was ready`)
  })
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [ReadyMessage]
  ended.catch(() => undefined)
  return {
    url: message.url,
    pid: child.pid ?? 0,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** One operation as the gateway would send it. */
export interface StatelessRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly acceptLanguage?: string
  readonly perspective?: string
  /** True if its cache headers do not depend on the time of day. */
  readonly isTimeless?: boolean
}

/** The `requests` that `test/subgraphs/<name>/requests.ts` exports. */
export type RequestsOfService = fc.Arbitrary<StatelessRequest>

/**
 * Sends a request to one instance; returns status, cache headers and body. Rejects if the instance
 * is down, goes down meanwhile or is too busy.
 */
export async function bytesFrom(instance: Instance, request: StatelessRequest): Promise<Buffer> {
  const response = await signedFetch(instance.url, request)
  const bytes = Buffer.from(await response.arrayBuffer())
  const { status, headers } = response
  if (status === 503) throw new Error(`${instance.url} is busy`)
  const kept = headers.get('cache-control') ?? ''
  const lifetime = request.isTimeless ? kept : kept.replace(/\d+/, 'some')
  return Buffer.concat([Buffer.from(`${status}\n${lifetime}\n${headers.get('vary')}\n`), bytes])
}

/**
 * Anonymous memory of a process, on Linux. It excludes memory mapped from files, such as Node's 65
 * MB: how much of that is resident depends on the machine.
 */
export function ownMegabytes(pid: number | undefined): number {
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1000
}
