/**
 * The order of the suites: those that take longest first, or one of them would run alone at the
 * end. Jest knows how long each took the last time. Where it does not, as in a fresh clone, it goes
 * by the size of the files, and this list by what some of them do.
 */
/** The longest first, each by its path in `test/`. */
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
  /** Milliseconds of the last run. */
  duration?: number
}

/**
 * Puts the listed before the others, unless it is known how long they took. Changes no other order.
 */
export function longestFirst<Test extends Suite>(tests: readonly Test[]): Test[] {
  const rankOf = ({ path, duration }: Test): number => {
    const rank = longest.findIndex((suite) => path.endsWith(`/test/${suite}`))
    return rank < 0 || duration !== undefined ? longest.length : rank
  }
  return tests.toSorted((one, other) => rankOf(one) - rankOf(other))
}
