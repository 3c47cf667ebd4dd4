/** A subscription at one instance of a service: a connection of its own, on which events come as server-sent events. Never reconnects by itself. */
import { StringDecoder } from 'node:string_decoder'
import { buildConnector, Client, type Dispatcher } from 'undici'
import { answerOf } from './answer.ts'
import { createEventReader } from './event-stream.ts'
import { CallFailure } from './failure.ts'
import type { Instance } from './instance.ts'
import type { ServiceAnswer } from './send.ts'

const MAX_EVENT = 4 * 1024 * 1024 // characters
const MAX_WAITING = 64 // events read ahead of a slow reader before the service is asked to wait

/** One for all: each of its own costs several kilobytes. */
const connect = buildConnector({ timeout: 2_000 }) // milliseconds

/**
 * Ends when the service says that it is complete.
 * Throws a `CallFailure`: `connection` where it ends before that, `cancelled` where `signal` is aborted.
 * @param headers names and values in turn
 */
export async function* openStream(
  instance: Instance,
  headers: string[],
  body: string,
  signal: AbortSignal,
): AsyncGenerator<ServiceAnswer, void, undefined> {
  const client = new Client(instance.origin, { connect, headersTimeout: 15_000, bodyTimeout: 0 })
  const inbox = createInbox()
  const abort = (): void => inbox.end(new CallFailure('cancelled', 'given up by the caller'))
  signal.addEventListener('abort', abort, { once: true })
  client.dispatch(
    { method: 'POST', path: instance.path, headers: [...headers, 'accept', 'text/event-stream'], body },
    inbox.handler(instance.url),
  )
  try {
    if (signal.aborted) abort()
    yield* inbox.answers()
  } finally {
    signal.removeEventListener('abort', abort)
    void client.destroy()
  }
}

/** What came and was not read yet. */
function createInbox() {
  const waiting: ServiceAnswer[] = []
  let controller: Dispatcher.DispatchController | undefined
  let ended: { readonly failure?: CallFailure } | undefined
  let wake: () => void = () => undefined

  const end = (failure?: CallFailure): void => {
    ended ??= failure ? { failure } : {}
    wake()
  }
  const push = (answer: ServiceAnswer): void => {
    waiting.push(answer)
    if (waiting.length > MAX_WAITING) controller?.pause()
    wake()
  }

  return {
    end,
    handler(url: string): Dispatcher.DispatchHandler {
      const decoder = new StringDecoder('utf8')
      let status = 0
      let isStream = false
      let whole = ''
      const read = createEventReader((name, data) => {
        if (name === 'next') push(answerOf(JSON.parse(data), status))
        else if (name === 'complete') end()
      }, MAX_EVENT)
      return {
        onRequestStart(started) {
          controller = started
        },
        onResponseStart(_controller, statusCode, headers) {
          status = statusCode
          isStream = headers['content-type']?.toString().startsWith('text/event-stream') ?? false
        },
        onResponseData(_controller, chunk) {
          const piece = decoder.write(chunk)
          try {
            if (isStream) read(piece)
            else whole += piece
            if (whole.length > MAX_EVENT) throw new RangeError('the answer is too large')
          } catch (error) {
            end(new CallFailure('answer', `${url}: ${String(error)}`, { cause: error }))
          }
        },
        onResponseEnd() {
          if (isStream) return end(new CallFailure('connection', `${url} ended the stream before it was complete`))
          try {
            push(answerOf(JSON.parse(whole), status))
            end()
          } catch {
            end(new CallFailure('answer', `${url}: status ${status} without a GraphQL answer`))
          }
        },
        onResponseError(_controller, error) {
          end(new CallFailure('connection', `${url}: ${error.message}`, { cause: error }))
        },
      }
    },
    async *answers(): AsyncGenerator<ServiceAnswer, void, undefined> {
      for (;;) {
        const next = waiting.shift()
        if (next) {
          if (waiting.length === 0) controller?.resume()
          yield next
        } else if (ended?.failure) throw ended.failure
        else if (ended) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
