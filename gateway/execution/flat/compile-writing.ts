/**
 * Writes the code by which an object is written: for the client, with what several services gave
 * of it, or as a service is told of it. What stands side by side in an answer is copied at once.
 */
import type { FieldNode } from 'graphql'
import { getNamedType, isLeafType, isNonNullType } from 'graphql'
import { type Assembler, COPY, COPY_KNOWN, EACH, END, ENTER, INTROSPECT, LEAVE, NOT_NULL, PUT, RETYPE } from './code.ts'
import type { Field, Giver, Place, Shape } from './model.ts'
import { Unsupported } from './unsupported.ts'
import type { Wanted, WantedBelow } from './wanted.ts'

interface WritingOptions {
  readonly assembler: Assembler
  readonly isObjectType: (name: string) => boolean
  /** Gives a shape an arena, if it has none. */
  readonly read: (shape: Shape) => number
  /** Takes the introspection fields; the code tells them by number. */
  readonly introspections: (readonly FieldNode[])[]
}

export interface WritingCompiler {
  /**
   * @param type of the objects; `undefined` where nobody knows
   * @param firstType what the first source says instead
   * @returns where the code is
   */
  object(place: Place, type: string | undefined, firstType: string | undefined, wanted: readonly Wanted[]): number
  /**
   * Where the table is: the code for each type that the place's objects may have.
   * @param isStrict throws where one type has no code; otherwise its objects are a surprise
   */
  table(place: Place, below: WantedBelow, isStrict?: boolean): number
}

