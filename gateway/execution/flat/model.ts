/**
 * The objects of an operation, as known before it runs. A shape describes the objects at one place
 * of one fetch's answers; a place joins the shapes of several fetches whose objects are one to the
 * client. It knows neither bytes nor code.
 */
import { type GraphQLOutputType, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import { type Renamer, renamed } from '../calls/renamers.ts'
import { Unsupported } from './unsupported.ts'

/** The facts about the schema that the model needs. */
export interface TypeFacts {
  /** Every type belongs to itself. */
  belongsTo(typename: string, condition: string): boolean
  /** Every type that belongs to a type, including itself. */
  members(condition: string): readonly string[]
  /** The type of a field of the public schema; `undefined` for a hidden one. */
  fieldType(parent: string, field: string): GraphQLOutputType | undefined
}

/** A field of the objects of one shape. The slots are words of its records; -1 for none. */
export class Field {
  /** Its key in the answer's JSON. */
  readonly key: string
  /** Its name in the engine's data. */
  readonly name: string
  readonly child: Shape | undefined
  /** Its type in the public schema; `undefined` for a hidden field. */
  readonly declared: GraphQLOutputType | undefined
  /** Its type as the client sees it; `undefined` if the client does not. */
  type: GraphQLOutputType | undefined
  /** The one type that `__typename` may name. */
  constant: string | undefined
  keyAt = -1
  valueAt = -1
  endAt = -1
  /** First of the two words that say which records hold its objects. */
  link = -1
  /** The place of its objects. */
  place: Place | undefined

  constructor(key: string, name: string, child: Shape | undefined, declared?: GraphQLOutputType) {
    this.key = key
    this.name = name
    this.child = child
    this.declared = declared
  }
}

/** The fields of objects of some types, in the order of the answer. */
export class Variant {
  readonly fields: readonly Field[]
  readonly types: string[] = []
  readonly #byName = new Map<string, number>()

  constructor(fields: readonly Field[]) {
    this.fields = fields
    for (const [index, { name }] of fields.entries()) if (!this.#byName.has(name)) this.#byName.set(name, index)
  }

  /** -1 where there is none. */
  indexOf(name: string): number {
    return this.#byName.get(name) ?? -1
  }
}

/**
 * How a reader knows the type of an object: it need not, by `__typename` as first field, or from
 * the request.
 */
type Recognition = 'one' | 'typename' | 'asked'

const TYPENAME = '__typename'

/** The objects at one place in the answers of one fetch. */
export class Shape {
  readonly fetch: number
  /** The arena of its records; -1 while nothing reads them. */
  arena = -1
  /** Words of a record. The first is the number of its type and never 0. */
  words = 1
  readonly recognition: Recognition
  readonly variants: readonly Variant[]
  readonly #byType = new Map<string | undefined, Variant>()

  constructor(fetch: number, recognition: Recognition, byType: ReadonlyMap<string | undefined, Variant>) {
    this.fetch = fetch
    this.recognition = recognition
    this.#byType = new Map(byType)
    this.variants = [...new Set(byType.values())]
    const [type] = byType.keys()
    if (recognition !== 'one' || type === undefined) return
    for (const field of this.variants[0]?.fields ?? []) if (field.name === TYPENAME) field.constant = type
  }

  /** Names of the types that its objects may have; `undefined` for an unknown one. */
  get types(): readonly (string | undefined)[] {
    return [...this.#byType.keys()]
  }

  variantOf(type: string | undefined): Variant | undefined {
    return this.#byType.get(type) ?? this.#byType.get(undefined)
  }

  /** Whether its objects name their types. */
  get tellsType(): boolean {
    return this.variants.every((variant) => variant.indexOf(TYPENAME) >= 0)
  }

  slots(count: number): number {
    this.words += count
    return this.words - count
  }
}

interface ShapeOptions {
  readonly fetch: number
  readonly sets: readonly SelectionSetNode[]
  /** Types that the objects may have; empty if they are unknown. */
  readonly types: readonly string[]
  readonly renamers: readonly Renamer[]
  /** Whether the type is known from the request. */
  readonly isAsked?: boolean
}

const MAX_FIELDS = 4_000 // of all shapes of an operation; larger ones are left to the exact path

export type ShapeBuilder = (options: ShapeOptions) => Shape

/** @throws Unsupported */
export function shapeBuilder(facts: TypeFacts): ShapeBuilder {
  let left = MAX_FIELDS
  const build: ShapeBuilder = ({ fetch, sets, types, renamers, isAsked = false }) => {
    const conditions = conditionsIn(sets)
    const names: (string | undefined)[] = types.length > 0 ? [...types] : membersOf(conditions)
    if (names.length === 0) names.push(undefined)
    const bySignature = new Map<string, Variant>()
    const byType = new Map<string | undefined, Variant>()
    for (const type of names) {
      const collected = collect(sets, type, facts)
      const signature = [...collected].map(([key, { name }]) => `${key}:${typeText(type, name)}`).join()
      let variant = bySignature.get(signature)
      if (!variant) {
        variant = variantOf(fetch, type, collected, renamers)
        bySignature.set(signature, variant)
      }
      if (type !== undefined) variant.types.push(type)
      byType.set(type, variant)
    }
    const isFirst = [...bySignature.values()].every(({ fields }) => fields[0]?.key === TYPENAME)
    if (byType.size > 1 && !isFirst && !isAsked) {
      const [variant, ...others] = bySignature.values()
      if (!variant || others.length > 0) throw new Unsupported('objects that do not say what they are')
      return new Shape(fetch, 'one', new Map([[undefined, variant]]))
    }
    return new Shape(fetch, byType.size === 1 ? 'one' : isFirst ? 'typename' : 'asked', byType)
  }
  const membersOf = (conditions: ReadonlySet<string>): string[] => [
    ...new Set([...conditions].flatMap((condition) => facts.members(condition))),
  ]
  const typeText = (type: string | undefined, field: string): string =>
    String(type === undefined ? '' : facts.fieldType(type, field))

  const variantOf = (
    fetch: number,
    type: string | undefined,
    collected: ReadonlyMap<string, Collected>,
    renamers: readonly Renamer[],
  ): Variant => {
    const fields = Array.from(collected, ([key, { name, sets }]) => {
      if (--left < 0) throw new Unsupported('too many fields')
      const own = renamed(key, renamers)
      if (sets.length === 0) return new Field(key, own.name, undefined)
      const declared = type === undefined ? undefined : facts.fieldType(type, name)
      const types = declared ? facts.members(String(declared).replace(/[[\]!]/g, '')) : []
      return new Field(key, own.name, build({ fetch, sets, types, renamers: own.below }), declared)
    })
    return new Variant(fields)
  }
  return build
}

interface Collected {
  /** Its name in the schema. */
  readonly name: string
  readonly sets: SelectionSetNode[]
}

function conditionsIn(sets: readonly SelectionSetNode[]): Set<string> {
  const found = new Set<string>()
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind !== Kind.INLINE_FRAGMENT) continue
      if (selection.typeCondition) found.add(selection.typeCondition.name.value)
      visit(selection.selectionSet)
    }
  }
  sets.forEach(visit)
  return found
}

