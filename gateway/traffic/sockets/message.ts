/**
 * Reads messages of `graphql-transport-ws` from a service. The payload stays text, exactly as the
 * service wrote it.
 */

interface Message {
  readonly type: string
  readonly id: string | undefined
  /** JSON. */
  readonly payload: string | undefined
}

/** `undefined` for anything that is no message. Does not parse the payload. Takes linear time. */
export function readMessage(text: string): Message | undefined {
  const members = membersOf(text)
  const type = stringOf(members?.get('type'))
  if (!members || type === undefined) return undefined
  return { type, id: stringOf(members.get('id')), payload: members.get('payload') }
}

function stringOf(json: string | undefined): string | undefined {
  return json?.startsWith('"') ? (parsed(json) as string | undefined) : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** The members of an object, each as its text. */
function membersOf(text: string): Map<string, string> | undefined {
  const members = new Map<string, string>()
  let at = blanks(text, 0)
  if (text[at] !== '{') return undefined
  do {
    const nameAt = blanks(text, at + 1)
    const nameEnd = endOfValue(text, nameAt)
    const name = stringOf(text.slice(nameAt, nameEnd))
    const colon = blanks(text, nameEnd)
    const valueAt = blanks(text, colon + 1)
    const valueEnd = endOfValue(text, valueAt)
    if (name === undefined || text[colon] !== ':' || valueEnd === valueAt) return undefined
    members.set(name, text.slice(valueAt, valueEnd))
    at = blanks(text, valueEnd)
  } while (text[at] === ',')
  return text[at] === '}' && blanks(text, at + 1) === text.length ? members : undefined
}

const BLANKS = new Set([' ', '\t', '\n', '\r'])

function blanks(text: string, from: number): number {
  let at = from
  while (BLANKS.has(text[at] ?? '')) at += 1
  return at
}

/** The end of the value that begins at `from`; `from` itself if there is none. */
function endOfValue(text: string, from: number): number {
  let level = 0
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '"') {
      at = endOfString(text, at)
      if (level === 0) return at + 1
    } else if (letter === '{' || letter === '[') level += 1
    else if (letter === '}' || letter === ']') {
      if (level === 0) return at
      level -= 1
      if (level === 0) return at + 1
    } else if (level === 0 && (letter === ',' || letter === ':' || BLANKS.has(letter ?? ''))) return at
  }
  return level === 0 ? text.length : from
}

/** The position of the quote that ends a string. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
