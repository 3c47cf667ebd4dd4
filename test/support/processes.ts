/** Real processes under test, observed through the kernel. */
import type { ChildProcess } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { SupervisorMessage } from '../../platform/process/lifecycle.ts'

/** The address that a forked process of the product announces. @throws Error if it ends before */
export function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on('message', (received) => {
      const message = received as SupervisorMessage
      if (message.type === 'ready') resolve(message.url)
    })
    child.once('exit', (code, signal) => reject(new Error(`The process ended while starting (${signal ?? code}).`)))
  })
}

/** False for a zombie, which is dead but not yet reaped by its parent. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) [ZX] /.test(status)
}

/**
 * Kills all of them, as a power cut would. Ignores processes that ended meanwhile, as database
 * workers do.
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

/** Pids of all living descendants of `pid`. */
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

/** Pids of all living processes with this working directory. */
export async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return pids.filter((_pid, index) => folders[index] === folder).map(Number)
}
