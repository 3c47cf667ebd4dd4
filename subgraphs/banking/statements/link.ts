/**
 * Links to downloads that need no token: the holder may fetch exactly that statement for a few
 * minutes. HMAC-SHA256 over everything the download depends on, with a derived key that signs
 * nothing but links.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { type FormatName, formats, isFormatName } from './formats.ts'

/** Milliseconds for which a link is valid. */
export const LINK_LIFETIME = 5 * 60_000

/** The path of downloads; the gateway forwards everything below it. */
export const DOWNLOADS_PATH = '/downloads/statements'

/** The download that a link permits. */
export interface DownloadGrant {
  readonly accountId: string
  readonly format: FormatName
  readonly from: Date
  /** The first instant after the period. */
  readonly to: Date
  readonly expiresAt: Date
  /** True if the file begins with a byte-order mark. */
  readonly byteOrderMark: boolean
}

export interface DownloadLinks {
  /** Path and query of a new link. */
  make(grant: DownloadGrant): string
  /** The download that the link permits; `undefined` if it is forged, changed or expired. */
  read(url: string, now?: Date): DownloadGrant | undefined
}

/** @param secret shared by all instances of the service */
export function downloadLinks(secret: string): DownloadLinks {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'statement downloads', 32))
  const digest = ({ accountId, format, from, to, expiresAt, byteOrderMark }: DownloadGrant): Buffer => {
    const said = [accountId, format, from.getTime(), to.getTime(), expiresAt.getTime()]
    // Signed only if present, so that instances of the previous version accept all other links.
    return createHmac('sha256', key)
      .update(JSON.stringify(byteOrderMark ? [...said, 'byteOrderMark'] : said))
      .digest()
  }

  return {
    make(grant) {
      const query = new URLSearchParams({
        format: grant.format,
        from: grant.from.toISOString(),
        to: grant.to.toISOString(),
        expires: grant.expiresAt.toISOString(),
        ...(grant.byteOrderMark ? { byteOrderMark: 'true' } : {}),
        signature: digest(grant).toString('base64url'),
      })
      return `${DOWNLOADS_PATH}/${encodeURIComponent(grant.accountId)}.${formats[grant.format].extension}?${query}`
    },
    read(url, now = new Date()) {
      const parsed = URL.parse(url, 'http://localhost')
      if (!parsed) return undefined
      const { pathname, searchParams } = parsed
      const [, accountId] = /^\/downloads\/statements\/([^/]+)\.[a-z]+$/.exec(pathname) ?? []
      const format = searchParams.get('format') ?? ''
      const [from, to, expiresAt] = ['from', 'to', 'expires'].map((name) => new Date(searchParams.get(name) ?? ''))
      if (accountId === undefined || !isFormatName(format) || !from || !to || !expiresAt) return undefined
      if ([from, to, expiresAt].some((date) => Number.isNaN(date.getTime()))) return undefined
      const byteOrderMark = searchParams.get('byteOrderMark') === 'true'
      const grant = { accountId, format, from, to, expiresAt, byteOrderMark }
      const given = Buffer.from(searchParams.get('signature') ?? '', 'base64url')
      const expected = digest(grant)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return expiresAt > now ? grant : undefined
    },
  }
}
