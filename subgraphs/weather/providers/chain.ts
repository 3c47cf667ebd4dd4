/**
 * The providers in the order of the settings: the first that has an answer gives it. Knows no
 * provider by name.
 */
import { type Answer, asFault, type Provider, ProviderFault, type Question } from '../model/provider.ts'

/**
 * A provider made of others. Resolves to `undefined` only when none of them ever has such figures.
 * @throws ProviderFault with the shortest `retryAfter` when one should have had them and none did
 */
export function chainOf(providers: readonly Provider[]): Provider {
  return {
    name: providers.map(({ name }) => name).join(','),
    async answer(question: Question, now: number): Promise<Answer | undefined> {
      const faults: ProviderFault[] = []
      for (const provider of providers) {
        try {
          const answer = await provider.answer(question, now)
          if (answer) return answer
        } catch (error) {
          faults.push(asFault(error))
        }
      }
      if (faults.length === 0) return undefined
      const waits = faults.flatMap(({ retryAfter }) => retryAfter ?? [])
      throw new ProviderFault(
        faults.map(({ message }) => message).join('; '),
        waits.length > 0 ? Math.min(...waits) : undefined,
      )
    },
  }
}
