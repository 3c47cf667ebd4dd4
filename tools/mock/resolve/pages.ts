/** Pages of connections: any page size and both directions give the same list. */
import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql'
import { hashOf } from '../data/random.ts'
import type { Args } from './args.ts'

export interface Page {
  /** Size of the whole list. */
  readonly total: number
  /** Range in the list: from the first index, to before the second. */
  readonly from: number
  readonly to: number
}

const PAGING = ['first', 'last', 'after', 'before', 'limit', 'offset', 'skip', 'take', 'page', 'pageSize', 'perPage']
const USUAL = 10

/** The arguments that select the list, without those that select a page. */
export const withoutPaging = (args: Args): Args =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !PAGING.includes(name)))

/** The length of a list: from a few items to several pages. */
const totalOf = (key: string): number => 8 + (hashOf(`${key}:total`) % 40)

export const cursorOf = (place: number): string => Buffer.from(`mock:${place}`).toString('base64url')

/** The index that a cursor stands for. @throws BAD_USER_INPUT */
export function placeOf(cursor: unknown, name: string): number {
  const [, place] = /^mock:(\d{1,9})$/.exec(Buffer.from(String(cursor), 'base64url').toString('utf8')) ?? []
  if (place === undefined) throw wrong(`"${name}" is not a cursor of this list.`)
  return Number(place)
}

/** @throws BAD_USER_INPUT */
export function pageOf(key: string, args: Args): Page {
  const total = totalOf(key)
  const after = args['after'] == null ? 0 : placeOf(args['after'], 'after') + 1
  const before = args['before'] == null ? total : Math.min(placeOf(args['before'], 'before'), total)
  const first = sizeIn(args, ['first', 'limit', 'take', 'pageSize', 'perPage'])
  const number = sizeIn(args, ['page']) ?? 1
  const offset = (sizeIn(args, ['offset', 'skip']) ?? 0) + Math.max(number - 1, 0) * (first ?? USUAL)
  let from = Math.min(after + offset, total)
  let to = Math.max(before, from)
  const last = sizeIn(args, ['last'])
  if (first !== undefined) to = Math.min(to, from + first)
  if (last !== undefined) from = Math.max(from, to - last)
  if (first === undefined && last === undefined) to = Math.min(to, from + USUAL)
  return { total, from, to }
}

function sizeIn(args: Args, names: readonly string[]): number | undefined {
  const name = names.find((each) => typeof args[each] === 'number')
  if (name === undefined) return undefined
  const size = args[name] as number
  if (Number.isInteger(size) && size >= 0) return size
  throw wrong(`"${name}" must be 0 or more.`)
}

const wrong = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })

/**
 * Whether an object is a page of a list, such as `{ items, total }` of a field with `limit` or
 * `page`.
 */
export const isPart = (type: GraphQLObjectType, names: readonly string[]): boolean =>
  names.some((name) => PAGING.includes(name)) &&
  Object.values(type.getFields()).some(
    (field) => isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type)),
  )

/** The node type of a connection; `undefined` for any other type. */
export function nodeTypeOf(type: GraphQLObjectType): GraphQLCompositeType | undefined {
  const { edges, nodes, pageInfo } = type.getFields()
  if (!pageInfo) return undefined
  const edge = edges && isListType(getNullableType(edges.type)) ? getNamedType(edges.type) : undefined
  const node = isObjectType(edge) ? edge.getFields()['node'] : nodes
  const named = node && getNamedType(node.type)
  return named && isCompositeType(named) ? named : undefined
}