/** The fields that a service answers for an object of a type, keyed by response key, in order. */
function collect(
  sets: readonly SelectionSetNode[],
  type: string | undefined,
  { belongsTo }: TypeFacts,
): Map<string, Collected> {
  const collected = new Map<string, Collected>()
  const add = (selection: SelectionNode): void => {
    // Plans have no conditions and no named fragments.
    if (selection.kind === Kind.FRAGMENT_SPREAD) return
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      const applies = condition === undefined || (type !== undefined && belongsTo(type, condition))
      if (applies) selection.selectionSet.selections.forEach(add)
      return
    }
    const key = (selection.alias ?? selection.name).value
    let field = collected.get(key)
    if (!field) {
      field = { name: selection.name.value, sets: [] }
      collected.set(key, field)
    }
    if (selection.selectionSet) field.sets.push(selection.selectionSet)
  }
  for (const { selections } of sets) selections.forEach(add)
  return collected
}

/** The fields that one fetch gives of a place's objects. */
interface Source {
  readonly shape: Shape
  /**
   * Word of the first source's record with the address of this source's record; -1 for the first.
   */
  readonly join: number
  /** The name of a type in this source, which may differ. */
  readonly typeIn: (type: string) => string
}

interface Part {
  readonly source: Source
  readonly field: Field
}

