/**
 * The weather of one place within one request: asks the providers once for each thing a client
 * selects, and says where it came from.
 */
import { codedError } from '../../../platform/protocol/errors.ts'
import { type Answer, asFault, type Place, type Provider, ProviderFault, type Question } from '../model/provider.ts'

export interface PlaceWeather {
  readonly place: Place
  /** The moment of the request, Unix milliseconds. */
  readonly now: number
  /**
   * Resolves to `undefined` if no provider ever has such figures.
   * @throws SERVICE_UNAVAILABLE when one should have them and none has now
   */
  ask(question: Question): Promise<Answer | undefined>
  /**
   * The source of the figures selected beside this: of current weather rather than hours, days or
   * air; also if nothing was selected.
   */
  source(): Promise<Answer>
}

const ORDER: readonly Question['about'][] = ['current', 'hourly', 'daily', 'air']

export function weatherAt(place: Place, provider: Provider, now: number): PlaceWeather {
  const asked: { question: Question; answer: Promise<Answer | undefined> }[] = []

  const ask = (question: Question): Promise<Answer | undefined> => {
    const answer = provider.answer(question, now).catch(refuse)
    asked.push({ question, answer })
    return answer
  }

  return {
    place,
    now,
    ask,
    async source() {
      // Fields beside this one are resolved in the same turn: they have asked when the turn is
      // over.
      await Promise.resolve()
      const selected = asked.toSorted(
        (one, other) => ORDER.indexOf(one.question.about) - ORDER.indexOf(other.question.about),
      )
      const outcomes = await Promise.allSettled(selected.map(({ answer }) => answer))
      const answered = outcomes.find((outcome) => outcome.status === 'fulfilled' && outcome.value !== undefined)
      if (answered?.status === 'fulfilled' && answered.value) return answered.value
      const current = selected.some(({ question }) => question.about === 'current')
        ? await selected[0]?.answer
        : await ask({ about: 'current', place })
      return current ?? refuse(new ProviderFault('no provider tells the weather of the moment'))
    },
  }
}

/** The log has the reason; a client learns only that it failed, and when to retry. */
function refuse(error: unknown): never {
  const { retryAfter } = asFault(error)
  throw codedError('SERVICE_UNAVAILABLE', 'The weather of this place cannot be had at the moment.', {
    service: 'weather',
    ...(retryAfter !== undefined && { retryAfter }),
  })
}
