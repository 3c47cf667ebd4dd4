/**
 * Runs between starting and serving: saves compiled code for the next start, and frees the memory
 * that only a start needs.
 */
import { flushCompileCache } from 'node:module'

/**
 * Blocks the calling thread for about 40 ms, or longer if everything had to be compiled. Does less
 * in a process without the settings of `node-flags.ts`.
 */
export function freeStartupMemory(): void {
  // Node writes it at exit, which a killed process never reaches.
  flushCompileCache()
  // V8 would keep the garbage of the start until it needs the room: as much again as the live data.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