/** A part of an object that comes from one source. */
interface Group {
  readonly giver: Giver | undefined
  readonly fields: { readonly wanted: Wanted; readonly giver: Giver | undefined }[]
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: mutually recursive parts
export function writingCompiler({ assembler, isObjectType, read, introspections }: WritingOptions): WritingCompiler {
  const object: WritingCompiler['object'] = (place, type, firstType, wanted) => {
    const writer = createWriter(assembler)
    writer.text('{')
    let separator = ''
    for (const group of groupsOf(place, type, firstType, wanted)) {
      const { giver } = group
      const isJoined = giver !== undefined && giver.source.join >= 0
      const skip = isJoined ? writer.enter(giver, read(giver.source.shape), absentText(group, separator)) : undefined
      for (let index = 0; index < group.fields.length; ) {
        writer.text(separator)
        separator = ','
        index = writeField(writer, place, group, index)
      }
      if (skip !== undefined) writer.leave(skip)
    }
    writer.text('}')
    return writer.finish()
  }

  /** Writes one field, or a run of them. Returns the index of the next. */
  const writeField = (writer: Writer, place: Place, { fields }: Group, index: number): number => {
    const { wanted, giver } = fields[index] as Group['fields'][number]
    const key = `${JSON.stringify(wanted.key)}:`
    if (wanted.kind === 'constant') writer.text(`${key}${JSON.stringify(wanted.value)}`)
    else if (wanted.kind === 'introspection') {
      writer.text(key)
      writer.add(INTROSPECT, introspections.push(wanted.nodes) - 1)
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
    writer.add(EACH, field.link, place.first.fetch, arena, table(place, wanted.below))
  }

  /** Where objects of one type cannot be written, those of the others still can. */
  const tryObject = (
    place: Place,
    type: string | undefined,
    firstType: string | undefined,
    wanted: readonly Wanted[],
    isStrict: boolean,
  ): number | undefined => {
    try {
      return object(place, type, firstType, wanted)
    } catch (error) {
      if (isStrict || !(error instanceof Unsupported)) throw error
      return undefined
    }
  }

  const table: WritingCompiler['table'] = (place, below, isStrict = false) => {
    const { first } = place
    const entries = first.types.flatMap((type) => {
      const told = first.tellsType ? type : undefined
      const concrete =
        told !== undefined && !isObjectType(told) ? concreteTypes(place, below, told, isStrict) : undefined
      if (concrete) return [assembler.typeNumber(told ?? ''), concrete]
      const wanted = below(told)
      const code = wanted && tryObject(place, type, type, wanted, isStrict)
      return code ? [assembler.typeNumber(type ?? ''), code] : []
    })
    return assembler.add([entries.length / 2, ...entries])
  }

  /** Where one service knows objects by their interface alone, another may say what they are. */
  const concreteTypes = (
    place: Place,
    below: WantedBelow,
    firstType: string,
    isStrict: boolean,
  ): number | undefined => {
    const source = place.sources.slice(1).find(({ shape }) => shape.tellsType)
    if (!source) return undefined
    const entries = source.shape.types.flatMap((type) => {
      const wanted = type !== undefined && isObjectType(type) ? below(type) : undefined
      const code = wanted && tryObject(place, type, firstType, wanted, isStrict)
      return code ? [assembler.typeNumber(type ?? ''), code] : []
    })
    const types = assembler.add([entries.length / 2, ...entries])
    return assembler.add([RETYPE, source.join, read(source.shape), types])
  }
  return { object, table }
}

const fieldOf = ({ variant, at }: Giver): Field => variant.fields[at] as Field

const slot = (shape: Shape, known: number): number => (known < 0 ? shape.slots(1) : known)

function groupsOf(
  place: Place,
  type: string | undefined,
  firstType: string | undefined,
  wanted: readonly Wanted[],
): readonly Group[] {
  const groups: Group[] = []
  for (const each of wanted) {
    const giver = each.kind === 'data' ? place.giver(type, each.name, firstType) : undefined
    if (each.kind === 'data' && !giver && isRequired(each)) throw new Unsupported('a field that nobody gives')
    const last = groups.at(-1)
    if (last && (!giver || last.giver?.source === giver.source)) last.fields.push({ wanted: each, giver })
    else if (last && !last.giver?.source && giver && giver.source.join < 0) {
      groups[groups.length - 1] = { giver, fields: [...last.fields, { wanted: each, giver }] }
    } else groups.push({ giver, fields: [{ wanted: each, giver }] })
  }
  return groups
}

const isRequired = (wanted: Wanted): boolean =>
  wanted.kind === 'data' && (wanted.type === undefined || isNonNullType(wanted.type))

/** What is written where the source has no such object; `undefined` where that is a surprise. */
function absentText({ fields }: Group, before: string): string | undefined {
  let separator = before
  let text = ''
  for (const { wanted, giver } of fields) {
    if (wanted.kind === 'introspection' || isRequired(wanted) || giver?.isOnly === false) return undefined
    const value = wanted.kind === 'constant' ? JSON.stringify(wanted.value) : 'null'
    text += `${separator}${JSON.stringify(wanted.key)}:${value}`
    separator = ','
  }
  return text
}

/** The fields from one on that stand in the answer as they are wanted; none where it does not. */
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
 * Whether a field's whole value is wanted as it stands in the answer. If so, its reader checks it
 * for the client.
 */
function isVerbatim(wanted: Wanted, giver: Giver): boolean {
  const field = fieldOf(giver)
  if (wanted.kind !== 'data') return false
  if (!wanted.below !== !field.child) {
    if (wanted.type === undefined || isLeafType(getNamedType(wanted.type))) throw new Unsupported('a leaf with fields')
    throw new Unsupported('objects without fields')
  }
  if (!wanted.below || !field.child) {
    see(field, wanted)
    return true
  }
  if (!giver.isOnly || !isSame(wanted.below, field.child)) return false
  mark(wanted, field)
  return true
}

/** Whether no other answer can know better. */
const isSure = ({ isOnly, source }: Giver, wanted: Wanted): boolean =>
  isOnly || (source.join < 0 && wanted.kind === 'data' && wanted.type !== undefined && isNonNullType(wanted.type))

/** Whether all that objects have is wanted, in the order in which it is answered. */
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

function mark(wanted: Wanted, field: Field): void {
  if (wanted.kind !== 'data') return
  see(field, wanted)
  const { child } = field
  const [type] = child?.types ?? []
  const [variant] = child?.variants ?? []
  if (!child || !variant) return
  const inner = wanted.below?.(child.tellsType ? type : undefined) ?? []
  for (const [index, each] of inner.entries()) mark(each, variant.fields[index] as Field)
}

/** The client sees the field: its reader checks it. */
function see(field: Field, wanted: Wanted & { readonly kind: 'data' }): void {
  field.type ??= wanted.type
}

/** Puts an object's code together; texts in a row are one. */
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
    /** Goes to another source. Returns what `leave` needs. */
    enter({ source }: Giver, arena: number, absent: string | undefined): number {
      flush()
      const text = absent === undefined ? [NOT_NULL, 0] : assembler.literal(absent)
      words.push(ENTER, source.join, source.shape.fetch, arena, ...text, 0)
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
