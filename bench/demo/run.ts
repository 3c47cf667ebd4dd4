/** Carries out experiments one after the other on one product. */
import type { Experiment } from './experiment.ts'
import type { Product } from './product.ts'
import type { Outcome } from './report/outcome.ts'

/** @param note called with the progress @param done called with each outcome */
export async function runExperiments(
  experiments: readonly Experiment[],
  product: Product,
  note: (text: string) => void,
  done: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const experiment of experiments) {
    const { name, title } = experiment
    const begin = performance.now()
    const result = await experiment
      .run(product, (text) => note(`${name}: ${text}`))
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    const outcome = { name, title, took: performance.now() - begin, result }
    outcomes.push(outcome)
    done(outcome)
    await product.settled()
  }
  return outcomes
}
