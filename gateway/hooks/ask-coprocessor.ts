/** Calls a coprocessor by HTTP, with the messages of Apollo Router's coprocessors (version 1). */
import { isDeepStrictEqual } from 'node:util'
import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { isRecord } from '../../platform/data/record.ts'
import type { Logger } from '../../platform/process/log.ts'
import { codedError, type ErrorCode } from '../../platform/protocol/errors.ts'
import { type Named, namesOf, TRACE_HEADER } from '../../platform/protocol/trace-context.ts'
import type { CoprocessorSettings, Stage } from '../config/sections/coprocessor.ts'
import { readAddress } from '../traffic/address.ts'
import { createHttpPool, type HttpPool } from '../traffic/client/pool.ts'

const LARGEST = 16 * 1024 * 1024 // bytes of an answer
const CONNECTIONS = 256

const answerSchema = z.object({
  version: z.literal(1).optional(),
  stage: z.string().optional(),
  id: z.string().optional(),
  control: z.union([z.literal('continue'), z.object({ break: z.number().int().min(100).max(599) })]).optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  context: z.object({ entries: z.record(z.string(), z.unknown()) }).optional(),
  body: z.unknown().optional(),
})
export type CoprocessorAnswer = z.output<typeof answerSchema>

/** The content of a stage's message. */
interface About extends Named {
  readonly context?: Map<string, unknown> | undefined
  readonly headers?: HeaderLists | undefined
  readonly body?: () => unknown
  readonly more?: Readonly<Record<string, unknown>>
}

/**
 * @param read extracts the used parts of an answer; if it throws, there is no answer Resolves to
 * `undefined` if there is no answer and requests pass without one.
 * @throws GraphQLError for what the coprocessor refuses
 */
type AskStage = <Read>(
  stage: Stage,
  about: About,
  read: (answer: CoprocessorAnswer) => Read,
) => Promise<Read | undefined>

type HeaderLists = Readonly<Record<string, string | readonly string[] | undefined>>

export function createAskStage(settings: CoprocessorSettings, log: Logger): { readonly ask: AskStage; close(): void } {
  const { onFailure, stages } = settings
  const { exchange, close } = openConnections(settings)
  const ask: AskStage = async (stage, about, read) => {
    const { requestId: id, context, headers, body, more } = about
    const told = new Set(stages[stage])
    const entries = told.has('context') ? plain(Object.fromEntries(context ?? [])) : {}
    const message = {
      version: 1,
      stage,
      control: 'continue',
      id,
      ...more,
      ...(told.has('headers') && headers && { headers: listed(headers) }),
      ...(told.has('context') && { context: { entries } }),
      ...(told.has('body') && body && { body: body() }),
    }
    try {
      const answer = answerSchema.parse(withoutNulls(await exchange(JSON.stringify(message), about)))
      if ((answer.stage ?? stage) !== stage || (answer.id ?? id) !== id) throw new Error('It answers another request.')
      const refusal = typeof answer.control === 'object' && refusalOf(answer.control.break, answer.body)
      const used = refusal ? undefined : read(answer)
      if (answer.context && context) change(context, entries, answer.context.entries)
      if (refusal) throw refusal
      return used
    } catch (error) {
      if (onFailure === 'refuse' || error instanceof GraphQLError) throw error
      log.error({ ...namesOf(about), err: error, stage }, 'the coprocessor failed and is passed over')
      return undefined
    }
  }
  return { ask, close }
}

type Entries = Readonly<Record<string, unknown>>

/** As JSON tells it. */
const plain = (entries: Entries): Entries => JSON.parse(JSON.stringify(entries)) as Entries

/**
 * Stages that run side by side share the context: each changes what it answers otherwise than it
 * was told, and no more.
 */
function change(context: Map<string, unknown>, told: Entries, answered: Entries): void {
  for (const key of Object.keys(told)) if (!Object.hasOwn(answered, key)) context.delete(key)
  for (const [key, value] of Object.entries(answered))
    if (!Object.hasOwn(told, key) || !isDeepStrictEqual(told[key], value)) context.set(key, value)
}

/**
 * Many languages write `null` for what is absent, and Apollo Router takes it so.
 * @param nullable the name of a member that may be null
 */
export const withoutNulls = (told: unknown, nullable?: string): unknown =>
  isRecord(told)
    ? Object.fromEntries(Object.entries(told).filter(([name, part]) => name === nullable || part !== null))
    : told

const listed = (headers: HeaderLists): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]])),
  )

/**
 * The gateway's own client, as for services: the one behind `fetch` takes several times the CPU,
 * and megabytes. Connections are kept; a message that finds none free waits for one. A message that
 * meets the end of a kept connection is sent again. It names its stage and id, so that the
 * coprocessor can recognize a duplicate.
 */
function openConnections({ url, timeout }: CoprocessorSettings) {
  const { origin, path, authorization } = readAddress(url, '/')
  let pool: HttpPool | undefined
  let inFlight = 0
  let isClosed = false
  const leave = (): void => {
    if (!isClosed || inFlight > 0) return
    pool?.destroy()
    pool = undefined
  }
  const fixed = ['content-type', 'application/json', 'accept', 'application/json']
  if (authorization !== undefined) fixed.push('authorization', authorization)
  return {
    async exchange(message: string, { traceparent }: Named): Promise<unknown> {
      const headers = traceparent === undefined ? fixed : [...fixed, TRACE_HEADER, traceparent]
      const deadline = performance.now() + timeout
      const request = { method: 'POST', path, headers, body: Buffer.from(message), deadline, mayRepeat: true } as const
      pool ??= createHttpPool(origin, CONNECTIONS, { most: LARGEST })
      inFlight += 1
      const { status, body } = await pool.send(request).answer.finally(() => {
        inFlight -= 1
        leave()
      })
      if (status < 200 || status > 299) throw new Error(`It answers ${status}.`)
      return JSON.parse(body.toString())
    },
    /** Requests that began before a new configuration ask until they end. */
    close(): void {
      isClosed = true
      leave()
    },
  }
}

/** Only codes of the closed list reach clients. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BAD_USER_INPUT'],
  [401, 'UNAUTHENTICATED'],
  [429, 'BUDGET_EXHAUSTED'],
  [503, 'SERVICE_UNAVAILABLE'],
])

const errors = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) })

/** The body of the `Router` stages is text, also that of a refusal. */
const refused = z.union([errors, z.string().transform((text) => errorsIn(text) ?? { errors: [{ message: text }] })])

function errorsIn(text: string): z.output<typeof errors> | undefined {
  try {
    return errors.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function refusalOf(status: number, body: unknown): GraphQLError {
  const { data } = refused.safeParse(body)
  const code = CODES.get(status) ?? (status >= 500 ? 'INTERNAL' : 'FORBIDDEN')
  return codedError(code, data?.errors[0]?.message ?? 'The coprocessor refused this.')
}
