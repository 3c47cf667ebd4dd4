/**
 * Answers errors without a known application: with a page for browsers, and with JSON as in OAuth
 * (RFC 6749, section 5.2) for programs.
 */
import { failurePage, pageHeaders } from './pages.ts'

interface Refusal {
  readonly headers: Record<string, string>
  readonly body: string
}

export function refusal(accept: string | undefined, why: string): Refusal {
  if (accept?.includes('text/html')) return { headers: pageHeaders, body: failurePage(why) }
  return {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify({ error: 'invalid_request', error_description: why }),
  }
}
