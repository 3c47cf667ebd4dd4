/**
 * Starts a process on one core, waits until it is ready, and reads its resource use from the
 * kernel. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'

/** The core that only the gateway uses, and the one for everything else. */
export const GATEWAY_CORE = 0
export const OTHER_CORE = 1

/** Read at import: a process that has pinned itself to one core counts only that one. */
const SEVERAL_CORES = availableParallelism() > 1

const TICKS_PER_SECOND = 100 // USER_HZ of /proc, constant on every Linux that Node supports
const START_TIMEOUT = 60_000 // milliseconds

export interface BenchmarkProcess {
  /** From its line `ready <url>`. */
  readonly url: string
  usage(): Usage
  stop(): Promise<void>
}

export interface Usage {
  /** Milliseconds of user and system time since the start, children included. */
  readonly cpu: number
  /** Resident megabytes now, children included. */
  readonly memory: number
}

/** @param core the only one it may use, or `any`; ignored on a machine with one */
export async function startProcess(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  core: number | 'any',
): Promise<BenchmarkProcess> {
  const pinned = SEVERAL_CORES && core !== 'any' ? ['taskset', '-c', String(core)] : []
  const [command = '', ...rest] = [...pinned, process.execPath, ...args]
  const child = spawn(command, rest, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2_000)
  })
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${complaints.trim()}`)))
  })
  ended.catch(() => undefined)
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(reject, START_TIMEOUT, new Error(`${name} was not ready in time: ${complaints.trim()}`)).unref()
  })
  const { pid } = child
  try {
    const url = await Promise.race([readyLine(child), ended, late])
    return { url, usage: () => usageOf(pid ?? 0), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function readyLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The process has no output to wait for.')
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const [, url] = /^ready (\S+)/.exec(line) ?? []
      if (url !== undefined) resolve(url)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** `taskset` becomes the process it starts, so that `pid` is the gateway's own. */
function usageOf(pid: number): Usage {
  const own = readStat(pid)
  const page = 4096 // bytes
  const used = { cpu: (own.ticks * 1000) / TICKS_PER_SECOND, memory: (own.pages * page) / 1_000_000 }
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((other) => parentOf(other) === pid)
    .map(usageOf)
  return children.reduce((sum, child) => ({ cpu: sum.cpu + child.cpu, memory: sum.memory + child.memory }), used)
}

const parentOf = (pid: number): number | undefined => {
  try {
    return readStat(pid).parent
  } catch {
    return undefined // it ended meanwhile
  }
}

/** proc_pid_stat(5): what follows the name in brackets, which may itself contain blanks. */
function readStat(pid: number): { parent: number; ticks: number; pages: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const at = (field: number): number => Number(fields[field - 3])
  return { parent: at(4), ticks: at(14) + at(15), pages: at(24) }
}
