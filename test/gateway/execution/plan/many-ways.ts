/**
 * Services that can each answer much of everything: there are more ways to ask them than a planner
 * can weigh.
 */
import { composeTest } from '../support/federation.ts'

const SERVICES = 7
const FIELDS = 21
/** Each field is in these services, counted from its own. */
const SHARES = [0, 1, 3]

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`

function service(index: number, likeness: Likeness): string {
  const fields = Array.from({ length: FIELDS }, (_, field) =>
    SHARES.some((share) => (field + share) % SERVICES === index) ? `f${field}(x: Int): Int` : '',
  )
  const links = Array.from({ length: 4 }, (_, field) =>
    SHARES.some((share) => (field + share) % SERVICES === index) ? `n${field}(x: Int): [Thing]` : '',
  )
  const own = [...fields, ...links].filter((f) => f !== '')
  const promised = { none: undefined, key: 'id: ID!', all: `id: ID! ${own.join(' ')}` }[likeness]
  const [interfaces, implemented] =
    promised === undefined ? ['', ''] : [`interface Like${index} { ${promised} }`, `implements Like${index}`]
  return `${link} type Query { start: Thing @shareable } ${interfaces} type Thing ${implemented} @key(fields: "id") { id: ID! ${own
    .map((f) => `${f} @shareable`)
    .join(' ')} }`
}

/** What an interface of the objects has of their fields. */
export type Likeness = 'none' | 'key' | 'all'

export const manyWays = (likeness: Likeness = 'none'): string =>
  composeTest(
    Object.fromEntries(
      Array.from({ length: SERVICES }, (_, index) => [
        `s${index}`,
        { typeDefs: service(index, likeness), resolvers: {} },
      ]),
    ),
  )

/** An operation of at least so many characters. */
export function wideOperation(length: number): string {
  let count = 0
  const fields = (): string =>
    Array.from({ length: FIELDS }, (_, field) => `a${count++}: f${field}(x: ${count % 7})`).join(' ')
  const body = (depth: number): string =>
    `${fields()} ${depth === 0 ? '' : Array.from({ length: 2 }, (_, at) => `n${at}: n${(at + depth) % 4} { ${body(depth - 1)} }`).join(' ')}`
  let text = ''
  for (let root = 0; text.length < length; root++) text += ` r${root}: start { ${body(length < 1000 ? 1 : 4)} }`
  return `{${text} }`
}
