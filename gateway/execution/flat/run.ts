/**
 * Runs a compiled operation over the bytes of its answers. It gives up at the first surprise; the
 * exact path then takes over, with the calls that were recorded.
 */
import type { FieldNode } from 'graphql'
import { SURPRISE } from '../../../platform/data/json-bytes.ts'
import type { Loan } from '../../../platform/memory/loans.ts'
import { errorsIn } from '../../traffic/call/answer.ts'
import type { CallContext, RequestBody, ServiceAnswer, Taken } from '../../traffic/call/send.ts'
import { type Answer, AROUND } from '../answer/answer.ts'
import { ErrorReport, FAILED } from '../answer/error-report.ts'
import { callError, Failure, failureOf, faultsOf } from '../answer/failure.ts'
import type { ObjectShape } from '../answer/shape.ts'
import type { Ask } from '../calls/ask.ts'
import { callOf } from '../calls/ask.ts'
import { asked, entityHead, requestBody } from '../calls/request-body.ts'
import type { BoundVariables } from '../plan/client-operation.ts'
import type { Fetch, Step } from '../plan/step.ts'
import type { FlatFetch, FlatOperation, Joint } from './compile.ts'
import { joinRecords } from './joints.ts'
import { Losses } from './losses.ts'
import { writeRepresentations } from './representations.ts'
import { type ScannedErrors, scanEntities, scannedErrors, scanRoot } from './scan.ts'
import { giveBack, takeTapes } from './tapes.ts'
import {
  beginWriting,
  finishLent,
  finishWriting,
  rewindTo,
  type Written,
  writeBytes,
  writeNull,
  writeObject,
  writeText,
} from './write.ts'

interface Circumstances {
  readonly variables: BoundVariables
  readonly context: CallContext
  readonly ask: Ask
  /** The event of a subscription. */
  readonly event: ServiceAnswer | undefined
  /** Maximum bytes of the answer's data. */
  readonly limit: number
  /** The JSON text of an introspection field. */
  readonly introspect: (nodes: readonly FieldNode[]) => string
  /** Makes the shape of the client's answer, which is not kept. */
  readonly openShape: () => ObjectShape
}

interface Run extends Written {
  readonly operation: FlatOperation
  readonly circumstances: Circumstances
  readonly answers: (DataView | undefined)[]
  /** Memory of answers and requests that nobody else refers to. */
  readonly loans: Loan[]
  losses: Losses | undefined
  report: ErrorReport | undefined
  /** The address of the root's record. */
  readonly root: number
  /** The end of each fetch that others wait for in other branches of the plan. */
  readonly ends: ReadonlyMap<number, PromiseWithResolvers<void>>
  /** Nothing is sent or read any more. */
  isOver: boolean
}

/**
 * Resolves to `undefined` if the exact path must answer. Rejects with `TOO_LARGE`. A failed call
 * costs the fields that it requested.
 */
export async function runFlat(operation: FlatOperation, circumstances: Circumstances): Promise<Answer | undefined> {
  const tapes = takeTapes()
  const { code, arenas, root: arena } = operation
  tapes.open(code, arenas)
  const root = tapes.add(arena, code.words[arenas.words + arena] as number)
  ;(tapes.arenas[arena] as Int32Array)[root] = 1
  const { plan, introspections, denials } = operation
  const { event } = circumstances
  const run: Run = {
    operation,
    circumstances,
    code,
    tapes,
    recordWords: arenas.words,
    root,
    answers: [],
    loans: [],
    losses: undefined,
    report: denials.length > 0 ? new ErrorReport() : undefined,
    denials,
    introspect: (number) => circumstances.introspect(introspections[number] ?? []),
    ends: operation.awaited.length > 0 ? endsOf(operation.awaited) : NO_ENDS,
    isOver: false,
  }
  try {
    if (event && plan.events && !readRoot(run, plan.events, event.body)) return undefined
    if (plan.steps) await carryOut(plan.steps, run)
    const answer = writeAnswer(run)
    // Everything is written. If the run ends anywhere else, others may still refer to the answers.
    for (const loan of run.loans) loan.free()
    return answer
  } catch (error) {
    if (error === SURPRISE) return undefined
    throw error
  } finally {
    run.isOver = true
    giveBack(tapes)
  }
}

