/** Real processes under test: what they are doing, as the kernel tells it. */
import type { ChildProcess } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { SupervisorMessage } from '../../platform/process/lifecycle.ts'

/**
 * The address that a forked process of the product announces. @throws Error when it ends before
 * that
 */
export function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on('message', (received) => {
      const message = received as SupervisorMessage
      if (message.type === 'ready') resolve(message.url)
    })
    child.once('exit', (code, signal) => reject(new Error(`The process ended while starting (${signal ?? code}).`)))
  })
}

/** A zombie, dead but not yet collected by its parent, is not alive. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) [ZX] /.test(status)
}

/**
 * Kills all of them, as a power cut would. A database's worker comes and goes by itself: one that
 * is gone already is no fault.
 */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Pids of all living processes that were started by `pid`, directly or not. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const status = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined)
    const parent = status === undefined ? undefined : /\) \w (\d+)/.exec(status)?.[1]
    if (parent !== undefined && /^\d+$/.test(name)) parents.set(Number(name), Number(parent))
  }
  const found = [pid]
  for (const ancestor of found) for (const [child, parent] of parents) if (parent === ancestor) found.push(child)
  return found.slice(1)
}

/** Pids of all living processes whose working folder is this one. */
export async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return pids.filter((_pid, index) => folders[index] === folder).map(Number)
}
