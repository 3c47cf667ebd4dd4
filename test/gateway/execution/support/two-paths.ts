/**
 * Runs an operation as the product does, and again on the exact path alone with the same answers.
 * Data, errors and requests must be the same.
 */
import { isUtf8 } from 'node:buffer'
import { GraphQLError, parse } from 'graphql'
import type { Answer } from '../../../../gateway/execution/answer/answer.ts'
import type { Engine } from '../../../../gateway/execution/engine.ts'
import type { Denied } from '../../../../gateway/execution/plan/access.ts'
import { CallFailure, toClient } from '../../../../gateway/traffic/call/failure.ts'
import type { Send, ServiceAnswer, ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import { parseExact } from '../../../../platform/data/json-exact.ts'
import { callContext } from '../../../support/call-context.ts'
import type { Question } from './compare.ts'
import { createDice } from './dice.ts'
import type { ExactOperation } from './exact-path.ts'
import { lentAnswer } from './lent.ts'

/** A service's answer: bytes, or the error of a failed call. */
export type Told = Buffer | GraphQLError

/**
 * Answers a call of the product's run, and decides whether the call's reader gets the answer first.
 */
export type Teller = (call: ServiceCall) => Promise<{ readonly told: Told; readonly isRead: boolean }>

/** The path that answered; `exact` if the flat path cannot run the operation at all. */
export type By = 'flat' | 'takeover' | 'exact'

interface ProductRun {
  readonly answer: Answer
  readonly by: By
  readonly asked: readonly AskedOnce[]
}

/** A call with its answer. */
export interface AskedOnce {
  readonly service: string
  readonly text: string
  told: Told | undefined
}

const isReason = (told: Told): told is GraphQLError => !Buffer.isBuffer(told)

/**
 * Gives an answer to the call's reader, as traffic does. @param onParsed called if the exact path
 * parses it
 */
function deliver(told: Told, { service, read }: ServiceCall, onParsed: () => void): ServiceAnswer {
  if (isReason(told)) throw told
  try {
    return spied(lentAnswer(told, read), onParsed)
  } catch (error) {
    if (error instanceof CallFailure) throw toClient(error, service)
    throw error
  }
}

const spied = ({ body, loan, parsed }: ServiceAnswer, onParsed: () => void): ServiceAnswer => ({
  body,
  loan,
  parsed() {
    onParsed()
    return parsed()
  },
})

/** An operation as an engine runs it. */
export type Product = (send: Send, event?: ServiceAnswer) => Promise<Answer>

/** @param denied what the caller may not see */
export async function openProduct(
  engine: Engine,
  { query, variables, denied }: Question & { readonly denied?: Denied | undefined },
): Promise<Product> {
  const prepared = engine.prepare(query, parse(query))
  const bound = prepared.bind(variables)
  const compiled = await prepared.compiled(bound.conditions, callContext.caller, denied)
  return (send, event) => compiled.execute(bound, callContext, send, event)
}

/** @param event what a subscription's service sent */
export async function runProduct(product: Product, tell: Teller, event?: ServiceAnswer): Promise<ProductRun> {
  const asked: AskedOnce[] = []
  const faults: unknown[] = []
  let by: By = 'flat'
  const onParsed = (): void => {
    if (by === 'flat') by = 'takeover'
  }
  const answer = await product(async (call) => {
    if (!call.read && by === 'flat') by = 'exact'
    if (!isUtf8(call.body.bytes)) faults.push(new Error(`${call.service} is asked what is not UTF-8`))
    const one: AskedOnce = { service: call.service, text: call.body.bytes.toString(), told: undefined }
    asked.push(one)
    const { told, isRead } = await tell(call).catch((error: unknown) => {
      faults.push(new Error(`${call.service} cannot answer ${one.text}`, { cause: error }))
      throw error
    })
    one.told = told
    return deliver(told, isRead ? call : { ...call, read: undefined }, onParsed)
  }, event && spied(event, onParsed))
  if (faults.length > 0) throw faults[0]
  return { answer, by, asked }
}

// Random orders in which the answers arrive; contradictory services may need several.
const ORDERS = 24

/**
 * The difference as text; empty if there is none, and `undefined` if the two cannot be compared.
 */
export async function differenceToExact(
  operation: ExactOperation,
  { answer, asked }: Pick<ProductRun, 'answer' | 'asked'>,
  event?: ServiceAnswer,
): Promise<string | undefined> {
  let difference = ''
  let isSame = false
  /** What the exact path asks if its answers arrive in call order. */
  let needless: ReadonlySet<string> | undefined
  for (let order = 0; order < ORDERS; order++) {
    const answers = answersOf(asked)
    const dice = createDice(order)
    const { answer: exact } = await operation.run(
      replay(answers, order > 0 ? () => dice.below(order % 2 === 0 ? 400 : 30) : undefined),
      undefined,
      event,
    )
    const { missing, unused, isComparable, hasSpellings } = answers.used()
    const differences = [...missing, ...differencesOf(answer, exact)]
    if (!isComparable) return undefined
    isSame ||= differences.length === 0
    needless = new Set(unused.filter((each) => needless?.has(each) ?? true))
    if (isSame && needless.size === 0) return ''
    if (hasSpellings) return undefined
    if (order === 0) difference = [...differences, ...unused, ...asked.map(shown)].join('\n')
  }
  return difference
}

/** @param delay event loop turns before an answer arrives */
const replay =
  (answers: ReturnType<typeof answersOf>, delay: () => number = () => 0): Send =>
  async (call) => {
    const told = answers.to(call.service, call.body.bytes.toString())
    for (let turns = delay(); turns > 0; turns--) await undefined
    return deliver(told, call, () => undefined)
  }

const shown = ({ service, text, told }: AskedOnce): string =>
  `${service} ${text}\n  ${told === undefined ? 'no answer' : isReason(told) ? String(told) : JSON.stringify(told.toString('latin1'))}`

function differencesOf(answer: Answer, exact: Answer): string[] {
  const [one, other] = [answer, exact].map(({ body }) => {
    try {
      return JSON.stringify(parseExact(body.toString()))
    } catch {
      return `no JSON: ${body.toString()}`
    }
  })
  const differences = one === other ? [] : [`product ${one}`, `exact   ${other}`]
  const [errors, exactErrors] = [errorsOf(answer), errorsOf(exact)]
  if (errors.join() !== exactErrors.join())
    differences.push(`product ${errors.join()}`, `exact   ${exactErrors.join()}`)
  return differences
}

const errorsOf = ({ errors }: Answer): string[] =>
  errors.map(({ path, message, extensions }) => JSON.stringify([path, message, extensions['code']])).sort()

interface Body {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> & { readonly representations?: readonly unknown[] }
}

/** A root fetch, or what is asked of one entity. */
interface AskedFor {
  readonly from: AskedOnce
  /** Index of the entity in the answer. */
  readonly index: number
  readonly count: number
  isUsed: boolean
}

/**
 * Answers calls that ask the same as the recorded ones. Grouping, order, spelling and duplicates of
 * entities do not matter.
 */
function answersOf(asked: readonly AskedOnce[]) {
  const missing: string[] = []
  const byText = Map.groupBy(
    asked.map((one) => ({ one, isUsed: false })),
    ({ one: { service, text } }) => spelledOnce(service, text),
  )
  const questions = new Map<string, AskedFor[]>()
  let isRegrouped = false
  /** False if the answer to some entities of a call cannot be separated from the whole answer. */
  let isComparable = true
  /** True if an entity was asked for in several spellings: their answers may differ. */
  let hasSpellings = false
  const questionsIn = (service: string, text: string): string[] => {
    const { query, variables } = parseExact(text) as Body
    const { representations, ...others } = variables
    return representations?.map((each) => JSON.stringify([service, query, others, each])) ?? [`${service} ${text}`]
  }
  /** Splits the calls that are not repeated as a whole into their entities. */
  const regroup = (): void => {
    if (isRegrouped) return
    isRegrouped = true
    for (const { one, isUsed } of [...byText.values()].flat()) {
      const keys = questionsIn(one.service, one.text)
      for (const [index, key] of keys.entries()) {
        const known = questions.get(key)
        const question = { from: one, index, count: keys.length, isUsed }
        if (!known) questions.set(key, [question])
        // One call may contain an entity in several spellings.
        else if (known.every(({ from }) => from !== one)) known.push(question)
        else hasSpellings = true
      }
    }
  }
  return {
    to(service: string, text: string): Told {
      const same = isRegrouped ? undefined : byText.get(spelledOnce(service, text))?.find(({ isUsed }) => !isUsed)
      if (same) {
        same.isUsed = true
        return same.one.told ?? NOT_ASKED
      }
      regroup()
      const found = questionsIn(service, text).map((key) => {
        const question = questions.get(key)?.find(({ isUsed }) => !isUsed)
        if (question) question.isUsed = true
        else missing.push(`only the exact path asks ${key}`)
        return question
      })
      if (found.some((question) => !question)) return NOT_ASKED
      const told = gathered(found as AskedFor[])
      if (told === undefined) isComparable = false
      return told ?? NOT_ASKED
    },
    used() {
      const isAllUsed = [...byText.values()].every((calls) => calls.every(({ isUsed }) => isUsed))
      if (!isAllUsed) regroup()
      const unused = Array.from(questions)
        .filter(([, each]) => each.some(({ isUsed }) => !isUsed))
        .map(([key]) => `only the product asks ${key}`)
      return { missing, unused, isComparable, hasSpellings }
    },
  }
}

/**
 * Key of a question, independent of how its strings are escaped. Both paths ask several spellings
 * of one question in the same order.
 */
const spelledOnce = (service: string, text: string): string =>
  `${service} ${text.includes('\\') ? JSON.stringify(parseExact(text)) : text}`

const NOT_ASKED = new GraphQLError('not asked')

interface EntityAnswer {
  readonly data?: { readonly _entities?: unknown } | null
  readonly errors?: readonly { readonly path?: readonly unknown[] }[]
}

/** Joins several answers into one; `undefined` if one of several has more than plain data. */
function gathered(questions: readonly AskedFor[]): Told | undefined {
  const plain = questions.map(({ from: { told }, index, count }) => {
    if (told === undefined || isReason(told)) return undefined
    try {
      const { data, errors } = parseExact(told.toString()) as EntityAnswer
      const entities = data?._entities
      const isWhole = errors === undefined && Array.isArray(entities) && entities.length === count
      return isWhole ? { entity: entities[index] as unknown } : undefined
    } catch {
      return undefined
    }
  })
  if (plain.every((each) => each !== undefined))
    return Buffer.from(JSON.stringify({ data: { _entities: plain.map(({ entity }) => entity) } }))
  const [first, ...others] = new Set(questions.map(({ from }) => from))
  // Errors name entities by their index in the answer.
  const isInOrder = questions.every(({ index }, place) => index === place)
  if (others.length > 0 || first?.told === undefined) return undefined
  return isInOrder || isReason(first.told) ? first.told : undefined
}
