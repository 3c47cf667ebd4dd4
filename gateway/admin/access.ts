/** Decides who may use the admin port. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { isLoopback } from '../../platform/http/message/loopback.ts'
import type { AdminSettings } from '../config/sections/admin.ts'

/**
 * @param who `all`: no token is needed
 * @param pages which web pages may use it: none, those that this port served, or all
 * @throws HttpError 401 or 403
 */
type Admit = (request: IncomingMessage, who: 'all' | 'operators', pages: 'none' | 'own' | 'all') => void

/**
 * Programs on this machine are operators; web pages in a browser on it are not. Refuses requests of
 * pages, and on loopback also host names that were pointed at this address (DNS rebinding).
 */
export function createAdmission({ host, token }: AdminSettings): Admit {
  const local = isLoopback(host)
  const expected = token === undefined ? undefined : digestOf(`Bearer ${token}`)
  return ({ headers }, who, pages) => {
    if (!admitsPage(headers, pages) || (local && !LOOPBACK.test(headers.host ?? '')))
      throw new HttpError(403, 'FORBIDDEN', 'This port is for operators, not for web pages.')
    if (who === 'all' || !expected) return
    const given = (headers.authorization ?? '').replace(/^bearer +/i, 'Bearer ')
    if (!timingSafeEqual(digestOf(given), expected))
      throw new HttpError(401, 'UNAUTHENTICATED', 'This needs the admin token: "Authorization: Bearer …".', {
        'www-authenticate': 'Bearer',
      })
  }
}

/** Browsers send the origin of a request; `none` means that the user typed the address. */
function admitsPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders, pages: 'none' | 'own' | 'all'): boolean {
  if (pages === 'all' || (origin === undefined && (site === undefined || site === 'none'))) return true
  return pages === 'own' && origin === undefined && site === 'same-origin'
}

/** Digests have equal lengths, so comparing them reveals nothing about the token. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
