/** Operations whose services give correct answers, or slightly changed ones. */
import { isUtf8 } from 'node:buffer'
import { readBody } from '../../../../gateway/traffic/call/answer.ts'
import type { ServiceAnswer } from '../../../../gateway/traffic/call/send.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { conforms } from './conforms.ts'
import { createDice, type Dice } from './dice.ts'
import { mutateAnswer } from './mutate-answer.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { openOperations, type RandomOperation, type RandomOperations, type Subscription } from './random-operations.ts'
import {
  type By,
  differenceToExact,
  openProduct,
  type Product,
  runProduct,
  type Teller,
  type Told,
} from './two-paths.ts'
import type { Universe } from './universe.ts'

interface FuzzedOperation {
  readonly query: string
  /** Which path answers it if all services answer correctly. */
  honestly(): Promise<By>
  /** Runs it with answers that the seed chooses. Throws if anything is wrong. */
  run(seed: number): Promise<FuzzedRun>
}

interface FuzzedRun {
  readonly by: By
  /** True if any answer was changed. */
  readonly isChanged: boolean
  readonly isCompared: boolean
}

interface FuzzedUniverse {
  readonly operations: readonly FuzzedOperation[]
  close(): Promise<void>
}

export async function openFuzzed(universe: Universe, count: number, seed: number): Promise<FuzzedUniverse> {
  const all = await openOperations(universe, count, seed, true)
  const operations = [...all.operations, ...all.subscriptions].map(async (operation) =>
    fuzzed(all, operation, await openProduct(all.federation.engine, operation)),
  )
  return { operations: await Promise.all(operations), close: all.close }
}

function fuzzed(
  { federation, plain, typenames }: RandomOperations,
  { query, variables, document, exact, event, answerTo }: RandomOperation & Partial<Subscription>,
  product: Product,
): FuzzedOperation {
  const names = [...typenames, 'Unknown', '__proto__']
  return {
    query,
    honestly: async () =>
      (
        await runProduct(
          product,
          async (call) => ({ told: await answerTo(call), isRead: true }),
          event && opened(event),
        )
      ).by,
    async run(seed) {
      const dice = createDice(seed)
      let left = dice.chance(20) ? 0 : dice.of([1, 1, 1, 1, 2, 3])
      const isChanged = left > 0
      const tell: Teller = sameToSame(async (call) => {
        const isMeant = left > 0 && dice.chance(2)
        if (isMeant) left--
        const body = await answerTo(call)
        // Any of the calls in flight may be answered first.
        for (let turns = dice.below(dice.chance(3) ? 60 : 6); turns > 0; turns--) await undefined
        return { told: isMeant ? changed(body, call.service, dice, names) : body, isRead: !dice.chance(8) }
      })
      const sent = event && opened(dice.chance(2) ? event : mutateAnswer(event, dice, names), event)
      const run = await runProduct(product, tell, sent)
      const difference = await differenceToExact(exact, run, sent)
      const wrongs = [difference ?? '', ...federation.wrong.splice(0)].filter((wrong) => wrong !== '')
      const text = run.answer.body.toString()
      if (!isUtf8(run.answer.body)) wrongs.push('the answer is not UTF-8')
      const data = dataIn(text)
      if (!data) wrongs.push(`the answer is no JSON: ${text}`)
      else if (!conforms(plain, document, variables, data.data)) wrongs.push(`the data does not conform: ${text}`)
      if (wrongs.length > 0) throw new Error([query, JSON.stringify(variables), `seed ${seed}`, ...wrongs].join('\n'))
      return { by: run.by, isChanged, isCompared: difference !== undefined }
    },
  }
}

/** Gives the same call the same answer. */
function sameToSame(tell: Teller): Teller {
  const known = new Map<string, ReturnType<Teller>>()
  return (call) => {
    const key = `${call.service} ${call.body.bytes.toString('latin1')}`
    const told = known.get(key) ?? tell(call)
    known.set(key, told)
    return told
  }
}

/**
 * An event as traffic gives it. @param honest replaces a body that is no GraphQL answer, which
 * would end the stream
 */
function opened(body: Buffer, honest = body): ServiceAnswer {
  try {
    return readBody(body, 200).answer
  } catch {
    return readBody(honest, 200).answer
  }
}

function dataIn(text: string): { readonly data: unknown } | undefined {
  try {
    return JSON.parse(text) as { data: unknown }
  } catch {
    return undefined
  }
}

function changed(body: Buffer, service: string, dice: Dice, typenames: readonly string[]): Told {
  if (dice.chance(25)) return codedError('SERVICE_UNAVAILABLE', 'The service is away.', { service })
  return dice.chance(4) ? mutateBytes(body, dice) : mutateAnswer(body, dice, typenames)
}
