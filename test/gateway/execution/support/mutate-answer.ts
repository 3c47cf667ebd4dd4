/** Changes an answer's content: parses it, changes it somewhere, and prints it again. */
import type { Dice } from './dice.ts'

/** JSON that may be invalid: names of members as written, and any text as a leaf. */
type Node = { kind: 'object'; members: [name: string, value: Node][] } | { kind: 'list'; items: Node[] } | Text
interface Text {
  kind: 'text'
  text: string
}

const text = (json: string): Text => ({ kind: 'text', text: json })

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) }
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value))
  const members = Object.entries(value).map(([name, each]): [string, Node] => [JSON.stringify(name), nodeOf(each)])
  return { kind: 'object', members }
}

function print(node: Node, space = ''): string {
  if (node.kind === 'text') return node.text
  if (node.kind === 'list') return `[${space}${node.items.map((item) => print(item, space)).join(`${space},`)}]`
  return `{${node.members.map(([name, value]) => `${space}${name}${space}:${print(value, space)}`).join(',')}${space}}`
}

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

const NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '7',
    '-1',
    '01',
    '-01',
    '00',
    '1.',
    '.5',
    '-',
    '+1',
    '1.0',
    '1.10',
    '-0.0',
    '0.1',
    '1e-7',
    '1E2',
    '1e+2',
  ],
  ...[
    '1e',
    '1e+',
    '1.e1',
    '0e0',
    '1e99',
    '1e100',
    '1e0001',
    '1e400',
    '-1e400',
    '1e-400',
    '0x1',
    'NaN',
    'Infinity',
    '1_0',
  ],
  ...['2147483647', '2147483648', '-2147483648', '-2147483649', '2147483647.0', '9007199254740993', '12345678901'],
  ...['1234567890123456789012345678901234567890', '0.1234567890123456789012345678901234567890'],
  ...[
    '9'.repeat(299),
    '9'.repeat(301),
    '9'.repeat(400),
    `${'9'.repeat(250)}e99`,
    `1${'0'.repeat(199)}e99`,
    `0.${'0'.repeat(320)}1`,
  ],
]
const STRINGS = [
  ...[
    '""',
    '"x"',
    '"1"',
    '"p1"',
    '"é"',
    '"日本語"',
    '"😀"',
    '"\u2028"',
    '"\u007f"',
    '"__proto__"',
    '"constructor"',
    '"null"',
  ],
  ...[
    '"\\""',
    '"\\\\"',
    '"\\/"',
    '"\\b\\f\\n\\r\\t"',
    '"\\u0000"',
    '"\\u0041"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\udc00x"',
  ],
  ...[
    '"\\uD800\\u0041"',
    '"\\x"',
    '"\\u12"',
    '"\\u12g4"',
    '"\\',
    '"',
    '"a\nb"',
    '"a\tb"',
    '"\0"',
    '"{\\"data\\":null}"',
    '"]}"',
  ],
  ...['"\\"},\\"errors\\":[{\\"message\\":\\"x\\"}]"', "'x'", `"${'x'.repeat(5_000)}"`, `"${'é'.repeat(100)}"`],
]
const WORDS = ['null', 'null', 'null', 'true', 'false', 'nul', 'nullx', 'tru', 'True', 'undefined', '']
const WHOLES = [
  ...[
    '{}',
    '[]',
    '[[]]',
    '[null]',
    '[1]',
    '[{}]',
    '{"a":1}',
    '{"a":1,"a":2}',
    '{"__proto__":{"a":1}}',
    '{"__typename":null}',
  ],
  ...[
    '{"__typename":"Query"}',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '[1 2]',
    '{"a" 1}',
    '{"a":[{"b":[null,{"c":1e5}]}]}',
    '[,1]',
  ],
  ...[
    nested(150, '[', ']'),
    nested(250, '[', ']'),
    nested(3_000, '[', ']'),
    nested(250, '{"a":', '}'),
    '['.repeat(250),
  ],
]
const odd = (dice: Dice): string => dice.of(dice.of([NUMBERS, STRINGS, WORDS, WHOLES]))
const NAMES = [
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"__typename"',
  '"id"',
  '"x"',
  '""',
  '"\\u0069d"',
  '"_entities"',
  'x',
]

/** The place of a node, where another can replace it. */
interface Place {
  readonly node: Node
  put(node: Node): void
}

function placesIn(root: Node): Place[] {
  const places: Place[] = []
  const visit = (node: Node, put: Place['put']): void => {
    places.push({ node, put })
    if (node.kind === 'list') {
      for (const [index, item] of node.items.entries())
        visit(item, (other) => {
          node.items[index] = other
        })
    } else if (node.kind === 'object') {
      for (const member of node.members)
        visit(member[1], (other) => {
          member[1] = other
        })
    }
  }
  visit(root, () => undefined)
  return places
}

