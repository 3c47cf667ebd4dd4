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
  return (piece) => {
    rest += piece
    // Splits only when a line is complete: otherwise a slow line would be scanned again for each
    // piece.
    const lines = piece.includes('\n') ? rest.split(/\r?\n/) : []
    rest = lines.pop() ?? rest
    if (rest.length > limit) throw new RangeError(`an event is larger than ${limit} characters`)
    for (const line of lines) readLine(line)
  }
}
