/**
 * Reads server-sent events (HTML standard, section 9.2) as they come, whatever way they are cut
 * into pieces.
 */

/**
 * Takes the next piece of text. @throws RangeError where one event is larger than `limit`
 * characters
 */
export type ReadEvents = (piece: string) => void

/** @param onEvent given the name and the data of each whole event */
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
    // Read again only once a line is whole: one that comes letter by letter would be read once for
    // each.
    const lines = piece.includes('\n') ? rest.split(/\r?\n/) : []
    rest = lines.pop() ?? rest
    if (rest.length > limit) throw new RangeError(`an event is larger than ${limit} characters`)
    for (const line of lines) readLine(line)
  }
}
