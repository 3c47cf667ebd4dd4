/**
 * Runs a compiled operation over the bytes of its answers. It gives up at the first surprise; what
 * was asked until then is recorded for the exact path, which takes over.
 */
import type { FieldNode, GraphQLError } from 'graphql'
import type { CallContext, RequestBody, ServiceAnswer } from '../../traffic/call/send.ts'
import { type Answer, AROUND } from '../answer/answer.ts'
import { callError } from '../answer/failure.ts'
import type { Ask } from '../calls/ask.ts'
import { callOf } from '../calls/ask.ts'
import { asked, entityHead, requestBody } from '../calls/request-body.ts'
import type { BoundVariables } from '../plan/client-operation.ts'
import type { Fetch, Step } from '../plan/step.ts'
import type { FlatFetch, FlatOperation, Joint } from './compile.ts'
import { joinRecords } from './joints.ts'
import { SURPRISE } from './json.ts'
import { writeRepresentations } from './representations.ts'
import { scanEntities, scanRoot } from './scan.ts'
import { giveBack, takeTapes } from './tapes.ts'
import {
  beginWriting,
  errorsOfWriting,
  finishWriting,
  type Written,
  writeBytes,
  writeObject,
  writeText,
} from './write.ts'

interface Circumstances {
  readonly variables: BoundVariables
  readonly context: CallContext
  readonly ask: Ask
  /** Of a subscription: what its service sent. */
  readonly event: ServiceAnswer | undefined
  /** Bytes of the answer's data. */
  readonly limit: number
  /** The JSON text of a field that is about the schema alone. */
  readonly introspect: (nodes: readonly FieldNode[]) => string
}

interface Run extends Written {
  readonly operation: FlatOperation
  readonly circumstances: Circumstances
  readonly answers: (DataView | undefined)[]
  readonly failures: (GraphQLError | undefined)[]
  /** The address of the root's record. */
  readonly root: number
  /** Of the fetches that others wait for, in other branches of the plan. */
  readonly ends: ReadonlyMap<number, PromiseWithResolvers<void>>
  /** Nothing is sent or read any more. */
  isOver: boolean
}

/**
 * `undefined` where the exact path has to answer. Rejects with `TOO_LARGE`. A call that failed
 * costs the fields it asked for.
 */
export async function runFlat(operation: FlatOperation, circumstances: Circumstances): Promise<Answer | undefined> {
  const tapes = takeTapes()
  const { code, arenas, root: arena } = operation
  tapes.open(code, arenas)
  const root = tapes.add(arena, code.words[arenas.words + arena] as number)
  ;(tapes.arenas[arena] as Int32Array)[root] = 1
  const { plan, introspections } = operation
  const { event } = circumstances
  const run: Run = {
    operation,
    circumstances,
    code,
    tapes,
    recordWords: arenas.words,
    root,
    answers: [],
    failures: [],
    introspect: (number) => circumstances.introspect(introspections[number] ?? []),
    ends: operation.awaited.length > 0 ? endsOf(operation.awaited) : NO_ENDS,
    isOver: false,
  }
  try {
    if (event && plan.events && !readRoot(run, flatFetch(run, plan.events), event.body)) return undefined
    if (plan.steps) await carryOut(plan.steps, run)
    return writeAnswer(run)
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
  const { operation, circumstances, root } = run
  beginWriting(run, circumstances.limit + AROUND)
  writeBytes(BEGIN)
  writeObject(operation.answer, operation.root, root, -1)
  writeBytes(END)
  return { body: finishWriting(), errors: errorsOfWriting() }
}

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
  // Where it fails nobody waits any more: the run is over.
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
  return askFor(run, fetch, body, (answer) => readRoot(run, flatFetch(run, fetch), answer))
}

const END_OF_ENTITIES = Buffer.from(']}}')

function fetchEntities(fetch: Fetch, run: Run): Promise<unknown> {
  if (run.isOver) return DONE
  const one = flatFetch(run, fetch)
  const { variables } = run.circumstances
  try {
    // Entities that share what is large would make it many times as large.
    beginWriting(run, run.circumstances.limit)
    writeText(entityHead(fetch.node, variables.values))
    const { spans: representations, asked: variants } = writeRepresentations(run.operation, one, run.tapes)
    if (variants.length === 0) return DONE
    writeBytes(END_OF_ENTITIES)
    const question = fetch.question && asked(fetch.question, fetch.node, variables.values)
    const body = { bytes: finishWriting(), representations, question }
    return askFor(run, fetch, body, (answer) => readEntities(run, one, variants, answer))
  } catch (error) {
    // Those that run beside it have to hear of it, too.
    run.isOver = true
    return Promise.reject(error)
  }
}

function askFor(run: Run, fetch: Fetch, body: RequestBody, take: (answer: Buffer) => boolean): Promise<void> {
  let taken: Buffer | undefined
  let hasFailed = false
  const read = (answer: Buffer): boolean => {
    if (run.isOver || taken || hasFailed || !take(answer)) return false
    taken = answer
    return true
  }
  const { context, ask } = run.circumstances
  return ask(fetch.index, callOf(fetch, body, context, read)).then(
    (answer) => {
      // What came from a cache, or with another request's call, was read by nobody here.
      if (run.isOver || (taken !== answer.body && !read(answer.body))) giveUp(run)
    },
    (error: unknown) => {
      hasFailed = true
      fail(run, fetch, error)
    },
  )
}

/** An address at which no answer's record is. */
const NOWHERE = 1

function fail(run: Run, { index, node }: Fetch, error: unknown): void {
  const { joints, root: arena, fetches } = run.operation
  if (run.isOver || joints.some(({ needs }) => needs.includes(index))) giveUp(run)
  run.failures[index] = callError(node.serviceName, error)
  // The root points to what is not there, as entities do.
  const { join } = fetches[index] as FlatFetch
  if (join >= 0) (run.tapes.arenas[arena] as Int32Array)[run.root + join] = NOWHERE
}

function giveUp(run: Run): never {
  run.isOver = true
  throw SURPRISE
}

function readRoot(run: Run, { index, shape, join }: FlatFetch, answer: Buffer): boolean {
  const { code, tapes, operation, root } = run
  return reading(run, index, answer, () => {
    const record = scanRoot(code, shape, answer, tapes)
    ;(tapes.arenas[operation.root] as Int32Array)[root + join] = record
  })
}

function readEntities(run: Run, { index, shape }: FlatFetch, asked: Int32Array, answer: Buffer): boolean {
  return reading(run, index, answer, () => void scanEntities(run.code, shape, asked, answer, run.tapes))
}

function reading(run: Run, index: number, answer: Buffer, scan: () => void): boolean {
  try {
    scan()
    run.answers[index] = new DataView(answer.buffer, answer.byteOffset, answer.length)
    for (const joint of run.operation.joints) if (isComplete(run, joint, index)) joinRecords(joint, run.tapes)
    return true
  } catch (error) {
    if (error !== SURPRISE) throw error
    run.isOver = true
    return false
  }
}

const isComplete = ({ answers }: Run, { needs }: Joint, index: number): boolean =>
  needs.includes(index) && needs.every((each) => answers[each] !== undefined)
