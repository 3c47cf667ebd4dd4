/**
 * Compiles the code that writes an object: for the client, from the answers of several services, or
 * as a representation for a service. Adjacent fields of an answer are copied at once.
 */
import type { FieldNode, GraphQLError } from 'graphql'
import { isNonNullType } from 'graphql'
import {
  type Assembler,
  COPY,
  COPY_KNOWN,
  DENY,
  EACH,
  END,
  ENTER,
  INTROSPECT,
  LEAVE,
  NOT_NULL,
  PUT,
  RETYPE,
} from './code.ts'
import { listsOf } from './compile-reading.ts'
import type { Field, Giver, Place, Shape } from './model.ts'
import { Unsupported } from './unsupported.ts'
import type { Wanted, WantedBelow } from './wanted.ts'

interface WritingOptions {
  readonly assembler: Assembler
  readonly isObjectType: (name: string) => boolean
  /** Gives a shape an arena if it has none. */
  readonly read: (shape: Shape) => number
  /** Collects the introspection fields; the code refers to them by number. */
  readonly introspections: (readonly FieldNode[])[]
  /** Collects the errors of denied fields; the code refers to them by number. */
  readonly denials: GraphQLError[]
}

interface WritingCompiler {
  /** @returns the address of the code */
  object(typed: TypedPlace, wanted: readonly Wanted[]): number
  /**
   * Address of the table of code for each type that the place's objects may have. Objects of a type
   * without code are a surprise.
   */
  table(place: Place, below: WantedBelow): number
  /**
   * The same for a service, when `count` sources of the place have answered. @throws Unsupported if
   * a type cannot have any code
   */
  tableFor(place: Place, below: WantedBelow, count: number): number
}

/** Objects of one type at a place. */
interface TypedPlace {
  readonly place: Place
  /** `undefined` if it is not known. */
  readonly type: string | undefined
  /** The name of the type in the first source. */
  readonly firstType: string | undefined
  /** Number of the sources that have answered. */
  readonly count: number
}