type Ends = Run['ends']
const NO_ENDS: Ends = new Map()
const endsOf = (awaited: readonly number[]): Ends =>
  new Map(awaited.map((index) => [index, Promise.withResolvers<void>()]))

const flatFetch = ({ operation }: Run, { index }: Fetch): FlatFetch => operation.fetches[index] as FlatFetch

const BEGIN = Buffer.from('{"data":')
const END = Buffer.from('}')

function writeAnswer(run: Run): Answer {
  const { operation, circumstances, root, report } = run
  beginWriting(run, circumstances.limit + AROUND, true)
  writeBytes(BEGIN)
  const missing = writeObject(operation.answer, operation.root, root, -1)
  if (missing !== undefined) {
    rewindTo(BEGIN.length)
    if (missing === FAILED) report?.takeBackLost(0)
    writeNull()
  }
  writeBytes(END)
  const errors = report?.all ?? NONE
  // An event may wait for its client for any time, so its memory is not lent.
  if (circumstances.event) return { body: finishWriting(), errors }
  const loan = finishLent()
  return { body: loan.bytes, errors, loan }
}

const NONE: Answer['errors'] = []

function carryOut(step: Step, run: Run): Promise<unknown> {
  if (step.kind === 'fetch') return carryOutFetch(step, run)
  if (step.kind === 'parallel') return Promise.all(step.steps.map((each) => carryOut(each, run)))
  return step.steps.reduce<Promise<unknown>>((before, each) => before.then(() => carryOut(each, run)), DONE)
}

const DONE = Promise.resolve()

function carryOutFetch(fetch: Fetch, run: Run): Promise<unknown> {
  const { waitsFor } = flatFetch(run, fetch)
  const ask = (): Promise<unknown> => (fetch.node.requires ? fetchEntities : fetchRoot)(fetch, run)
  const answered =
    waitsFor.length === 0 ? ask() : Promise.all(waitsFor.map((index) => run.ends.get(index)?.promise)).then(ask)
  const end = run.ends.get(fetch.index)
  // If it fails, nobody waits any more: the run is over.
  if (end)
    answered.then(
      () => end.resolve(),
      () => undefined,
    )
  return answered
}

function fetchRoot(fetch: Fetch, run: Run): Promise<unknown> {
  if (run.isOver) return DONE
  const body = requestBody(fetch.node, run.circumstances.variables.values)
  return askFor(run, fetch, body, (answer) => readRoot(run, fetch, answer))
}

const END_OF_ENTITIES = Buffer.from(']}}')

function fetchEntities(fetch: Fetch, run: Run): Promise<unknown> {
  if (run.isOver) return DONE
  const one = flatFetch(run, fetch)
  const { variables } = run.circumstances
  try {
    // A large value shared by many entities would be written many times.
    beginWriting(run, run.circumstances.limit, false)
    writeText(entityHead(fetch.node, variables.values))
    const { spans: representations, asked: variants } = writeRepresentations(run.operation, one, run.tapes)
    if (variants.length === 0) return DONE
    writeBytes(END_OF_ENTITIES)
    const question = fetch.question && asked(fetch.question, fetch.node, variables.values)
    const loan = finishLent()
    const body = { bytes: loan.bytes, representations, question }
    return askFor(run, fetch, body, (answer) => readEntities(run, fetch, variants, answer), loan)
  } catch (error) {
    // Stops the fetches that run beside it, too.
    run.isOver = true
    return Promise.reject(error)
  }
}

/**
 * Asks a service and takes its answer, once:
 * - Usually the call itself reads the answer, with `read`.
 * - An answer from the cache, or of another request's call, is read when the call is over.
 * - Another answer than the one that was read (a retry's or a hedge's), one that does not fit, or
 *   one that comes when the run is over: the run gives up.
 * - A failed call costs its fields. Nothing is taken afterwards; if something was before, the run
 *   gives up.
 * @param bodyLoan of the request's memory, if it is lent
 */
