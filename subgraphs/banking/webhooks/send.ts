/**
 * Sends one webhook over HTTP: with a timeout, without redirects, and with a small limit on the
 * response.
 */
import { Agent, request } from 'undici' // MIT; lets the addresses be checked at the moment of connecting, which `fetch` does not
import { ADDRESS_REFUSED, faultOfUrl, publicLookup } from './address.ts'

/** The outcome of an attempt: `status` is null where there was no response. */
interface Attempt {
  readonly delivered: boolean
  readonly status: number | null
  /** A short reason for the endpoint's owner; null where it was delivered. */
  readonly error: string | null
}

export interface WebhookSender {
  /** Never rejects. */
  send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt>
  close(): Promise<void>
}

const MAX_ANSWER = 16_384 // bytes, read and thrown away

interface SenderOptions {
  readonly allowPrivate: boolean
  /** Milliseconds for a whole attempt. */
  readonly timeout?: number
}

export function webhookSender({ allowPrivate, timeout = 10_000 }: SenderOptions): WebhookSender {
  const agent = new Agent({
    connect: { timeout, ...(allowPrivate ? {} : { lookup: publicLookup }) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    // No limit on connections to a host: customers share hosts, and the slots of `deliver.ts` limit
    // each customer.
  })
  return {
    async send(url, headers, body) {
      // An IP address in the URL is never looked up, so the check at connecting would not see it.
      if (faultOfUrl(url, allowPrivate) !== undefined) return failed('address refused')
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'Tributary-Webhooks/1', ...headers },
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(timeout),
        })
        const status = response.statusCode
        await response.body.dump({ limit: MAX_ANSWER }).catch(() => {})
        return status >= 200 && status < 300
          ? { delivered: true, status, error: null }
          : { delivered: false, status, error: `status ${status}` }
      } catch (error) {
        return failed(wordsFor(error))
      }
    },
    close: () => agent.close(),
  }
}

const failed = (error: string): Attempt => ({ delivered: false, status: null, error })

function wordsFor(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string }
  if (name === 'TimeoutError' || /TIMEOUT/.test(code ?? '')) return 'timeout'
  if (code === ADDRESS_REFUSED) return 'address refused'
  return /CERT|TLS|SSL|SELF_SIGNED/.test(code ?? '') ? 'certificate refused' : 'connection failed'
}
