/**
 * An innocent caller: asks the same small question again and again, from a thread of its own, and
 * knows how long it waited.
 */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

export interface Innocent {
  /**
   * The longest wait for an answer since this was asked last, in milliseconds, and the answers that
   * were errors.
   */
  look(): Promise<Wait>
  stop(): Promise<void>
}

interface Wait {
  readonly longest: number
  readonly asked: number
  readonly failed: number
}

interface Question {
  readonly url: string
  readonly query: string
  readonly authorization: string
  readonly asksAnew: boolean
  /** Milliseconds between an answer and the next question. */
  readonly pause: number
}

const SMALL = '{ me { name } }'

/**
 * @param url base address of the gateway
 * @param authorization of the caller
 * @param pause milliseconds between an answer and the next question
 * @param asksAnew each query is a new document
 */
export function startInnocent(
  url: string,
  authorization: string,
  pause: number,
  query: string = SMALL,
  asksAnew: boolean = false,
): Innocent {
  const workerData: Question = { url, query, authorization, asksAnew, pause }
  const worker = new Worker(new URL(import.meta.url), { workerData })
  return {
    look: () =>
      new Promise((resolve, reject) => {
        worker.once('error', reject)
        worker.once('message', (wait: Wait) => {
          worker.off('error', reject)
          resolve(wait)
        })
        worker.postMessage('look')
      }),
    async stop() {
      await worker.terminate()
    },
  }
}

async function askForEver({ url, query, authorization, asksAnew, pause }: Question): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const run = randomUUID()
  let count = 0
  const next = (): string => JSON.stringify({ query: asksAnew ? `${query} # ${run} ${count++}` : query })
  let asked = 0
  let failed = 0
  let longest = 0
  /** When the question that has no answer yet was asked. */
  let waitingSince: number | undefined
  parentPort?.on('message', () => {
    const waiting = waitingSince === undefined ? 0 : performance.now() - waitingSince
    parentPort?.postMessage({ longest: Math.max(longest, waiting), asked, failed } satisfies Wait)
    asked = failed = longest = 0
  })
  for (;;) {
    waitingSince = performance.now()
    const isFine = await askOnce(`${url}/graphql`, agent, authorization, next())
    longest = Math.max(longest, performance.now() - waitingSince)
    waitingSince = undefined
    asked += 1
    if (!isFine) failed += 1
    await sleep(pause)
  }
}

function askOnce(url: string, agent: Agent, authorization: string, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization }
    const asking = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.once('end', () => resolve(response.statusCode === 200 && !text.includes('"errors"')))
      response.once('error', () => resolve(false))
    })
    asking.once('error', () => resolve(false))
    asking.end(body)
  })
}

if (!isMainThread) await askForEver(workerData as Question)
