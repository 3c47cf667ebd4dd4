/**
 * Writes the answer as JSON text in one pass over the engine's data, by one closure for each
 * selection and concrete type. It handles what services normally say; at the first surprise it
 * gives up, and `complete-answer.ts` answers instead.
 */
import { type GraphQLLeafType, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from 'graphql'
import { isInherited, own } from '../../../platform/data/own.ts'
import { ABSENT, Failure } from '../answer/failure.ts'
import { leafCheck } from '../answer/leaf.ts'
import { TOO_LARGE } from '../answer/limit.ts'
import type { ObjectShape, SelectionShape } from '../answer/shape.ts'
import { quote, valueText } from './json-text.ts'

type Data = Readonly<Record<string, unknown>>
type Write<Value> = (value: Value) => string

/** Thrown, always the same object, where the data is not what the fast path expects. */
class Surprise extends Error {}
const SURPRISE = new Surprise('surprise')
SURPRISE.stack = ''

const surprise = (): never => {
  throw SURPRISE
}

/**
 * The writer of an answer; it gives `undefined` where the answer needs the exact path.
 * @param longest characters; it throws `TOO_LARGE` beyond
 */
export function compileAnswerText(shape: ObjectShape, longest: number): (data: Data) => string | undefined {
  const write = objectWriter(shape, longest)
  return (data) => {
    try {
      return write(data)
    } catch (error) {
      if (error === SURPRISE) return undefined
      throw error
    }
  }
}

function objectWriter({ type, fields }: ObjectShape, longest: number): Write<Data> {
  const parts = fields.map(({ responseName, value }, index) => {
    const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(responseName)}:`
    if (value.kind === 'typename')
      return { source: undefined, inherited: false, prefix: `${prefix}${JSON.stringify(type.name)}`, write: surprise }
    if (value.kind === 'introspection')
      return { source: undefined, inherited: false, prefix: undefined, write: surprise }
    const inherited = isInherited(value.source)
    return { source: value.source, inherited, prefix, write: valueWriter(value.type, value.selection, longest) }
  })
  if (parts.length === 0) return () => '{}'
  return (data) => {
    let text = ''
    for (const { source, inherited, prefix, write } of parts) {
      if (prefix === undefined) return surprise()
      text += source === undefined ? prefix : prefix + write(inherited ? own(data, source) : data[source])
      if (text.length > longest) throw TOO_LARGE
    }
    return `${text}}`
  }
}

function valueWriter(type: GraphQLOutputType, selection: SelectionShape | undefined, longest: number): Write<unknown> {
  if (!isNonNullType(type)) {
    const write = presentWriter(type, selection, longest)
    return (value) => (value === null || value === ABSENT ? 'null' : write(value))
  }
  return presentWriter(type.ofType, selection, longest)
}

/** Writers of values that are there; `null` and `undefined` are surprises to each of them. */
function presentWriter(
  type: GraphQLOutputType,
  selection: SelectionShape | undefined,
  longest: number,
): Write<unknown> {
  if (isListType(type)) {
    const write = valueWriter(type.ofType, selection, longest)
    return (value) => {
      if (!Array.isArray(value)) return surprise()
      let text = '['
      for (let index = 0; index < value.length; index++) {
        text += index === 0 ? write(value[index]) : `,${write(value[index])}`
        if (text.length > longest) throw TOO_LARGE
      }
      return `${text}]`
    }
  }
  if (isLeafType(type)) return leafWriter(type)
  if (!selection) return surprise
  return selectionWriter(selection, longest)
}

/**
 * Each checks before it writes, so that a `Failure` or a value of another type never becomes text.
 */
const leafWriters = new Map<string, Write<unknown>>([
  ['String', (value) => (typeof value === 'string' ? quote(value) : surprise())],
  ['ID', (value) => (typeof value === 'string' ? quote(value) : surprise())],
  ['Int', (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : surprise())],
  ['Float', (value) => (Number.isFinite(value) ? `${value}` : surprise())],
  ['Boolean', (value) => (value === true ? 'true' : value === false ? 'false' : surprise())],
])

function leafWriter(type: GraphQLLeafType): Write<unknown> {
  const known = leafWriters.get(type.name)
  if (known) return known
  const check = leafCheck(type)
  return (value) => {
    if (value === undefined || value === null || value instanceof Failure || !check(value)) return surprise()
    return valueText(value)
  }
}

function selectionWriter(selection: SelectionShape, longest: number): Write<unknown> {
  const writers = new Map<ObjectShape, Write<Data>>()
  const writerOf = (shape: ObjectShape): Write<Data> => {
    let write = writers.get(shape)
    if (!write) {
      write = objectWriter(shape, longest)
      writers.set(shape, write)
    }
    return write
  }
  const { name } = selection.type
  let writeOnly: Write<Data> | undefined
  return (value) => {
    if (typeof value !== 'object' || value === null || value instanceof Failure) return surprise()
    const data = value as Data
    const typename = data['__typename']
    if (writeOnly && (typename === undefined || typename === name)) return writeOnly(data)
    const shape = selection.of(typename)
    if (!shape) return surprise()
    if (shape === selection.only) writeOnly = writerOf(shape)
    return writerOf(shape)(data)
  }
}