/** Writes a string with other escapes; leaves other values unchanged. */
function respelled(json: string, dice: Dice): string {
  if (!isJson(json)) return json
  const letters = Array.from(JSON.parse(json) as string, (letter) =>
    dice.chance(2) ? JSON.stringify(letter).slice(1, -1) : escaped(letter),
  )
  return `"${letters.join('')}"`
}

function isJson(json: string): boolean {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

const escaped = (letter: string): string =>
  Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')

/** Well-formed strings; the worlds of the tests use some of them as keys. */
const PLAIN_STRINGS = STRINGS.filter(isJson)
const PLAIN_NUMBERS = [
  '0',
  '-0',
  '1',
  '7',
  '-1',
  '2147483647',
  '-2147483648',
  '0.5',
  '1.10',
  '1e-7',
  '12345678901234567890',
]

/** A value of the same kind, as another answer might have it. */
function another(json: string, dice: Dice): string {
  if (json.startsWith('"')) return dice.chance(2) ? respelled(json, dice) : dice.of(PLAIN_STRINGS)
  if (json === 'true' || json === 'false') return dice.of(['true', 'false'])
  return json === 'null' ? json : dice.of(PLAIN_NUMBERS)
}

type Change = (place: Place, places: readonly Place[], dice: Dice, typenames: readonly string[]) => void

const anywhere: readonly Change[] = [
  ({ put }, _places, dice) => put(text(odd(dice))),
  ({ put }) => put(text('null')),
  ({ node, put }) => put({ kind: 'list', items: [node] }),
  ({ node, put }) => put({ kind: 'list', items: [node, node] }),
  ({ node, put }) => put({ kind: 'object', members: [['"x"', node]] }),
  ({ put }, places, dice) => put(structuredClone(dice.of(places).node)),
  ({ node, put }) => {
    const [first] =
      node.kind === 'list' ? node.items : node.kind === 'object' ? node.members.map(([, value]) => value) : []
    if (first) put(first)
  },
]

const inLists: readonly ((items: Node[], dice: Dice) => void)[] = [
  (items, dice) => void items.splice(dice.below(items.length + 1), 1),
  (items, dice) => void items.splice(dice.below(items.length + 1), 0, text('null')),
  (items, dice) => void items.splice(dice.below(items.length + 1), 0, text(odd(dice))),
  (items) => void items.push(...structuredClone(items.slice(0, 50))),
  (items) => void items.reverse(),
  (items) => {
    items.length = 0
  },
]

const inObjects: readonly ((members: [string, Node][], dice: Dice) => void)[] = [
  (members, dice) => void members.splice(dice.below(members.length + 1), 1),
  (members) => void members.reverse(),
  (members, dice) => {
    const [one, other] = [dice.below(members.length + 1), dice.below(members.length + 1)]
    const [left, right] = [members[one], members[other]]
    if (left && right) [members[one], members[other]] = [right, left]
  },
  (members, dice) => {
    const member = members[dice.below(members.length + 1)]
    if (member) member[0] = dice.of(NAMES)
  },
  (members, dice) => {
    const member = members[dice.below(members.length + 1)]
    if (member?.[0].startsWith('"') && member[0].length > 2) member[0] = respelled(member[0], dice)
  },
  (members, dice) => {
    const member = members[dice.below(members.length + 1)]
    const value = dice.chance(2) ? text(odd(dice)) : structuredClone(member?.[1])
    if (member && value) members.splice(dice.below(members.length + 1), 0, [member[0], value])
  },
  (members, dice) => void members.splice(dice.below(members.length + 1), 0, [dice.of(NAMES), text(odd(dice))]),
]

function retype(members: [string, Node][], dice: Dice, typenames: readonly string[]): void {
  const member = members.find(([name]) => name === '"__typename"')
  if (member) member[1] = text(JSON.stringify(dice.of(typenames)))
}

function change(root: Node, dice: Dice, typenames: readonly string[]): void {
  const places = placesIn(root)
  const place = places[1 + dice.below(Math.max(1, places.length - 1))]
  if (!place) return
  const { node, put } = place
  if (dice.chance(5)) dice.of(anywhere)(place, places, dice, typenames)
  else if (node.kind === 'text') put(text(dice.chance(3) ? odd(dice) : another(node.text, dice)))
  else if (node.kind === 'list') dice.of(inLists)(node.items, dice)
  else if (dice.chance(3)) retype(node.members, dice, typenames)
  else dice.of(inObjects)(node.members, dice)
}

/** Makes it another possible answer of the service: other values, lists of other lengths. */
function vary(root: Node, dice: Dice): void {
  const places = placesIn(root)
  for (const { node, put } of places) {
    if (!dice.chance(places.length)) continue
    if (node.kind === 'text') put(text(dice.chance(8) ? 'null' : another(node.text, dice)))
    else if (node.kind === 'list' && node.items.length > 0) dice.of(sameItems)(node.items, dice)
  }
}

const sameItems: readonly ((items: Node[], dice: Dice) => void)[] = [
  (items, dice) => void items.splice(dice.below(items.length), 1),
  (items, dice) => void items.push(structuredClone(dice.of(items))),
  (items) => void items.push(...structuredClone(items.slice(0, 50))),
  (items) => void items.reverse(),
]

/** A path that leads somewhere into the data, or nearly. */
function pathInto(data: unknown, dice: Dice): (string | number)[] {
  const path: (string | number)[] = []
  let value = data
  while (typeof value === 'object' && value !== null && !dice.chance(4)) {
    const keys = Object.keys(value)
    const key = keys[dice.below(keys.length + 1)] ?? 'x'
    path.push(Array.isArray(value) ? Number(key) || 0 : key)
    value = (value as Record<string, unknown>)[key]
  }
  return path
}

/**
 * Makes some values null, with an error for each that names the value or a part of it. Returns the
 * errors.
 */
function fail(answer: { data?: unknown }, dice: Dice): string {
  const some = Array.from({ length: dice.of([1, 1, 2, 3, 20]) }, () => {
    const path = ['data', ...pathInto(answer.data, dice)]
    const key = path.at(-1) as string
    const parent = path.slice(0, -1).reduce<unknown>((value, step) => (value as Data | null)?.[step], answer) as Data
    const isThere = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
    const below = isThere && dice.chance(2) ? pathInto(parent[key], dice) : []
    if (isThere && (path.length > 1 || dice.chance(3))) parent[key] = null
    return { message: 'No.', path: [...path.slice(1), ...below], extensions: { code: dice.of(CODES) } }
  })
  return JSON.stringify(some)
}

type Data = Record<string | number, unknown>

const CODES = ['FORBIDDEN', 'BAD_USER_INPUT', 'INTERNAL', 'made up', 7]

function errors(data: unknown, dice: Dice): string {
  if (dice.chance(3))
    return dice.of(['null', '[]', '{}', '"no"', '0', '[null]', '[7]', '[{"message":1}]', '[{}]', '[[]]'])
  const some = Array.from({ length: 1 + dice.below(2) }, () => ({
    message: 'No.',
    ...(!dice.chance(4) && { path: pathInto(data, dice) }),
    extensions: { code: dice.of(CODES) },
  }))
  return JSON.stringify(some)
}

const EXTENSIONS = [
  '{}',
  'null',
  '{"a":[1,{"errors":[{"message":"x"}]}]}',
  '"x"',
  '1e400',
  '[}',
  '{"data":1}',
  nested(250, '[', ']'),
]
const AROUND = ['', ' ', '\n\n', '\t', '\r\n ', '\ufeff', '\0', 'x', ',', '{}']

/** Adds members beside `data`, in any position. */
function frame(root: Extract<Node, { kind: 'object' }>, data: unknown, dice: Dice): void {
  const beside: readonly (readonly [string, string])[] = [
    ['"errors"', errors(data, dice)],
    ['"extensions"', dice.of(EXTENSIONS)],
    ['"data"', dice.of(['null', '{}', '1', '{"x":1}'])],
    ['"x"', odd(dice)],
    ['"__proto__"', '{"errors":[]}'],
  ]
  const [name, value] = dice.of(beside.slice(0, dice.chance(2) ? 2 : beside.length))
  const at = dice.chance(3) ? 0 : root.members.length
  root.members.splice(at, 0, [name, text(value)])
  if (dice.chance(4)) root.members.push(['"extensions"', text(dice.of(EXTENSIONS))])
}

/** @param typenames names that objects may be given */
export function mutateAnswer(body: Buffer, dice: Dice, typenames: readonly string[]): Buffer {
  const value = JSON.parse(body.toString()) as { data?: unknown }
  const errors = dice.chance(4) ? fail(value, dice) : undefined
  const root = nodeOf(value)
  if (errors !== undefined && root.kind === 'object')
    root.members.splice(dice.below(2) * root.members.length, 0, ['"errors"', text(errors)])
  if (errors !== undefined && dice.chance(2)) return Buffer.from(print(root))
  const isFramed = dice.chance(6)
  if (isFramed && root.kind === 'object') frame(root, value.data, dice)
  const isVaried = dice.chance(3)
  if (isVaried) vary(root, dice)
  if (!(isFramed || isVaried) || dice.chance(4))
    for (let left = dice.of([1, 1, 1, 2, 4]); left > 0; left--) change(root, dice, typenames)
  const json = print(root, dice.chance(12) ? dice.of([' ', '\n', '\r\n\t']) : '')
  return Buffer.from(dice.chance(12) ? `${dice.of(AROUND)}${json}${dice.of(AROUND)}` : json)
}
