/**
 * Performs a query or mutation that a client sends: the entry for the link of Apollo Client and the
 * exchange of urql.
 */
import { type DocumentNode, print } from 'graphql'
import { isCarriedOut, isTransient, isWorthAnother } from './answer.ts'
import type { Core } from './core.ts'
import { randomId } from './digest.ts'
import { drive, type Observer, type Request } from './drive.ts'
import { CarriedOutError } from './errors.ts'
import { whileInFlight } from './in-flight.ts'
import type { Intent } from './intents.ts'
import { operationOf, type Variables, withKeys } from './keys.ts'
import type { Pending } from './outbox.ts'
import { keyedRequest, settle } from './settle.ts'

export interface Job<Result> extends Pick<Request<Result>, 'send' | 'answerOf' | 'failureOf'> {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Variables
  readonly intent: Intent | undefined
}

/** Returns a function that stops it; a mutation with a key is then retried later. */
export function perform<Result>(core: Core, job: Job<Result>, observer: Observer<Result>): () => void {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    const { request, pending } = await requestOf(core, job, abort.signal)
    const driven = (): Promise<void> => drive(core, request, observer, abort.signal)
    await (pending ? whileInFlight(pending.id, driven) : driven())
    // If unanswered, it is retried in the background from now on.
    if (pending) core.resume()
  }
  run().catch((error) => {
    if (!abort.signal.aborted) observer.error(error)
  })
  return () => abort.abort()
}

interface Prepared<Result> {
  readonly request: Request<Result>
  /** Present for a mutation with a key. */
  readonly pending?: Pending
}

async function requestOf<Result>(core: Core, job: Job<Result>, signal: AbortSignal): Promise<Prepared<Result>> {
  const operation = operationOf(job.document, job.operationName)
  if (operation?.operation !== 'mutation')
    return { request: { ...job, isRepeatable: true, isWorthAnother, isTransient } }
  const intent = job.intent ? await job.intent.id : randomId()
  const keyed = withKeys(operation, job.variables, intent)
  if (!keyed) return { request: { ...job, isRepeatable: false, isWorthAnother: never, isTransient: never } }
  if (job.intent) await clearTheWay(core, intent, keyed.digest, signal)
  const pending: Pending = {
    id: randomId(),
    owner: await core.owner(),
    intent,
    hasIntent: job.intent !== undefined,
    digest: keyed.digest,
    query: print(job.document),
    operationName: job.operationName,
    variables: keyed.variables,
    startedAt: Date.now(),
  }
  // Stored before it is sent, so that it is never forgotten.
  await core.outbox.put(pending)
  return { request: keyedRequest(core, pending, job, false), pending }
}

const never = (): boolean => false

/** An intent is carried out once: an earlier request with another input is settled first. */
async function clearTheWay(core: Core, intent: string, digest: string, signal: AbortSignal): Promise<void> {
  const done = await core.intents.carriedOut(intent)
  if (done !== undefined && done !== digest) throw new CarriedOutError()
  for (const pending of await core.outbox.of(await core.owner())) {
    if (pending.intent !== intent || pending.digest === digest) continue
    const answer = await settle(core, pending, signal)
    if (isCarriedOut(answer)) throw new CarriedOutError(answer)
  }
}
