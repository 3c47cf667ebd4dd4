/** Reads from the kernel how much of a process is in memory. Linux only. */
import { readFileSync } from 'node:fs'

/** Megabytes; not a number where the system does not tell. */
export function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1000
  } catch {
    return Number.NaN
  }
}
