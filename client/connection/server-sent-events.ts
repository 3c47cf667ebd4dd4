/** Parses event streams by the HTML standard, section 9.2.6. */
export interface ServerSentEvent {
  readonly type: string
  readonly data: string
  /** The last id that was set, `''` if none was. */
  readonly id: string
}

export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader()
  try {
    const decoder = new TextDecoder()
    const take = createParser()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      onBytes()
      yield* take(decoder.decode(value, { stream: true }))
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

/** Accepts text in any pieces, and returns the events that each completes. */
export function createParser(): (text: string) => ServerSentEvent[] {
  let rest = ''
  let id = ''
  let type = ''
  let data: string[] = []
  const read = (line: string): ServerSentEvent | undefined => {
    if (line === '') {
      const event = data.length > 0 ? { type: type || 'message', data: data.join('\n'), id } : undefined
      type = ''
      data = []
      return event
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'data') data.push(value ?? '')
    else if (field === 'event') type = value ?? ''
    else if (field === 'id' && !value?.includes('\0')) id = value ?? ''
    return undefined
  }
  return (text) => {
    rest += text
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    return lines.map(read).filter((event) => event !== undefined)
  }
}
