/**
 * PostgreSQL URLs of one host or several, in libpq's form:
 * `postgresql://user:password@one:5432,two:5433/name?target_session_attrs=read-write`.
 */
import { z } from 'zod'

const PARTS = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#]*)(.*)$/s
const single = z.url({ protocol: /^postgres(ql)?$/ })

/**
 * What a session may ask of its server. Whoever writes needs the primary, so both mean the same.
 */
const WRITING = ['read-write', 'primary']
/** Whoever reads needs any of them. */
const READING = ['any', 'standby', 'prefer-standby', 'read-only']

/**
 * One URL for each host, in order, without `target_session_attrs`, which is this product's to meet.
 */
export function hostUrls(url: string): readonly string[] {
  const [, scheme, user = '', hosts, rest] = PARTS.exec(url) ?? []
  if (hosts === undefined) return [url]
  return hosts.split(',').map((host) => withoutTarget(`${scheme}${user}${host}${rest}`))
}

/** The name of the database. */
export const databaseOf = (url: string): string =>
  decodeURIComponent(/^\/([^?#]+)/.exec(PARTS.exec(url)?.[4] ?? '')?.[1] ?? '')

/** The URL of another database of the same server. */
export function besideDatabase(url: string, name: string): string {
  const [, scheme = '', user = '', hosts = '', rest = ''] = PARTS.exec(url) ?? []
  return `${scheme}${user}${hosts}/${encodeURIComponent(name)}${rest.replace(/^\/[^?#]*/, '')}`
}

/** `host:port` of each, for people. */
export const hostNames = (url: string): string =>
  hostUrls(url)
    .map((each) => new URL(each).host)
    .join(',')

/** @param reads for a database that is only read from */
export function isPostgresUrl(url: string, reads = false): boolean {
  const [, , , hosts, rest = ''] = PARTS.exec(url) ?? []
  if (hosts === undefined || hosts.split(',').includes('', hosts === '' ? 1 : 0)) return false
  const target = new URLSearchParams(/\?([^#]*)/.exec(rest)?.[1]).get(TARGET)
  const isMet = target === null || WRITING.includes(target) || (reads && READING.includes(target))
  return isMet && hostUrls(url).every((each) => single.safeParse(each).success)
}

const TARGET = 'target_session_attrs'

function withoutTarget(url: string): string {
  if (!url.includes(TARGET) || !URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.searchParams.delete(TARGET)
  return parsed.href
}
