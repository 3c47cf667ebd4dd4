/** Asks instances how they are, in the gateway's own name. Ours are asked all the time, so that one that came back is used at once. */
import { CallFailure } from './failure.ts'
import type { Instance } from './instance.ts'

const INTERVAL = 1_000 // milliseconds
const TIMEOUT = 2_000 // milliseconds
const FROZEN = 2 // questions in a row without an answer

type Finding = 'well' | 'unwell' | 'silent'

/** Starts asking instances of ours; the result stops it. */
export function probeHealth(instances: readonly Instance[]): () => void {
  const stopping = new AbortController()
  const round = (): void => {
    for (const instance of instances) void probe(instance, stopping.signal)
  }
  round()
  const timer = setInterval(round, INTERVAL).unref()
  return () => {
    clearInterval(timer)
    stopping.abort()
  }
}

async function probe(instance: Instance, stopping: AbortSignal): Promise<void> {
  const { answers } = instance
  const finding = await findOut(instance)
  if (stopping.aborted) return
  if (finding === 'well') instance.breaker.succeeded()
  // Whoever answers calls meanwhile is busy, not gone.
  else if (finding === 'unwell' || instance.answers === answers) instance.breaker.trip(performance.now())
  instance.silences = finding === 'silent' && instance.answers === answers ? instance.silences + 1 : 0
  if (instance.silences < FROZEN) return
  instance.pid = undefined
  instance.http.failAll(new CallFailure('timeout', 'it does not answer anything'))
}

/** Whether the instance answers a question that no caller has a part in. */
export const isWell = async (instance: Instance): Promise<boolean> => (await findOut(instance)) === 'well'

async function findOut(instance: Instance): Promise<Finding> {
  try {
    const deadline = performance.now() + TIMEOUT
    const question = instance.question()
    const { status, text } = await instance.health.send({ ...question, deadline }).answer
    if (question.method === 'POST') return status < 500 || speaksGraphQL(text) ? 'well' : 'unwell'
    const { pid } = JSON.parse(text) as { pid?: unknown }
    instance.pid = typeof pid === 'number' ? pid : undefined
    return status === 200 ? 'well' : 'unwell'
  } catch (error) {
    return error instanceof CallFailure ? 'silent' : 'unwell'
  }
}

const speaksGraphQL = (text: string): boolean => /^\s*\{\s*"(?:data|errors)"/.test(text)
