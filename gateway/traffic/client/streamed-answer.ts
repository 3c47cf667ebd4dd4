/**
 * Reads one HTTP/1.1 answer as it comes, whatever way it is cut into pieces, for a connection that
 * is closed after it. Knows no socket.
 */
import { StringDecoder } from 'node:string_decoder'
import { type Body, NOTHING, openBody, type Sink } from './body.ts'
import { HEAD_END, MAX_HEAD, malformed, readHead } from './head.ts'

export interface AnswerListener {
  /** @param fields those that `head.ts` reads */
  onHead(status: number, fields: ReadonlyMap<string, string>): void
  /** The body's next letters. A body that tells its length comes at once, when it is whole. */
  onText(text: string): void
  /** The answer is whole. */
  onEnd(): void
}

interface StreamedAnswer {
  /** @throws CallFailure of kind `answer` where this is no HTTP answer */
  read(piece: Buffer): void
  /** The connection ended. Returns false where the answer was not whole by then. */
  end(): boolean
}

export function readStreamedAnswer(listener: AnswerListener): StreamedAnswer {
  let begun: Buffer | undefined
  let body: Body | undefined
  let isEndless = false
  let isDone = false

  const finish = (): void => {
    isDone = true
    listener.onEnd()
  }
  /** Returns what follows the head; `undefined` where that is not whole yet. */
  const readHeads = (piece: Buffer): Buffer | undefined => {
    let rest = begun ? Buffer.concat([begun, piece]) : piece
    while (!body) {
      const end = rest.indexOf(HEAD_END, 0, 'latin1')
      if (end > MAX_HEAD || (end < 0 && rest.length > MAX_HEAD)) throw malformed('a head that is too long')
      begun = end < 0 ? Buffer.from(rest) : undefined
      if (end < 0) return undefined
      const { status, framing, fields } = readHead(rest.toString('latin1', 0, end))
      if (status === 101) throw malformed('another protocol')
      rest = rest.subarray(end + HEAD_END.length)
      // Interim answers are followed by the one that counts.
      if (status < 200) continue
      isEndless = framing === 'until the end'
      body = openBody(framing, { sink: sinkOf(listener) })
      listener.onHead(status, fields)
    }
    return rest
  }

  return {
    read(piece) {
      if (isDone) return
      const rest = body ? piece : readHeads(piece)
      if (!body || !rest) return
      body.take(rest)
      if (!body.isWhole()) return
      const text = body.content().toString()
      if (text !== '') listener.onText(text)
      finish()
    },
    end() {
      if (isEndless && !isDone) finish()
      return isDone
    },
  }
}

/** Hands on what comes and keeps nothing. */
function sinkOf({ onText }: AnswerListener): Sink {
  const decoder = new StringDecoder('utf8')
  return {
    add: (piece) => onText(decoder.write(piece)),
    content: () => NOTHING,
  }
}
