/** Operations of a universe whose services answer what they should, or something near it. */
import { type DocumentNode, type GraphQLSchema, isObjectType, parse, validate } from 'graphql'
import type { ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { randomQuery } from '../random-query.ts'
import { plainSchema } from './compare.ts'
import { conforms } from './conforms.ts'
import { createDice, type Dice } from './dice.ts'
import { type ExactOperation, type ExactPath, openExactPath } from './exact-path.ts'
import { type Federation, federate } from './federation.ts'
import { mutateAnswer } from './mutate-answer.ts'
import { mutateBytes } from './mutate-bytes.ts'
import {
  type By,
  differenceToExact,
  openProduct,
  type Product,
  runProduct,
  type Teller,
  type Told,
} from './two-paths.ts'
import { servicesOf, type Universe } from './universe.ts'

export interface FuzzedOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** Who answers it where services answer as they should. */
  honestly(): Promise<By>
  /** Runs it with answers of its own. Throws where anything is wrong. */
  run(seed: number): Promise<FuzzedRun>
}

export interface FuzzedRun {
  readonly by: By
  /** Whether an answer was changed at all. */
  readonly isChanged: boolean
  readonly isCompared: boolean
}

export interface FuzzedUniverse {
  readonly operations: readonly FuzzedOperation[]
  close(): Promise<void>
}

const CHOICES = 300 // of a random query
const MAX_KEPT = 2_000 // answers of one operation

export async function openFuzzed(universe: Universe, count: number, seed: number): Promise<FuzzedUniverse> {
  const federation = await federate(servicesOf(universe))
  const path = await openExactPath(federation.supergraph, federation.engine.schema)
  const plain = plainSchema(federation)
  const dice = createDice(seed)
  const operations: FuzzedOperation[] = []
  const texts = new Set<string>()
  for (let tries = 0; operations.length < count && tries < 20 * count; tries++) {
    const question = randomQuery(
      plain,
      Array.from({ length: CHOICES }, () => dice.below(1 << 16)),
    )
    if (texts.has(question.query)) continue
    texts.add(question.query)
    const document = parse(question.query)
    if (validate(plain, document).length > 0) continue
    const operation = await openOperation(path, question.query, question.variables)
    if (!operation || operation.fetches.length === 0) continue
    const product = await openProduct(federation.engine, question)
    operations.push(fuzzed({ universe, federation, plain, document, operation, product, ...question }))
  }
  return {
    operations,
    close: () => Promise.all([federation.close(), path.close()]).then(() => undefined),
  }
}

/** Some cannot be planned; those that ask no service have nothing to be changed. */
const openOperation = (
  path: ExactPath,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<ExactOperation | undefined> => path.open(query, variables).catch(() => undefined)

interface Parts {
  readonly universe: Universe
  readonly federation: Federation
  readonly plain: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: ExactOperation
  readonly product: Product
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

function fuzzed({
  universe,
  federation,
  plain,
  document,
  operation,
  product,
  query,
  variables,
}: Parts): FuzzedOperation {
  const world = universe.createWorld()
  const send = federation.sendIn(world)
  const kept = new Map<string, Buffer>()
  const typenames = Object.values(plain.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .map(({ name }) => name)
    .concat('Unknown', '__proto__')
  const honest = async (call: ServiceCall): Promise<Buffer> => {
    const key = `${call.service} ${call.body.bytes.toString('latin1')}`
    const known = kept.get(key)
    if (known) return known
    const { body } = await send({ ...call, read: undefined })
    if (kept.size < MAX_KEPT) kept.set(key, body)
    return body
  }
  return {
    query,
    variables,
    honestly: async () => (await runProduct(product, async (call) => ({ told: await honest(call), isRead: true }))).by,
    async run(seed) {
      const dice = createDice(seed)
      let left = dice.chance(20) ? 0 : dice.of([1, 1, 1, 1, 2, 3])
      const isChanged = left > 0
      // The same question has the same answer.
      const known = new Map<string, Promise<Told>>()
      const answerTo = async (call: ServiceCall): Promise<Told> => {
        const isMeant = left > 0 && dice.chance(2)
        if (isMeant) left--
        const body = await honest(call)
        return isMeant ? changed(body, call.service, dice, typenames) : body
      }
      const tell: Teller = async (call) => {
        const isRead = !dice.chance(8)
        const key = `${call.service} ${call.body.bytes.toString('latin1')}`
        const answer = known.get(key) ?? answerTo(call)
        known.set(key, answer)
        const told = await answer
        // Any of the calls in flight may be answered first.
        for (let turns = dice.below(dice.chance(3) ? 60 : 6); turns > 0; turns--) await undefined
        return { told, isRead }
      }
      const run = await runProduct(product, tell)
      const { answer, by } = run
      const difference = await differenceToExact(operation, run)
      const wrongs = [difference ?? '']
      try {
        const { data } = JSON.parse(answer.body.toString()) as { data: unknown }
        if (!conforms(plain, document, variables, data))
          wrongs.push(`the data does not conform to the operation: ${answer.body.toString()}`)
      } catch (error) {
        wrongs.push(`the answer is no JSON: ${String(error)}`)
      }
      if (federation.wrong.length > 0) wrongs.push(...federation.wrong.splice(0))
      const texts = wrongs.filter((wrong) => wrong !== '')
      if (texts.length > 0) throw new Error([query, JSON.stringify(variables), `seed ${seed}`, ...texts].join('\n'))
      return { by, isChanged, isCompared: difference !== undefined }
    },
  }
}

function changed(body: Buffer, service: string, dice: Dice, typenames: readonly string[]): Told {
  if (dice.chance(25)) return codedError('SERVICE_UNAVAILABLE', 'The service is away.', { service })
  return dice.chance(4) ? mutateBytes(body, dice) : mutateAnswer(body, dice, typenames)
}