/**
 * Two fields, of one fetch or two, with the same objects: both have one name in the engine's data.
 */
export interface Overlap {
  /** The place of the objects that have the two fields. */
  readonly parent: Place
  readonly first: Part
  readonly second: Part
  /** Word of the first's records for the address of the second's. */
  readonly join: number
}

/** Objects as the client knows them, whichever fetches give their fields. */
export class Place {
  readonly sources: Source[]
  readonly overlaps: Overlap[]

  constructor(first: Shape, overlaps: Overlap[]) {
    const source: Source = { shape: first, join: -1, typeIn: same }
    this.sources = [source]
    this.overlaps = overlaps
    this.#overlapItself(source)
  }

  /** The shape with one record for each of its objects. */
  get first(): Shape {
    return (this.sources[0] as Source).shape
  }

  /** Adds another fetch's fields of these objects. Returns the word that joins the two. */
  add(shape: Shape, typeIn: (type: string) => string = same): number {
    const join = this.first.slots(1)
    const second: Source = { shape, join, typeIn }
    for (const first of this.sources) this.#overlap(first, second)
    this.sources.push(second)
    this.#overlapItself(second)
    return join
  }

  #overlap(first: Source, second: Source): void {
    for (const one of first.shape.variants) {
      for (const other of second.shape.variants) {
        if (one.types.length > 0 && other.types.length > 0 && !meet(one, other, second)) continue
        for (const field of other.fields) {
          const met = one.fields[one.indexOf(field.name)]
          if (met) this.#unite({ source: first, field: met }, { source: second, field })
        }
      }
    }
  }

  /** The planner may fetch one field in two parts, one of them under an alias. */
  #overlapItself(source: Source): void {
    for (const variant of source.shape.variants) {
      for (const field of variant.fields) {
        const first = variant.fields[variant.indexOf(field.name)]
        if (first && first !== field) this.#unite({ source, field: first }, { source, field })
      }
    }
  }

  #unite(first: Part, second: Part): void {
    const { field } = second
    if (!field.child || !first.field.child) return
    const place = this.placeOf(first.field)
    if (field.place && field.place !== place) throw new Unsupported('one object in two places')
    if (field.place) return
    field.place = place
    // Its own overlaps come after it: their objects are found through its objects.
    const at = this.overlaps.length
    const join = place.add(field.child)
    this.overlaps.splice(at, 0, { parent: this, first, second, join })
  }

  placeOf(field: Field): Place {
    if (!field.child) throw new Error('The field has no objects.')
    field.place ??= new Place(field.child, this.overlaps)
    return field.place
  }

  /** The places of a field's objects, for any type of the parent. */
  below(name: string): readonly Place[] {
    const variants = this.sources.flatMap(({ shape }) => shape.variants)
    const fields = variants.map((variant) => variant.fields[variant.indexOf(name)])
    return [...new Set(fields.flatMap((field) => (field?.child ? this.placeOf(field) : [])))]
  }

  /**
   * The first source that gives a field of an object of a type.
   * @param count number of sources that have answered by then
   */
  giver(type: string | undefined, name: string, firstType: string | undefined, count: number): Giver | undefined {
    let found: Giver | undefined
    for (const [index, source] of this.sources.slice(0, count).entries()) {
      const known = index === 0 ? firstType : type === undefined ? undefined : source.typeIn(type)
      const variant = source.shape.variantOf(known)
      const at = variant?.indexOf(name) ?? -1
      if (!variant || at < 0) continue
      if (found) return { ...found, isOnly: false }
      found = { source, variant, at, isOnly: true }
    }
    return found
  }
}

export interface Giver {
  readonly source: Source
  readonly variant: Variant
  /** The index of the field in the variant. */
  readonly at: number
  /** False if another source gives it, too. */
  readonly isOnly: boolean
}

const same = (type: string): string => type

const meet = (one: Variant, other: Variant, { typeIn }: Source): boolean =>
  one.types.some((type) => other.types.includes(typeIn(type)))
