/**
 * Sends an answer in parts as one `multipart/mixed` body, no faster than the client reads. Readers
 * take a part only once its boundary has come, so each part is sent with the boundary behind it.
 */
import type { HttpReply, HttpStream } from '../../../platform/http/message/message.ts'
import { REQUEST_ID_HEADER } from '../../../platform/protocol/signature.ts'
import type { Exchange, PartsFormatName, PartsSender } from '../../exchange/exchange.ts'
import { defer2022 } from './defer-2022.ts'
import type { PartsFormat } from './format.ts'
import { incrementalV02 } from './incremental-v0-2.ts'

const FORMATS: Readonly<Record<PartsFormatName, PartsFormat>> = { '20220824': defer2022, 'v0.2': incrementalV02 }

const BOUNDARY = '\r\n--graphql'
const END = '--\r\n'

export function openParts(exchange: Exchange, reply: HttpReply, format: PartsFormatName): PartsSender {
  const { parameter, write } = FORMATS[format]
  let stream: HttpStream | undefined
  let isComplete = false
  const part = (content: Readonly<Record<string, unknown>>): string =>
    `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(content)}${BOUNDARY}`
  return {
    send(each) {
      if (!stream && reply.isClosed()) return undefined
      if (stream?.isClosed()) return undefined
      // What is told last comes behind all else.
      const hasNext = each.hasNext || tellsMore(exchange)
      isComplete = !hasNext
      const text = part(write({ ...each, hasNext }))
      if (stream) return stream.write(text)
      stream = reply.stream(200, headersOf(exchange, parameter))
      return stream.write(BOUNDARY + text)
    },
    get hasBegun() {
      return stream !== undefined
    },
    end({ errors, extensions }) {
      if (!stream || stream.isClosed()) return
      const last = isComplete
        ? ''
        : part({ ...(errors && { errors }), ...(extensions && { extensions }), hasNext: false })
      stream.end(last + END)
    },
  }
}

const tellsMore = ({ parameters, tracing }: Exchange): boolean =>
  tracing !== undefined || parameters.extensions?.['cost'] === true

function headersOf({ requestId, headers, cookies }: Exchange, parameter: string): readonly string[] {
  const all = [REQUEST_ID_HEADER, requestId, 'content-type', `multipart/mixed;boundary="graphql";${parameter}`]
  all.push('cache-control', 'no-store', 'x-content-type-options', 'nosniff')
  all.push('x-accel-buffering', 'no') // proxies must not buffer parts
  for (const [name, value] of headers) if (name !== 'cache-control') all.push(name, value)
  for (const cookie of cookies) all.push('set-cookie', cookie)
  return all
}
