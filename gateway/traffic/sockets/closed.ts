/** The failure of a WebSocket that a service closed or refused to open. */
import { CallFailure, type FailureKind } from '../call/failure.ts'

/** Makes a failure for each stream, because each is counted and logged. */
export type FailureOf = () => CallFailure

interface Meaning {
  readonly kind: FailureKind
  /** The credentials were refused. */
  readonly code?: 'UNAUTHENTICATED' | 'FORBIDDEN'
}

/** Codes of the protocol and of RFC 6455 (section 7.4). Any other is a broken connection. */
const byCode: Readonly<Record<number, Meaning>> = {
  1002: { kind: 'answer' }, // protocol error
  1003: { kind: 'answer' }, // unsupported data
  1007: { kind: 'answer' }, // invalid data
  1008: { kind: 'refused' }, // policy violation
  1009: { kind: 'size' }, // message too big
  4400: { kind: 'answer' }, // bad request
  4401: { kind: 'refused', code: 'UNAUTHENTICATED' },
  4403: { kind: 'refused', code: 'FORBIDDEN' },
  4406: { kind: 'answer' }, // subprotocol not acceptable
  4408: { kind: 'timeout' }, // connection initialisation timeout
  4504: { kind: 'timeout' }, // connection acknowledgement timeout
}

/** @param judgesCaller the credentials were the caller's, or would have been */
export function closedBy(url: string, code: number, reason: string, judgesCaller: boolean): FailureOf {
  const said = reason === '' ? '' : `: ${reason}`
  return failure(
    `${url} closed the WebSocket with ${code}${said}`,
    byCode[code] ?? { kind: 'connection' },
    judgesCaller,
  )
}

/** The failure of an upgrade request with an answer other than 101. */
export function notOpened(url: string, status: number, judgesCaller: boolean): FailureOf {
  const kind = status >= 500 || status === 429 ? 'connection' : status >= 400 ? 'refused' : 'answer'
  const code = status === 401 ? 'UNAUTHENTICATED' : status === 403 ? 'FORBIDDEN' : undefined
  return failure(`${url} opened no WebSocket: status ${status}`, { kind, ...(code && { code }) }, judgesCaller)
}

const failure =
  (message: string, { kind, code }: Meaning, judgesCaller: boolean): FailureOf =>
  () =>
    new CallFailure(kind, message, code && judgesCaller ? { code } : {})
