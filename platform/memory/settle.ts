/** Between starting and serving: keeps for the next start what this one worked out, and gives back what only a start needs. Changes nothing that serves. */
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

const OLD_AGE = 6 // collections that a function is not called for, after which V8 gives up what it compiled of it; its default

/**
 * Of the thread that calls it, which it stops for some 40 ms, and longer where all had to be compiled. Does only half of it, or nothing, in
 * a process that was started otherwise than `node-flags.ts` says.
 */
export function settle(): void {
  // At the end it would be too late for a process that is killed.
  flushCompileCache()
  // V8 would keep the garbage until it needs the room: as much again as all that lives on. With it goes what was compiled and is not called
  // any more: 2 MB that only a start needs.
  setFlagsFromString('--bytecode-old-age=1')
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  setFlagsFromString(`--bytecode-old-age=${OLD_AGE}`)
}
