/**
 * Reads one HTTP/1.1 answer from pieces of any size, for a connection that is closed after it.
 * Knows no socket.
 */
import { StringDecoder } from 'node:string_decoder'
import { type Body, NOTHING, openBody, type Sink } from './body.ts'
import { createHeadReader } from './head.ts'

export interface AnswerListener {
  /** @param fields the headers that `head.ts` reads */
  onHead(status: number, fields: ReadonlyMap<string, string>): void
  /** The next text of the body. A body of known length comes at once, when it is complete. */
  onText(text: string): void
  /** The answer is complete. */
  onEnd(): void
}

interface StreamedAnswer {
  /** @throws CallFailure of kind `answer` if it is no HTTP answer */
  read(piece: Buffer): void
  /** The connection ended. Returns false if the answer was incomplete. */
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
  /** Returns the bytes after the head; `undefined` if the head is incomplete. */
  const readHeads = (piece: Buffer): Buffer | undefined => {
    let rest = piece
    while (!body) {
      const read = readHead(rest)
      if (!read) return undefined
      rest = read.rest
      const { status, framing, fields } = read.head
      // The final answer follows interim answers.
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

/** Passes pieces on and keeps nothing. */
function sinkOf({ onText }: AnswerListener): Sink {
  const decoder = new StringDecoder('utf8')
  return {
    add: (piece) => onText(decoder.write(piece)),
    content: () => NOTHING,
  }
}
