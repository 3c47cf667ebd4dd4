/**
 * The order of the suites: the longest first, so that none runs alone at the end. Jest knows the
 * durations of the previous run. Without one, as in a fresh clone, it goes by file size, and this
 * list names suites that take longer than their size suggests.
 */
/** Paths in `test/`, the longest suite first. */
export const longest: readonly string[] = [
  'tools/new/new.test.ts',
  'client/app/app.test.ts',
  'attack/attack.test.ts',
  'subgraphs/banking/history/history.test.ts',
  'gateway/pages.test.ts',
  'start/lifecycle.test.ts',
  'client/clients.test.ts',
  'gateway/contract/command.test.ts',
  'gateway/main.test.ts',
  'tools/consumers/consumers.test.ts',
  'start/dev.test.ts',
  'subgraphs/banking/forward/through-gateway.test.ts',
  'stateless/instances.test.ts',
  'bench/demo.test.ts',
  'gateway/execution/differential.test.ts',
  'gateway/config/reload.test.ts',
  'subgraphs/banking/forward/forward.test.ts',
  'subgraphs/banking/database/primary.test.ts',
  'subgraphs/banking/history/due.test.ts',
  'end-to-end/configuration.test.ts',
  'end-to-end/main-job.test.ts',
]

interface Suite {
  readonly path: string
  /** Milliseconds in the previous run. */
  duration?: number
}

/** Moves listed suites without a known duration to the front. Keeps the order otherwise. */
export function longestFirst<Test extends Suite>(tests: readonly Test[]): Test[] {
  const rankOf = ({ path, duration }: Test): number => {
    const rank = longest.findIndex((suite) => path.endsWith(`/test/${suite}`))
    return rank < 0 || duration !== undefined ? longest.length : rank
  }
  return tests.toSorted((one, other) => rankOf(one) - rankOf(other))
}