function askFor(
  run: Run,
  fetch: Fetch,
  body: RequestBody,
  take: (answer: Buffer) => Taken,
  bodyLoan?: Loan,
): Promise<void> {
  let taken: Buffer | undefined
  let hasFailed = false
  const read = (answer: Buffer): Taken => {
    const how = !(run.isOver || taken || hasFailed) && take(answer)
    if (how) taken = answer
    return how
  }
  const { context, ask } = run.circumstances
  return ask(fetch.index, callOf(fetch, body, context, read)).then(
    (answer) => {
      // An answer from the cache, or of another request's call, was not read here yet.
      if (run.isOver || (taken !== answer.body && !read(answer.body))) giveUp(run)
      if (!answer.loan) return
      run.loans.push(answer.loan)
      // The call is over and was not shared, so its request will not be sent again.
      if (bodyLoan) run.loans.push(bodyLoan)
    },
    (error: unknown) => {
      // A hook refused an answer that the run has taken already.
      if (taken) giveUp(run)
      hasFailed = true
      lossesFor(run, fetch).fail(fetch.index, failureOf(callError(fetch.node.serviceName, error)))
      // The root's link points to a missing record, like those of entities.
      const { join } = flatFetch(run, fetch)
      if (join >= 0) (run.tapes.arenas[run.operation.root] as Int32Array)[run.root + join] = NOWHERE
    },
  )
}

/**
 * The losses of the run, for a fetch that failed to give something. Gives up if other answers are
 * joined with the fetch's objects.
 */
function lossesFor(run: Run, { index }: Fetch): Losses {
  const { operation, circumstances } = run
  if (run.isOver || operation.joints.some(({ needs }) => needs.includes(index))) giveUp(run)
  run.report ??= new ErrorReport()
  run.losses ??= new Losses(run.report, operation.plan, circumstances.openShape)
  return run.losses
}

/** An address that no answer's record has. */
const NOWHERE = 1

function giveUp(run: Run): never {
  run.isOver = true
  throw SURPRISE
}

function readRoot(run: Run, fetch: Fetch, answer: Buffer): Taken {
  const { code, tapes, operation, root } = run
  const { shape, join } = flatFetch(run, fetch)
  return reading(run, fetch, answer, 1, () => {
    const record = scanRoot(code, shape, answer, tapes)
    ;(tapes.arenas[operation.root] as Int32Array)[root + join] = record === 0 ? NOWHERE : record
  })
}

function readEntities(run: Run, fetch: Fetch, asked: Int32Array, answer: Buffer): Taken {
  const { shape } = flatFetch(run, fetch)
  return reading(run, fetch, answer, asked.length, () => scanEntities(run.code, shape, asked, answer, run.tapes))
}

/** @param count number of requested objects */
function reading(run: Run, fetch: Fetch, answer: Buffer, count: number, scan: () => void): Taken {
  try {
    scan()
    const errors = scannedErrors()
    if (errors?.dataAt !== 0) run.answers[fetch.index] = new DataView(answer.buffer, answer.byteOffset, answer.length)
    if (errors) {
      takeErrors(run, fetch, answer, errors, count)
      return 'partial'
    }
    for (const joint of run.operation.joints) if (isComplete(run, joint, fetch.index)) joinRecords(joint, run.tapes)
    return true
  } catch (error) {
    if (error !== SURPRISE) throw error
    run.isOver = true
    return false
  }
}

function takeErrors(run: Run, fetch: Fetch, answer: Buffer, { text, dataAt }: ScannedErrors, count: number): void {
  const { index, node } = fetch
  const losses = lossesFor(run, fetch)
  const faults = faultsOf(node.serviceName, errorsIn(text.toString(), answer))
  if (dataAt !== 0) losses.explain(index, answer, dataAt, faults)
  else if (node.requires) losses.failEntities(index, new Failure(faults), flatFetch(run, fetch).words, count)
  else losses.fail(index, new Failure(faults))
}

const isComplete = ({ answers }: Run, { needs }: Joint, index: number): boolean =>
  needs.includes(index) && needs.every((each) => answers[each] !== undefined)
