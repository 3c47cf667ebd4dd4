/** Finds the answers to calls made before the exact path took over, so that no call is repeated. */
import { parseExact } from '../../../platform/data/json-exact.ts'
import { own } from '../../../platform/data/own.ts'
import type { ServiceAnswer } from '../../traffic/call/send.ts'
import type { AskedCall, AskedCalls } from '../calls/ask.ts'
import type { Fetch } from '../plan/step.ts'
import { type Data, isData } from './data.ts'

/** Entities requested in one call. */
interface AskedEntities {
  readonly answer: Promise<ServiceAnswer>
  readonly count: number
}

export interface Takeover {
  /** The answer to a fetch that is not for entities. */
  answerTo(fetch: Fetch): Promise<ServiceAnswer> | undefined
  /**
   * The call in which a fetch already requested an entity.
   * @param context variables taken from the objects above it
   */
  entity(
    fetch: Fetch,
    context: Readonly<Data>,
    representation: Readonly<Data>,
  ): { readonly asked: AskedEntities; readonly index: number } | undefined
}

type Found = NonNullable<ReturnType<Takeover['entity']>>

export function createTakeover(calls: AskedCalls): Takeover {
  // Answers that are no longer wanted are not awaited.
  for (const { answer } of [...calls.values()].flat()) answer.catch(() => undefined)
  const known = new Map<number, ReadonlyMap<string, Found>>()
  const entitiesOf = (fetch: Fetch): ReadonlyMap<string, Found> => {
    let entities = known.get(fetch.index)
    if (!entities) {
      entities = new Map((calls.get(fetch.index) ?? []).flatMap((call) => askedIn(call, fetch)))
      known.set(fetch.index, entities)
    }
    return entities
  }
  return {
    answerTo: ({ index }) => calls.get(index)?.[0]?.answer,
    entity(fetch, context, representation) {
      const entities = entitiesOf(fetch)
      return entities.size === 0 ? undefined : entities.get(keyOf(context, representation))
    },
  }
}

function askedIn({ body, answer }: AskedCall, { node }: Fetch): [string, Found][] {
  const { variables } = parseExact(body.bytes.toString()) as { readonly variables: Data & { representations: Data[] } }
  const context = Object.fromEntries(
    (node.contextRewrites ?? []).map(({ renameKeyTo }) => [renameKeyTo, own(variables, renameKeyTo)]),
  )
  const asked = { answer, count: variables.representations.length }
  return variables.representations.map((each, index) => [keyOf(context, each), { asked, index }])
}

/** The same text for the same values, regardless of order and spelling. */
const keyOf = (context: Readonly<Data>, representation: Readonly<Data>): string =>
  JSON.stringify([context, representation], (_name, value: unknown) =>
    isData(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  )
