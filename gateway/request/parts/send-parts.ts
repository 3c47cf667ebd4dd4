/** Sends an answer in parts as one `multipart/mixed` body, no faster than the client reads. */
import type { HttpReply, HttpStream } from '../../../platform/http/message/message.ts'
import { BOUNDARY, END, multipartType, partOf } from '../../../platform/http/message/multipart.ts'
import { asksForCost, type Exchange, type PartsFormatName, type PartsSender } from '../../exchange/exchange.ts'
import { streamHead } from '../../exchange/stream-head.ts'
import { defer2022 } from './defer-2022.ts'
import type { PartsFormat } from './format.ts'
import { incrementalV02 } from './incremental-v0-2.ts'

const FORMATS: Readonly<Record<PartsFormatName, PartsFormat>> = { '20220824': defer2022, 'v0.2': incrementalV02 }

export function openParts(exchange: Exchange, reply: HttpReply, format: PartsFormatName): PartsSender {
  const { parameter, write } = FORMATS[format]
  let stream: HttpStream | undefined
  let isComplete = false
  const part = (content: Readonly<Record<string, unknown>>): string => partOf(JSON.stringify(content))
  return {
    send(each) {
      if (!stream && reply.isClosed()) return undefined
      if (stream?.isClosed()) return undefined
      // Cost and trace follow the last part.
      const hasNext = each.hasNext || exchange.tracing !== undefined || asksForCost(exchange)
      isComplete = !hasNext
      const text = part(write({ ...each, hasNext }))
      if (stream) return stream.write(text)
      stream = reply.stream(200, streamHead(exchange, multipartType(parameter)))
      return stream.write(BOUNDARY + text)
    },
    get hasBegun() {
      return stream !== undefined
    },
    end(outcome) {
      if (!stream || stream.isClosed()) return
      const { extensions } = outcome
      // If the operation ran, its parts have carried its errors.
      const errors = 'body' in outcome ? undefined : outcome.errors
      const last = isComplete
        ? ''
        : part({ ...(errors && { errors }), ...(extensions && { extensions }), hasNext: false })
      stream.end(last + END)
    },
  }
}
