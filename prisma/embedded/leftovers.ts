/**
 * Cleans up after a killed run: a running server, orphaned backends, a stale pid file. Ends only
 * servers of this cluster.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from '../../platform/process/log.ts'

/** Signals in order, each with its milliseconds: fast shutdown, immediate shutdown, kill. */
const ESCALATION: readonly [signal: NodeJS.Signals, timeout: number][] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
]

/**
 * Resolves once no process uses the cluster and its pid file is gone. @param cluster its real path
 */
export async function endLeftovers(cluster: string, log: Logger): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const recorded = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  let left = await findServerProcesses(cluster)
  if (left.length > 0) log.info({ pids: left }, 'ending the database server that an earlier run left behind')
  for (const [signal, timeout] of ESCALATION) {
    // Backends of a dead server end by themselves; a running server must end its own.
    const targets = signal === 'SIGKILL' || !left.includes(recorded) ? left : [recorded]
    for (const pid of targets) kill(pid, signal)
    const deadline = Date.now() + timeout
    while (left.length > 0 && Date.now() < deadline) {
      await sleep(20)
      left = await findServerProcesses(cluster)
    }
  }
  if (left.length > 0) throw new Error(`Processes ${left.join(', ')} work on ${cluster} and cannot be ended.`)
  // PostgreSQL would refuse to start if another program had got the dead server's pid.
  await rm(pidFile, { force: true })
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Pids of the server and its backends, recognized by their working folder, not by a number in a
 * file.
 */
async function findServerProcesses(cluster: string): Promise<number[]> {
  if (process.platform !== 'linux') return await findServerByCommand(cluster)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const matches = await Promise.all(
    pids.map(async (pid) => {
      const [folder, program] = await Promise.all(
        ['cwd', 'exe'].map((link) => readlink(`/proc/${pid}/${link}`).catch(() => '')),
      )
      return folder === cluster && basename(program ?? '').startsWith('postgres')
    }),
  )
  return pids.filter((_pid, index) => matches[index]).map(Number)
}

async function findServerByCommand(cluster: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,command='])
  const lines = stdout.split('\n').filter((line) => line.includes('postgres') && line.includes(`-D ${cluster}`))
  return lines.map((line) => Number.parseInt(line, 10))
}
