/** Reads server-sent events, as the gateway writes them. */

/** Yields the fields of each event by name. */
export async function* readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ReadonlyMap<string | undefined, string>> {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = (text + chunk).split('\n\n')
    text = events.pop() ?? ''
    for (const event of events)
      yield new Map(event.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w*: ?/, '')]))
  }
}
