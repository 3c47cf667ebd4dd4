/** Reads a process's resident memory from the kernel. Linux only. */
import { readFileSync } from 'node:fs'

/** Megabytes; NaN if unavailable. */
export function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1000
  } catch {
    return Number.NaN
  }
}
