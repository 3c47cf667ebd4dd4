/** Takes requests of other instances, while this one writes: they join its own group commit. */
import type { IncomingMessage } from 'node:http'
import { readBody } from '../../../platform/http/message/body.ts'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import type { Logger } from '../../../platform/process/log.ts'
import { SIGNATURE_HEADER, verifySignature } from '../../../platform/protocol/signature.ts'
import type { Standing } from '../election/standing.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerRequest } from '../ledger/request.ts'
import { decodeMessage, encode, FORWARD_PATH, MOST_BYTES, signingSecret, toWire, type WireOutcome } from './wire.ts'

interface ReceiverOptions {
  readonly standing: () => Standing
  readonly ledger: Pick<Ledger, 'submit'>
  /** The gateway's. */
  readonly secret: string
  readonly dialect: string
  readonly log: Logger
}

/**
 * The JSON of the answer; undefined at any other path.
 * @throws HttpError 403 for a message that is not signed for this lease, 409 for one of another
 * version: nothing was done
 */
export type Receive = (request: IncomingMessage, path: string) => Promise<string> | undefined

export function createReceiver({ standing, ledger, secret, dialect, log }: ReceiverOptions): Receive {
  const settle = async (request: LedgerRequest): Promise<WireOutcome> => {
    try {
      return { answer: await ledger.submit(request) }
    } catch (error) {
      const outcome = toWire(error)
      if ('refused' in outcome && outcome.refused === null) log.error({ err: error }, 'a forwarded request failed')
      return outcome
    }
  }
  const receive = async (request: IncomingMessage): Promise<string> => {
    const body = await readBody(request, MOST_BYTES)
    const own = standing()
    const parts = { authorization: undefined, perspective: undefined, requestId: undefined }
    const signed = { method: 'POST', path: FORWARD_PATH, body, ...parts }
    const signature = request.headers[SIGNATURE_HEADER]?.toString()
    // A key belongs to one lease: what was meant for another holder does not fit either.
    if (own.role !== 'writer' || !verifySignature(signingSecret(secret, own.key), signed, signature))
      throw new HttpError(403, 'FORBIDDEN', 'Only instances of this bank may ask, and only its writer.')
    const message = decodeMessage(body.toString('utf8'))
    if (message.dialect !== dialect)
      throw new HttpError(409, 'BAD_USER_INPUT', 'The instances are of versions that do not understand each other.')
    return encode(await Promise.all(message.requests.map(settle)))
  }
  return (request, path) => (path === FORWARD_PATH && request.method === 'POST' ? receive(request) : undefined)
}
