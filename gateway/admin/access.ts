/** Who may use the admin port, and who may not. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { isLoopback } from '../../platform/http/message/loopback.ts'
import type { AdminSettings } from '../config/sections/admin.ts'

/** @throws HttpError 401 or 403 */
export type Admit = (request: IncomingMessage, route: Route) => void

interface Route {
  /** Needs no token. */
  readonly isOpen: boolean
  /** Also for pages that this port itself served. */
  readonly isOfPages: boolean
}

/**
 * Programs on this machine are operators; web pages in a browser on it are not. Refuses requests of
 * pages, and on loopback also host names that were pointed at this address (DNS rebinding).
 */
export function createAdmission({ host, token }: AdminSettings): Admit {
  const local = isLoopback(host)
  const expected = token === undefined ? undefined : digestOf(`Bearer ${token}`)
  return ({ headers }, { isOpen, isOfPages }) => {
    const site = headers['sec-fetch-site']
    const isOwn = isOfPages && headers.origin === undefined && site === 'same-origin'
    const isPage = !isOwn && (headers.origin !== undefined || (site !== undefined && site !== 'none'))
    if (isPage || (local && !LOOPBACK.test(headers.host ?? '')))
      throw new HttpError(403, 'FORBIDDEN', 'This port is for operators, not for web pages.')
    if (isOpen || !expected) return
    if (!timingSafeEqual(digestOf(headers.authorization ?? ''), expected))
      throw new HttpError(401, 'UNAUTHENTICATED', 'This needs the admin token: "Authorization: Bearer …".', {
        'www-authenticate': 'Bearer',
      })
  }
}

/** Digests have one length, so comparing them tells nothing about the token. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
