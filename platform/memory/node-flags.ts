/**
 * Flags and environment for the processes that `npm start` begins. They affect resource use only.
 * `README.md` says what each saves.
 */
import { fileURLToPath } from 'node:url'

export const gatewayFlags: readonly string[] = [
  // MB of each half of the young generation. By default it grows until everything in flight under
  // load fits, and stays that large: a third of the memory under load for a tenth of the CPU of
  // large answers. With 4 they take a twentieth to a tenth more CPU, with 16 no less. Workers of
  // the process have the same.
  '--max-semi-space-size=8',
  // Its initial size. It grows while much survives a collection.
  '--min-semi-space-size=2',
  // The old generation is collected when it is twice what lived after the last collection, and goes
  // on growing while that is under way. By default it is up to four times, the more the faster
  // garbage is made. With three times (200) large answers take a sixth more memory, and as much
  // CPU.
  '--heap-growing-percent=100',
  // For `free-startup-memory.ts`, which frees what only the start needed.
  '--expose-gc',
]

/** For stateless services: 30 MB of live data would take over 400 MB under load otherwise. */
export const statelessFlags: readonly string[] = ['--max-semi-space-size=2', '--heap-growing-percent=30']

export const processEnvironment: Readonly<Record<string, string>> = {
  // Otherwise glibc gives each compiler and collector thread an arena and never frees it: 13 MB.
  MALLOC_ARENA_MAX: '2',
  // With Node's compile cache the next start need not load the type stripper: it takes three
  // quarters of the CPU, and 10 MB less stay resident. Node ignores a folder that it cannot write.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/tributary', import.meta.url)),
}
