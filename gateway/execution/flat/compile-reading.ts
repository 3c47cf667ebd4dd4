/** Compiles the code that reads a fetch's answers, once it is known which fields are needed. */
import { type GraphQLOutputType, getNamedType, isEnumType, isLeafType, isListType, isNonNullType } from 'graphql'
import {
  ANY,
  AS_ASKED,
  type Assembler,
  BOOLEAN,
  BY_TYPENAME,
  CONSTANT,
  comparable,
  ENUM,
  FLOAT,
  ID,
  INT,
  KEY_SLOT,
  LEVELS,
  LIST,
  NULLABLE,
  OBJECTS,
  ONE,
  STRING,
  TEXT,
  UNKNOWN_LISTS,
} from './code.ts'
import type { Field, Shape, Variant } from './model.ts'

const RECOGNITIONS = { one: ONE, typename: BY_TYPENAME, asked: AS_ASKED } as const

/** Addresses of a shape's code and of the code of each of its types. */
interface ShapeCode {
  readonly at: number
  readonly variants: ReadonlyMap<Variant, number>
}

export function compileReading(shape: Shape, assembler: Assembler): ShapeCode {
  const isByTypename = shape.recognition === 'typename'
  const variants = new Map(
    shape.variants.map((variant) => [variant, compileVariant(variant, isByTypename, assembler)] as const),
  )
  const types = shape.types.flatMap((type) => {
    const variant = shape.variantOf(type)
    const entry = [assembler.typeNumber(type ?? ''), (variant && variants.get(variant)) ?? 0]
    return isByTypename ? [...entry, ...comparable(`{"__typename":${JSON.stringify(type)}`)] : entry
  })
  const head = [shape.arena, shape.words, RECOGNITIONS[shape.recognition], shape.types.length]
  return { at: assembler.add([...head, ...types]), variants }
}

function compileVariant({ fields }: Variant, isByTypename: boolean, assembler: Assembler): number {
  const [first] = fields
  const typename = isByTypename && first ? [first.keyAt, first.valueAt, first.endAt] : [-1, -1, -1]
  const rest = isByTypename ? fields.slice(1) : fields
  const words = rest.flatMap((field, index) => compileField(field, index === 0 && !isByTypename ? '{' : ',', assembler))
  return assembler.add([...typename, rest.length, ...words])
}

function compileField(field: Field, before: string, assembler: Assembler): number[] {
  const key = `${before}${JSON.stringify(field.key)}:`
  const { kind, more } = kindOf(field, assembler)
  const literal = kind === CONSTANT ? `${key}${JSON.stringify(field.constant)}` : kind === TEXT ? `${key}"` : key
  const slots = [field.keyAt, field.valueAt, field.endAt]
  const flags = slots.reduce((all, slot, index) => (slot < 0 ? all : all | (KEY_SLOT << index)), 0)
  return [kind | flags, ...comparable(literal), ...slots.filter((slot) => slot >= 0), ...more]
}

function kindOf(field: Field, assembler: Assembler): { kind: number; more: readonly number[] } {
  const { type, child, declared } = field
  if (child) {
    const lists = type ? listsOf(type) : declared ? listsOf(declared) | ALL_LEVELS : UNKNOWN_LISTS
    return { kind: OBJECTS, more: [lists, field.link, compileReading(child, assembler).at] }
  }
  if (field.constant !== undefined) return { kind: CONSTANT, more: [] }
  if (!type) return { kind: ANY | NULLABLE, more: [] }
  const inner = isNonNullType(type) ? type.ofType : type
  const nullable = inner === type ? NULLABLE : 0
  if (isListType(inner)) return { kind: LIST | nullable, more: [compileList(type, assembler)] }
  const { kind, names } = leafOf(type, assembler)
  if (kind === STRING && nullable === 0) return { kind: TEXT, more: [] }
  return { kind: kind | nullable, more: kind === ENUM ? [names] : [] }
}

/** Anything may be null in values that the client does not see. */
const ALL_LEVELS = -1 << LEVELS

/**
 * Number of lists of a type, and which levels are nullable; the last level is that of the items.
 */
export function listsOf(type: GraphQLOutputType): number {
  let depth = 0
  let levels = 0
  for (let current = type; ; depth++) {
    const inner: GraphQLOutputType = isNonNullType(current) ? current.ofType : current
    if (inner === current) levels |= 1 << (LEVELS + depth)
    if (!isListType(inner)) return levels | depth
    current = inner.ofType
  }
}

function compileList(type: GraphQLOutputType, assembler: Assembler): number {
  const { kind, names } = leafOf(type, assembler)
  return assembler.add([listsOf(type), kind, names])
}

const KINDS = new Map([
  ['String', STRING],
  ['ID', ID],
  ['Int', INT],
  ['Float', FLOAT],
  ['Boolean', BOOLEAN],
])

function leafOf(type: GraphQLOutputType, assembler: Assembler): { kind: number; names: number } {
  const named = getNamedType(type)
  if (isEnumType(named)) {
    const names = named.getValues().map(({ name }) => assembler.literal(`"${name}"`))
    return { kind: ENUM, names: assembler.add([names.length, ...names.flat()]) }
  }
  return { kind: (isLeafType(named) && KINDS.get(named.name)) || ANY, names: 0 }
}
