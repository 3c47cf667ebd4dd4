/**
 * Reads one HTTP/1.1 answer as it comes, whatever way it is cut into pieces, for a connection that
 * is closed after it. Knows no socket.
 */
import { StringDecoder } from 'node:string_decoder'
import { type Body, NOTHING, openBody, type Sink } from './body.ts'
import { createHeadReader } from './head.ts'

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
  const readHead = createHeadReader()
  let body: Body | undefined
  let isEndless = false
  let isDone = false

  const finish = (): void => {
    isDone = true
    listener.onEnd()
  }
  /** Returns what follows the head; `undefined` where that is not whole yet. */
  const readHeads = (piece: Buffer): Buffer | undefined => {
    let rest = piece
    while (!body) {
      const read = readHead(rest)
      if (!read) return undefined
      rest = read.rest
      const { status, framing, fields } = read.head
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
