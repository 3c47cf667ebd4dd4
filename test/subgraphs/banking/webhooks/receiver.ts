/**
 * A customer's webhook receiver on loopback: records all webhooks, and answers as the test says.
 */
import { readBody } from '../../../../platform/http/message/body.ts'
import { listen } from '../../../../platform/http/server/listen.ts'

interface Received {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** The status of every further answer; `none` never answers. */
  answer: number | 'none'
  /** Resolves once so many have arrived. */
  has(count: number): Promise<void>
  close(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const waiting: { count: number; resolve: () => void }[] = []
  const receiver: Receiver = {
    url: '',
    received: [],
    answer: 204,
    async has(count) {
      if (receiver.received.length >= count) return
      await new Promise<void>((resolve) => waiting.push({ count, resolve }))
    },
    close: () => listener.drain(0),
  }
  const listener = await listen(
    async (request, response) => {
      const body = (await readBody(request, 100_000)).toString('utf8')
      receiver.received.push({ headers: request.headers as Record<string, string>, body })
      if (receiver.answer !== 'none') {
        // A redirect leads back here, so following it would count twice.
        response.writeHead(receiver.answer, receiver.answer === 307 ? { location: '/elsewhere' } : {}).end()
      }
      for (const { count, resolve } of waiting) if (receiver.received.length >= count) resolve()
    },
    { host: '127.0.0.1', port: 0 },
  )
  return Object.assign(receiver, { url: `${listener.url}/hook` })
}
