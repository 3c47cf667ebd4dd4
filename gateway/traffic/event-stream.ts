/** Reads server-sent events (HTML standard, section 9.2) from pieces of any size. */

/**
 * Takes the next piece of text. @throws RangeError if an event is larger than `limit` characters
 */
export type ReadEvents = (piece: string) => void

/** @param onEvent called with the name and the data of each event */
export function createEventReader(onEvent: (name: string, data: string) => void, limit: number): ReadEvents {
  let rest = ''
  let name = ''
  let data: string[] = []
  let size = 0
  const readLine = (line: string): void => {
    size += line.length
    if (size > limit) throw new RangeError(`an event is larger than ${limit} characters`)
    if (line === '') {
      if (name !== '' || data.length > 0) onEvent(name, data.join('\n'))
      name = ''
      data = []
      size = 0
    } else if (line.startsWith('event:')) name = line.slice(6).trim()
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
  }
  let hasBegun = false
  /** The last piece ended with CR: a line feed at the start of the next one belongs to it. */
  let endsInReturn = false
  return (piece) => {
    if (piece === '') return
    const skipped = (!hasBegun && piece.startsWith(BYTE_ORDER_MARK)) || (endsInReturn && piece.startsWith('\n'))
    const text = skipped ? piece.slice(1) : piece
    hasBegun = true
    endsInReturn = piece.endsWith('\r')
    rest += text
    // Splits only when a line is complete: otherwise a slow line would be scanned again for each
    // piece.
    const lines = LINE_END.test(text) ? rest.split(LINE_END) : []
    rest = lines.pop() ?? rest
    if (rest.length > limit) throw new RangeError(`an event is larger than ${limit} characters`)
    for (const line of lines) readLine(line)
  }
}

const BYTE_ORDER_MARK = '\ufeff'
const LINE_END = /\r\n|[\r\n]/
