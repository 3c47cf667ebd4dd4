/**
 * Sends the entity calls that one client request makes to a service at the same time as one
 * request. Each call gets its own part of the answer, and fails if the request fails. A call that
 * only errors of others left without data is sent again alone.
 */
import { openAnswer } from '../call/answer.ts'
import type { CallContext } from '../call/send.ts'
import type { Reply, Step, Work } from '../call/step.ts'
import type { CallTrace } from '../call/trace.ts'
import { answersOf, splitAnswer } from './answer.ts'
import { gatheredBody, type Part } from './body.ts'

interface Waiting extends Part {
  readonly work: Work
  readonly resolve: (reply: Promise<Reply>) => void
}

/** Large requests gain nothing, and services bound the size of requests. */
const MOST_BYTES = 64 * 1024

export function gathered(next: Step): Step {
  const waiting = new Map<CallContext, Waiting[]>()
  return (work) => {
    const { body, context } = work.call
    const { question } = body
    if (!question) return next(work)
    return new Promise((resolve) => {
      const one = { work, body, question, resolve }
      const others = waiting.get(context)
      if (others) return void others.push(one)
      const all = [one]
      waiting.set(context, all)
      // The engine makes all calls of a step before anything else happens.
      process.nextTick(() => {
        waiting.delete(context)
        const bytes = all.reduce((sum, each) => sum + each.body.bytes.length, 0)
        if (all.length > 1 && bytes <= MOST_BYTES) askTogether(all, work, next)
        else for (const each of all) each.resolve(next(each.work))
      })
    })
  }
}

function askTogether(all: readonly Waiting[], first: Work, next: Step): void {
  let taken: { readonly body: Buffer; readonly parts: readonly Buffer[] } | undefined
  const read = (body: Buffer): boolean => {
    const parts = splitAnswer(body, all.length)
    if (!parts || all.some(({ work }, index) => work.call.read?.(parts[index] as Buffer) !== true)) return false
    taken = { body, parts }
    return true
  }
  const trace = first.call.trace && traceOfAll(all)
  const call = { ...first.call, body: gatheredBody(all), read: first.call.read && read, trace }
  const shared = next({ ...first, call }).then((reply) => {
    const { answer } = reply
    const answers =
      taken?.body === answer.body ? taken.parts.map((part) => openAnswer(part)) : answersOf(answer, all.length)
    return { reply, answers }
  })
  for (const [index, { resolve, work }] of all.entries())
    resolve(
      shared.then(({ reply, answers }) => {
        const answer = answers[index]
        if (!answer) return next(work)
        work.call.trace?.received(answer.body.length)
        return { ...reply, answer }
      }),
    )
}

/** Each call sent its own part of the request, and gets its own part of the answer. */
function traceOfAll(all: readonly Waiting[]): CallTrace {
  const traces = all.flatMap(({ work: { call }, body }) => (call.trace ? { trace: call.trace, body } : []))
  return {
    foundEntities: () => undefined,
    answeredBy: () => undefined,
    tries(instance, isHedge) {
      const tries = traces.map(({ trace, body }) => trace.tries(instance, isHedge, body.bytes.length))
      return {
        answered() {
          for (const each of tries) each.answered()
        },
        failed(error) {
          for (const each of tries) each.failed(error)
        },
      }
    },
    received: () => undefined,
  }
}
