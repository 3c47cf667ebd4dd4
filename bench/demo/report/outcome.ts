/** The outcome of a run: the findings of each experiment, or why it could not be carried out. */
import type { Claim, Experiment, Findings } from '../experiment.ts'

export interface Outcome extends Pick<Experiment, 'name' | 'title'> {
  /** Milliseconds. */
  readonly took: number
  readonly result: Findings | Error
}

/** An experiment that could not be carried out counts as a claim that does not hold. */
export const claimsOf = ({ result }: Outcome): readonly Claim[] =>
  result instanceof Error
    ? [{ says: 'The experiment can be carried out.', holds: false, seen: result.message }]
    : result.claims

export const holds = (outcome: Outcome): boolean => claimsOf(outcome).every((claim) => claim.holds)

export function verdictOf(outcomes: readonly Outcome[]): string {
  const claims = outcomes.flatMap(claimsOf)
  const held = claims.filter((claim) => claim.holds).length
  return held === claims.length ? `All ${held} claims hold` : `${held} of ${claims.length} claims hold`
}
