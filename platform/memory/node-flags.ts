/** How the gateway's process is started: whoever starts it passes these on. They change what it costs, never what it does. */
import { fileURLToPath } from 'node:url'

export const gatewayFlags: readonly string[] = [
  // MB of each half of the young generation. By default it grows until everything in flight under load fits, and stays that large: a third of
  // the memory under load for a tenth of the CPU of large answers. Workers of the process have the same.
  '--max-semi-space-size=8',
  // Where it starts, and stays while small answers are all there is (`young-generation.ts`).
  '--min-semi-space-size=2',
  // Lets it give back what only its start needed (`settle.ts`).
  '--expose-gc',
]

export const gatewayEnvironment: Readonly<Record<string, string>> = {
  // Of glibc, which else gives every thread that compiles or collects an arena of its own and takes none back: 13 MB.
  MALLOC_ARENA_MAX: '2',
  // Node keeps what it compiled beside the dependencies it belongs to, so that the next start need not load what strips types: it takes three
  // quarters of the CPU, and 10 MB less stay resident. Where the folder cannot be written, everything goes on as without.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/tributary', import.meta.url)),
}
