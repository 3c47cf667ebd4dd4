/** The value of a scalar or enum of an object. */
import {
  type GraphQLEnumType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql'
import { hashOf } from '../data/random.ts'
import { scalarFor } from '../data/scalars.ts'
import type { Args } from './args.ts'
import { told } from './echo.ts'
import { encodeNode, pooledId } from './identity.ts'
import { type AnyField, keyOf, type MockObject } from './objects.ts'
import { cursorOf, withoutPaging } from './pages.ts'
import type { World } from './world.ts'

/** One in this many nullable values is null. */
const NULLS = 12
/** Fields by which people recognize objects are never null. */
const ESSENTIAL = /^(id|name|title|code|slug|number)$/i

export function leafOf(world: World, object: MockObject, field: AnyField, args: Args, place = ''): unknown {
  const special = specialOf(world, object, field, args)
  if (special !== undefined) return special
  const named = getNamedType(field.type)
  const known = told(object.echo, field.name, named.name) ?? told(object.asked, field.name, named.name)
  if (known !== undefined) return known
  const seed = `${world.seed}:${object.key}.${keyOf(field.name, args)}${place}`
  if (!isNonNullType(field.type) && !ESSENTIAL.test(field.name) && hashOf(`${seed}:null`) % NULLS === 0) return null
  if (isEnumType(named)) return oneOf(named, seed)
  return moneyText(world, object, field, args) ?? generated(world, object, field, named, seed)
}

function generated(world: World, object: MockObject, field: AnyField, named: GraphQLNamedType, seed: string): unknown {
  if (!isScalarType(named)) return null
  if (named.name === 'ID') {
    const type = world.schema.getType(refersTo(field.name))
    if (isObjectType(type)) return pooledId(type.name, seed)
  }
  return scalarFor({
    type: object.__typename,
    field: field.name,
    description: field.description ?? '',
    scalar: named.name,
    scalarDescription: named.description ?? '',
    key: `${world.seed}:${object.key}`,
    seed,
    index: object.index,
  })
}

/** `accountId` refers to an `Account`. */
const refersTo = (field: string): string => {
  const name = field.replace(/Ids?$/, '')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** Values that depend on the object's type and place. */
function specialOf(world: World, object: MockObject, { name, type }: AnyField, args: Args): unknown {
  const { id, page, edge, __typename } = object
  const named = getNamedType(type).name
  const isList = isListType(getNullableType(type))
  if (name === 'cursor' && edge) return edge.cursor
  if (named === 'Boolean' && /^(success|successful|succeeded|ok)$/.test(name)) return true
  if (!isList && /^(error|failure|problem)$/i.test(name) && !isNonNullType(type)) return null
  if (page) {
    if (named === 'Int' && /^(totalCount|total|count|totalItems|totalElements)$/.test(name)) return page.total
    if (/^(hasNextPage|hasNext|hasMore)$/.test(name)) return page.to < page.total
    if (/^(hasPreviousPage|hasPrevious)$/.test(name)) return page.from > 0
    if (name === 'startCursor') return page.to > page.from ? cursorOf(page.from) : null
    if (name === 'endCursor') return page.to > page.from ? cursorOf(page.to - 1) : null
  }
  if (id === undefined || Object.keys(withoutPaging(args)).length > 0) return undefined
  if (name === 'nodeId' && world.idField(__typename) !== 'nodeId') return encodeNode(__typename, id)
  if (name === world.idField(__typename))
    return named === 'Int' ? Number.parseInt(id, 10) : world.publicId(__typename, id)
  return undefined
}

function oneOf(type: GraphQLEnumType, seed: string): string | undefined {
  const values = type.getValues()
  const current = values.filter(({ deprecationReason }) => deprecationReason == null)
  const usable = current.length > 0 ? current : values
  return usable[hashOf(seed) % usable.length]?.name
}

const AMOUNT = /^(amount|value|minorUnits|units|cents)$/
const TEXT = /^(formatted|display|displayValue|text|label)$/
const SMALLEST = /minor|cents/i

/** `€12.50` beside 1250 minor units of EUR. */
function moneyText(world: World, object: MockObject, field: AnyField, args: Args): string | undefined {
  if (!TEXT.test(field.name)) return undefined
  const type = world.schema.getType(object.__typename)
  if (!isObjectType(type)) return undefined
  const siblings = Object.values(type.getFields())
  const amount = siblings.find(({ name, args }) => AMOUNT.test(name) && args.length === 0)
  const currency = siblings.find(({ name }) => /^currency(Code)?$/.test(name))
  if (!amount || !currency) return undefined
  const code = String(world.leaf(object, currency))
  const value = Number(world.leaf(object, amount))
  const locale = typeof args['locale'] === 'string' ? args['locale'] : 'en'
  try {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency: code })
    const isSmallest = SMALLEST.test(getNamedType(amount.type).name) || SMALLEST.test(amount.name)
    return format.format(isSmallest ? value / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) : value)
  } catch {
    return undefined
  }
}
