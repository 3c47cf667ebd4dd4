/** One request to one instance, bounded in time and size. Never retries, and reads nothing into the answer. */
import type { Dispatcher } from 'undici'
import { CallFailure } from './failure.ts'
import type { Instance } from './instance.ts'

/** An HTTP answer as it came. */
export interface RawReply {
  readonly status: number
  readonly cacheControl: string | undefined
  /** Seconds. */
  readonly age: number
  readonly vary: string
  /** From `cache-tag`, as content delivery networks know it. */
  readonly tags: readonly string[]
  readonly body: Buffer
}

export interface Attempt {
  /** Rejects with a `CallFailure`. */
  readonly reply: Promise<RawReply>
  /** Gives up; does nothing once the reply has settled. */
  cancel(failure: CallFailure): void
}

const MAX_ANSWER = 16 * 1024 * 1024 // bytes

/**
 * @param headers names and values in turn
 * @param timeout milliseconds until the whole answer is in
 */
export function attempt(instance: Instance, headers: string[], body: string, timeout: number): Attempt {
  let controller: Dispatcher.DispatchController | undefined
  let cancel: (failure: CallFailure) => void = () => undefined
  const reply = new Promise<RawReply>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let head: Omit<RawReply, 'body'> | undefined
    const settle = (failure?: CallFailure): void => {
      clearTimeout(timer)
      cancel = () => undefined
      if (failure) reject(failure)
    }
    cancel = (failure) => {
      settle(failure)
      controller?.abort(failure)
    }
    const timer = setTimeout(
      () => cancel(new CallFailure('timeout', `${instance.url} gave no answer within ${timeout} ms`)),
      timeout,
    )
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
      },
      onResponseStart(_controller, status, received) {
        const cacheControl = received['cache-control']?.toString()
        const tags = received['cache-tag']?.toString().split(/\s*,\s*/) ?? []
        const vary = received['vary']?.toString() ?? ''
        head = { status, cacheControl, age: Number(received['age'] ?? 0) || 0, vary, tags }
        if (Number(received['content-length'] ?? 0) > MAX_ANSWER) cancel(tooLarge(instance))
      },
      onResponseData(_controller, chunk) {
        size += chunk.length
        if (size > MAX_ANSWER) cancel(tooLarge(instance))
        else chunks.push(chunk)
      },
      onResponseEnd() {
        settle()
        if (head) resolve({ ...head, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size) })
      },
      onResponseError(_controller, error) {
        settle(new CallFailure('connection', `${instance.url}: ${error.message}`, { cause: error }))
      },
    }
    instance.pool.dispatch({ method: 'POST', path: instance.path, headers, body }, handler)
  })
  return {
    reply,
    cancel: (failure) => cancel(failure),
  }
}

const tooLarge = ({ url }: Instance): CallFailure =>
  new CallFailure('answer', `${url} answered with over ${MAX_ANSWER} bytes`)
