/**
 * Starts a process on one core, waits until it is ready, and reads its resource use from the
 * kernel. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { announced } from '../../test/support/processes.ts'

/** The core that only the gateway uses, and the one for everything else. */
export const GATEWAY_CORE = 0
export const OTHER_CORE = 1

/** Read at import: a process that has pinned itself to one core counts only that one. */
const SEVERAL_CORES = availableParallelism() > 1

const TICKS_PER_SECOND = 100 // USER_HZ of /proc, constant on every Linux that Node supports
const START_TIMEOUT = 60_000 // milliseconds

export interface BenchmarkProcess {
  /** The URL that it announces. */
  readonly url: string
  usage(): Usage
  stop(): Promise<void>
}

/** A program to start. */
export interface Program {
  /** Node by default. */
  readonly command?: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /**
   * The line with its URL, without colours, by default `ready <url>`; or `announced` for a program
   * that tells its supervisor.
   */
  readonly ready?: RegExp | 'announced'
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
  { command = process.execPath, args, env, ready = /^ready (\S+)/ }: Program,
  core: number | 'any',
): Promise<BenchmarkProcess> {
  const pinned = SEVERAL_CORES && core !== 'any' ? ['taskset', '-c', String(core)] : []
  const [first = '', ...rest] = [...pinned, command, ...args]
  const child = spawn(first, rest, {
    env: { PATH: process.env['PATH'], USAGE_FOLDER: join(tmpdir(), 'tributary-bench-usage'), ...env },
    stdio: ready === 'announced' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr?.on('data', (chunk) => {
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
    const address = ready === 'announced' ? announced(child) : addressOf(child, ready)
    const url = await Promise.race([address, ended, late])
    return { url, usage: () => usageOf(pid ?? 0), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function addressOf(child: ChildProcess, ready: RegExp): Promise<string> {
  if (!child.stdout) throw new Error('The process has no output to wait for.')
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const [, url] = ready.exec(stripVTControlCharacters(line)) ?? []
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

/**
 * The usage of a process tree. `taskset` becomes the process that it starts, so `pid` is the
 * gateway's own.
 */
export function usageOf(pid: number): Usage {
  const own = readStat(pid)
  const page = 4096 // bytes
  const used = { cpu: (own.ticks * 1000) / TICKS_PER_SECOND, memory: (own.pages * page) / 1_000_000 }
  const children = childrenOf(pid).map(usageOf)
  return children.reduce((sum, child) => ({ cpu: sum.cpu + child.cpu, memory: sum.memory + child.memory }), used)
}

/** Asks the threads that started them: a search of all processes would stall the load. */
const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) => childrenOfThread(`/proc/${pid}/task/${thread}`))

function childrenOfThread(folder: string): number[] {
  try {
    return readFileSync(`${folder}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // it ended meanwhile
  }
}

/**
 * proc_pid_stat(5): what follows the name in brackets, which may itself contain blanks. Ticks are
 * those of all threads, and of children that have ended.
 */
function readStat(pid: number): { ticks: number; pages: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const at = (field: number): number => Number(fields[field - 3])
  return { ticks: at(14) + at(15) + at(16) + at(17), pages: at(24) }
}
