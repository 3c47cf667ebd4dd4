/**
 * The WebSockets to one instance. Streams share a socket only if their upgrade requests would be
 * equal and, for a stateful service, if they have the same caller. A socket ends with its last
 * stream, even if the instance gets no new calls any more.
 */
import { REQUEST_ID_HEADER, SIGNATURE_HEADER } from '../../../platform/protocol/signature.ts'
import { TRACE_HEADER } from '../../../platform/protocol/trace-context.ts'
import { createKeepAlive } from '../../../platform/websocket/keep-alive.ts'
import type { Stream } from '../call/inbox.ts'
import { openServiceSocket, type ServiceSocket, type Upgrade } from './service-socket.ts'

export interface ServiceSockets {
  /** @param sharer streams with different sharers share no socket */
  subscribe(upgrade: Upgrade, sharer: string, body: Buffer, signal: AbortSignal): Stream
}

/** Headers that differ for each request and do not identify the caller. */
const OF_REQUEST: ReadonlySet<string> = new Set([REQUEST_ID_HEADER, TRACE_HEADER, SIGNATURE_HEADER])

export function createServiceSockets(): ServiceSockets {
  const byIdentity = new Map<string, Set<ServiceSocket>>()
  const keepAlive = createKeepAlive()
  const open = (upgrade: Upgrade, identity: string): ServiceSocket => {
    const sockets = byIdentity.get(identity) ?? new Set()
    byIdentity.set(identity, sockets)
    const socket = openServiceSocket(upgrade, {
      keepAlive,
      onEnd() {
        sockets.delete(socket)
        if (sockets.size === 0 && byIdentity.get(identity) === sockets) byIdentity.delete(identity)
      },
    })
    sockets.add(socket)
    return socket
  }
  return {
    subscribe(upgrade, sharer, body, signal) {
      const identity = JSON.stringify([sharer, upgrade.judgesCaller, identityOf(upgrade.headers)])
      const found = [...(byIdentity.get(identity) ?? [])].find((socket) => socket.takesMore())
      return (found ?? open(upgrade, identity)).subscribe(body, signal)
    },
  }
}

const identityOf = (headers: readonly string[]): readonly string[] =>
  headers.filter((_, index) => !OF_REQUEST.has(headers[index - (index % 2)] ?? ''))
