/** How the gateway's process is started: whoever starts it passes these on. They change what it costs, never what it does. */
import { fileURLToPath } from 'node:url'

export const gatewayFlags: readonly string[] = [
  // MB of each half of the young generation. By default it grows until everything in flight under
  // load fits, and stays that large: a third of the memory under load for a tenth of the CPU of
  // large answers. With 4 they take a twentieth to a tenth more CPU, with 16 no less. Workers of
  // the process have the same.
  '--max-semi-space-size=8',
  // Where it starts. It grows while much survives a collection.
  '--min-semi-space-size=2',
  // The old generation is collected when it is three times what lived after the last collection,
  // and goes on growing while that is under way. By default it is up to four times, the more the
  // faster garbage is made: a tenth more memory for large answers at the same CPU. With twice
  // (100) they take a tenth more CPU.
  '--heap-growing-percent=200',
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
