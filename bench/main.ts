/** `npm run bench -- <name> [flags]`: runs one benchmark, or all of them in turn. */

interface Benchmark {
  /** Runs and prints. A missed target is printed, and does not reject. */
  run(flags: readonly string[]): Promise<void>
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  ledger: () => import('./ledger.ts'),
  payments: () => import('./payments.ts'),
  growth: () => import('./growth.ts'),
  reads: () => import('./reads.ts'),
  standbys: () => import('./standbys.ts'),
  gateway: () => import('./gateway.ts'),
  revision: () => import('./revision.ts'),
  policies: () => import('./policies.ts'),
  content: () => import('./content.ts'),
  stateless: () => import('./stateless.ts'),
  reload: () => import('./reload.ts'),
  subscriptions: () => import('./subscriptions.ts'),
  operations: () => import('./operations.ts'),
}

const [name, ...flags] = process.argv.slice(2)
const chosen = name === undefined ? Object.keys(benchmarks) : [name]
for (const each of chosen) {
  const load = Object.hasOwn(benchmarks, each) ? benchmarks[each] : undefined
  if (!load) {
    console.error(`There is no benchmark "${each}": choose ${Object.keys(benchmarks).join(', ')}.`)
    process.exitCode = 1
    break
  }
  await (await load()).run(flags)
}