/** Consecutive fields of an object from one source. */
interface Group {
  readonly giver: Giver | undefined
  readonly fields: { readonly wanted: Wanted; readonly giver: Giver | undefined }[]
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function writingCompiler(options: WritingOptions): WritingCompiler {
  const { assembler, isObjectType, read, introspections } = options
  const denialOf = numbering(options.denials)
  const object: WritingCompiler['object'] = (typed, wanted) => {
    const writer = createWriter(assembler)
    writer.text('{')
    let separator = ''
    for (const group of groupsOf(typed, wanted)) {
      const { giver } = group
      const isJoined = giver !== undefined && giver.source.join >= 0
      const skip = isJoined
        ? writer.enter(giver, read(giver.source.shape), typeIn(giver, typed), absentText(group, separator))
        : undefined
      for (let index = 0; index < group.fields.length; ) {
        writer.text(separator)
        separator = ','
        index = writeField(writer, typed.place, group, index)
      }
      if (skip !== undefined) writer.leave(skip)
    }
    writer.text('}')
    return writer.finish()
  }

  /** Writes one field or a run of fields. Returns the index of the next. */
  const writeField = (writer: Writer, place: Place, { fields }: Group, index: number): number => {
    const { wanted, giver } = fields[index] as Group['fields'][number]
    const key = `${JSON.stringify(wanted.key)}:`
    if (wanted.kind === 'constant') writer.text(`${key}${JSON.stringify(wanted.value)}`)
    else if (wanted.kind === 'introspection') {
      writer.text(key)
      writer.add(INTROSPECT, introspections.push(wanted.nodes) - 1)
    } else if (wanted.kind === 'denied') {
      writer.text(`${key}null`)
      writer.add(DENY, denialOf(wanted.error), ...assembler.literal(wanted.key), wanted.mayBeNull ? 1 : 0)
    } else if (!giver) writer.text(`${key}null`)
    else {
      const { shape } = giver.source
      const field = fieldOf(giver)
      const run = runFrom(fields, index)
      read(shape)
      if (run.length > 0) {
        const last = run.at(-1) as Field
        field.keyAt = slot(shape, field.keyAt)
        last.endAt = slot(shape, last.endAt)
        writer.add(COPY, field.keyAt, last.endAt)
        return index + run.length
      }
      writer.text(key)
      if (isVerbatim(wanted, giver)) {
        field.valueAt = slot(shape, field.valueAt)
        field.endAt = slot(shape, field.endAt)
        writer.add(isSure(giver, wanted) ? COPY : COPY_KNOWN, field.valueAt, field.endAt)
      } else writeObjects(writer, place, giver, wanted)
    }
    return index + 1
  }

  const writeObjects = (writer: Writer, parent: Place, giver: Giver, wanted: Wanted): void => {
    const field = fieldOf(giver)
    if (!field.child || wanted.kind !== 'data' || !wanted.below) throw new Unsupported('an object without fields')
    field.type ??= wanted.type
    const place = parent.placeOf(field)
    if (place.first !== field.child) throw new Unsupported('objects of which another fetch gives only some')
    if (field.link < 0) field.link = giver.source.shape.slots(2)
    const arena = read(place.first)
    const name = assembler.literal(wanted.key)
    const lists = wanted.type ? listsOf(wanted.type) : 0
    writer.add(EACH, field.link, place.first.fetch, arena, table(place, wanted.below), ...name, lists)
  }

  /** Many types may share a field: without this their tables would multiply. */
  const tables = new Map<Place, Map<WantedBelow, number>>()
  const table: WritingCompiler['table'] = (place, below) => {
    const ofPlace = tables.get(place) ?? new Map<WantedBelow, number>()
    tables.set(place, ofPlace)
    const known = ofPlace.get(below)
    if (known !== undefined) return known
    const added = addTable(place, below, (typed, wanted) => {
      try {
        return object(typed, wanted)
      } catch (error) {
        if (error instanceof Unsupported && !error.isFinal) return undefined
        throw error
      }
    })
    ofPlace.set(below, added)
    return added
  }

  const tableFor: WritingCompiler['tableFor'] = (place, below, count) => {
    if (place.first.types.includes(undefined) && isTold(place, count))
      throw new Unsupported('objects that do not say what they are where they are found first')
    return addTable(place, below, (typed, wanted) => object({ ...typed, count }, wanted), count)
  }

  const addTable = (
    place: Place,
    below: WantedBelow,
    add: (typed: TypedPlace, wanted: readonly Wanted[]) => number | undefined,
    count = place.sources.length,
  ): number => {
    const { first } = place
    const entry = (told: string | undefined, type: string | undefined, firstType = type): number[] => {
      const wanted = below(told)
      const code = wanted && add({ place, type, firstType, count }, wanted)
      return code ? [assembler.typeNumber(type ?? ''), code] : []
    }
    /**
     * If one service does not name the type of objects, or names an interface, another may know it.
     */
    const retype = (told: string | undefined): number[] | undefined => {
      const source = place.sources.slice(1, count).find(({ shape }) => shape.tellsType)
      if (!source) return undefined
      const types = source.shape.types.filter((type) => type !== undefined && isObjectType(type))
      const entries = types.flatMap((type) => entry(type, type, told))
      const concrete = assembler.add([entries.length / 2, ...entries])
      return [assembler.typeNumber(told ?? ''), assembler.add([RETYPE, source.join, read(source.shape), concrete])]
    }
    const entries = first.types.flatMap((type) => {
      const isUnsaid = type === undefined || !isObjectType(type)
      const told = isTold(place, count) ? type : undefined
      return (isUnsaid && isTold(place, count) && retype(type)) || entry(told, type)
    })
    return assembler.add([entries.length / 2, ...entries])
  }
  return { object, table, tableFor }
}

/**
 * The type that a source's object must name. If services contradict each other, the fields of the
 * expected type would not be found.
 */
const typeIn = ({ source }: Giver, { type }: TypedPlace): string | undefined =>
  type !== undefined && source.shape.recognition === 'typename' ? source.typeIn(type) : undefined

/** Whether any source names the type of the objects; it need not be the first. */
const isTold = ({ sources }: Place, count: number): boolean =>
  sources.slice(0, count).some(({ shape }) => shape.tellsType)

const fieldOf = ({ variant, at }: Giver): Field => variant.fields[at] as Field

const slot = (shape: Shape, known: number): number => (known < 0 ? shape.slots(1) : known)

function groupsOf({ place, type, firstType, count }: TypedPlace, wanted: readonly Wanted[]): readonly Group[] {
  const groups: Group[] = []
  for (const each of wanted) {
    const giver = each.kind === 'data' ? place.giver(type, each.name, firstType, count) : undefined
    if (each.kind === 'data' && !giver && isRequired(each)) throw new Unsupported('a field that nobody gives')
    const last = groups.at(-1)
    // A field that no source gives belongs to no source's group: it would be lost with the source's
    // object.
    const isOther = each.kind !== 'constant' && last?.giver?.source !== giver?.source
    const isApart = isOther || each.kind === 'introspection'
    if (!last || isApart) groups.push({ giver, fields: [{ wanted: each, giver }] })
    else last.fields.push({ wanted: each, giver })
  }
  return groups
}

/** Numbers the errors. A field is denied for the same reason wherever it occurs. */
function numbering(errors: GraphQLError[]): (error: GraphQLError) => number {
  const known = new Map<string, number>()
  return (error) => {
    const number = known.get(error.message) ?? errors.push(error) - 1
    known.set(error.message, number)
    return number
  }
}

const isRequired = (wanted: Wanted): boolean =>
  wanted.kind === 'data' && (wanted.type === undefined || isNonNullType(wanted.type))

interface AbsentText {
  readonly text: string
  /** False if a field is not nullable: the text then only says which. */
  readonly isWritten: boolean
}

/** The text for a missing object of the source; `undefined` if that is a surprise. */
function absentText({ fields }: Group, before: string): AbsentText | undefined {
  let separator = before
  let text = ''
  let isWritten = true
  for (const { wanted, giver } of fields) {
    const isUnseen = wanted.kind === 'data' && wanted.type === undefined
    if (wanted.kind === 'introspection' || isUnseen || giver?.isOnly === false) return undefined
    const value = wanted.kind === 'constant' ? JSON.stringify(wanted.value) : isRequired(wanted) ? '0' : 'null'
    if (value === '0') isWritten = false
    text += `${separator}${JSON.stringify(wanted.key)}:${value}`
    separator = ','
  }
  return { text, isWritten }
}

/** The consecutive fields, from `index` on, that occur in the answer exactly as wanted. */
function runFrom(fields: Group['fields'], index: number): readonly Field[] {
  const run: Field[] = []
  let next = -1
  for (const { wanted, giver } of fields.slice(index)) {
    if (!giver || wanted.kind !== 'data' || (run.length > 0 && giver.at !== next)) break
    const field = fieldOf(giver)
    if (field.key !== wanted.key || !isVerbatim(wanted, giver) || !isSure(giver, wanted)) break
    run.push(field)
    next = giver.at + 1
  }
  return run
}

/**
 * Whether a field's whole value is wanted exactly as in the answer. If so, its reader checks it for
 * the client.
 */
function isVerbatim(wanted: Wanted, giver: Giver): boolean {
  const field = fieldOf(giver)
  if (wanted.kind !== 'data') return false
  if (!wanted.below !== !field.child) throw new Unsupported('a leaf with fields, or objects without')
  if (!wanted.below || !field.child) {
    field.type ??= wanted.type
    return true
  }
  if (!giver.isOnly || !isSame(wanted.below, field.child)) return false
  mark(wanted, field)
  return true
}

/** Whether no other answer can supply the value. */
const isSure = ({ isOnly, source }: Giver, wanted: Wanted): boolean =>
  isOnly || (source.join < 0 && wanted.kind === 'data' && wanted.type !== undefined && isNonNullType(wanted.type))

/** Whether all fields of the objects are wanted, in the order of the answer. */
function isSame(below: WantedBelow, shape: Shape): boolean {
  const [type, ...others] = shape.types
  const [variant] = shape.variants
  if (others.length > 0 || !variant) return false
  const wanted = below(shape.tellsType ? type : undefined)
  if (wanted?.length !== variant.fields.length) return false
  return wanted.every((each, index) => {
    const field = variant.fields[index] as Field
    if (each.key !== field.key) return false
    if (each.kind === 'constant') return field.key === '__typename' && each.value === type
    if (each.kind !== 'data' || each.name !== field.name) return false
    if (!each.below !== !field.child) return false
    return !each.below || !field.child || isSame(each.below, field.child)
  })
}

/** Marks a field, with everything below it, as seen by the client: its reader checks it. */
function mark(wanted: Wanted, field: Field): void {
  if (wanted.kind !== 'data') return
  field.type ??= wanted.type
  const { child } = field
  const [type] = child?.types ?? []
  const [variant] = child?.variants ?? []
  if (!child || !variant) return
  const inner = wanted.below?.(child.tellsType ? type : undefined) ?? []
  for (const [index, each] of inner.entries()) mark(each, variant.fields[index] as Field)
}

/** Assembles an object's code; joins adjacent texts. */
function createWriter(assembler: Assembler) {
  const words: number[] = []
  let pending = ''
  const flush = (): void => {
    if (pending !== '') words.push(PUT, ...assembler.literal(pending))
    pending = ''
  }
  return {
    text(text: string): void {
      pending += text
    },
    add(...more: number[]): void {
      flush()
      words.push(...more)
    },
    /** Switches to another source. Returns what `leave` needs. */
    enter({ source }: Giver, arena: number, type: string | undefined, absent: AbsentText | undefined): number {
      flush()
      const [at, length] = absent ? assembler.literal(absent.text) : [NOT_NULL, 0]
      const text = [at, absent?.isWritten === false ? -length : length]
      const number = type === undefined ? 0 : assembler.typeNumber(type)
      words.push(ENTER, source.join, source.shape.fetch, arena, number, ...text, 0)
      return words.length
    },
    leave(entered: number): void {
      flush()
      words.push(LEAVE)
      words[entered - 1] = words.length - entered
    },
    finish(): number {
      flush()
      return assembler.add([...words, END])
    },
  }
}

type Writer = ReturnType<typeof createWriter>
