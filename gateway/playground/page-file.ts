/** Sends a page to browsers, with what keeps other pages and hosts away from it. */
import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isKnownTag } from '../../platform/http/message/etag.ts'

interface PageOptions {
  readonly html: string
  /** False for a page that says how to build the real one. */
  readonly isBuilt: boolean
  /** Directives of its Content-Security-Policy, besides those of all pages. */
  readonly policy: readonly string[]
  /** Other origins that its scripts ask. */
  readonly asks?: readonly string[] | undefined
}

/** Answers the requests for a page; resolves to false, with nothing written, for any other. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** For GET and HEAD of its path. */
type SendPage = (request: IncomingMessage, response: ServerResponse) => void

/** Scripts of this origin only. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

export function pageFile({ html, isBuilt, policy, asks = [] }: PageOptions): SendPage {
  const etag = `"${hash('sha256', html, 'base64url')}"`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [...POLICY, ["connect-src 'self'", ...asks].join(' '), ...policy].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    vary: 'accept',
    etag,
  }
  return (request, response) => {
    const fresh = isKnownTag(request.headers['if-none-match'], etag)
    response.writeHead(fresh ? 304 : isBuilt ? 200 : 503, headers)
    response.end(fresh || request.method === 'HEAD' ? undefined : html)
  }
}

/**
 * Fills the data block of a page, which has this id. Escapes `<`, so that no text can end the block
 * and begin a script.
 */
export function embed(page: string, id: string, settings: unknown): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c')
  return page.replace(`id="${id}">`, (tag) => tag + json)
}

export const notBuilt = (title: string): string =>
  `<!doctype html><title>${title}</title><p>This page is not built: run <code>npm install</code>.`
