/**
 * Relay connections for every list that can grow: page sizes, opaque cursors, page info. A cursor
 * is a position, never a permission: a forged one is refused, or names a position in the caller's
 * own list.
 */
import { z } from 'zod'
import { codedError } from '../../platform/protocol/errors.ts'

const MAX_PAGE = 100 // items
const DEFAULT_PAGE = 20 // items
const MAX_CURSOR_LENGTH = 512 // characters

/** The arguments of every list: from its start on, or back from its end. */
export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

export interface Edge<Node> {
  readonly cursor: string
  readonly node: Node
}

interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[]
  readonly pageInfo: PageInfo
}

/** The content of a cursor: the values that the list is ordered by, as JSON. */
type Position = readonly (string | number | null)[]

/** The part of a list to read for a page. */
export interface Range<Place> {
  /** Rows at most: one more than the page has, which shows that there is more. */
  readonly limit: number
  /** Rows that follow this place, in the order of the list. */
  readonly after: Place | undefined
  /** Rows that precede this place. */
  readonly before: Place | undefined
  /** Wanted are the last such rows, the last one first. */
  readonly backwards: boolean
}

/** The page that arguments ask for. */
interface Page<Place> {
  readonly size: number
  readonly range: Range<Place>
}

interface ListOptions {
  /** Items if the client gives no number. */
  readonly pageSize?: number
}

/** @throws BAD_USER_INPUT */
function pageIn<Shape extends z.ZodType<Position>>(
  list: string,
  shape: Shape,
  { first, after, last, before }: PageArguments,
  { pageSize = DEFAULT_PAGE }: ListOptions,
): Page<z.output<Shape>> {
  if (isGiven(first) && isGiven(last))
    throw codedError('BAD_USER_INPUT', 'Give "first" or "last", not both: a page is read in one direction.')
  const backwards = isGiven(last)
  const size = backwards ? sizeIn('last', last) : sizeIn('first', first ?? pageSize)
  return {
    size,
    range: {
      limit: size + 1,
      after: decodeCursor(list, shape, after),
      before: decodeCursor(list, shape, before, 'before'),
      backwards,
    },
  }
}

const isGiven = <Value>(value: Value | null | undefined): value is Value => value !== null && value !== undefined

function sizeIn(name: 'first' | 'last', size: number): number {
  if (Number.isInteger(size) && size >= 0 && size <= MAX_PAGE) return size
  throw codedError('BAD_USER_INPUT', `"${name}" must be from 0 to ${MAX_PAGE}.`)
}

/** @param list names the list, so that other lists refuse its cursors */
export function encodeCursor(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url')
}

/**
 * The position in a cursor; `undefined` without a cursor.
 * @param shape the shape of this list's positions
 * @param name of the argument
 * @throws BAD_USER_INPUT for anything that `encodeCursor` would not write
 */
export function decodeCursor<Shape extends z.ZodType<Position>>(
  list: string,
  shape: Shape,
  cursor: string | null | undefined,
  name = 'after',
): z.output<Shape> | undefined {
  if (cursor === null || cursor === undefined) return undefined
  const position = shape.safeParse(parsePosition(list, cursor))
  // Each position has exactly one valid cursor.
  if (position.success && encodeCursor(list, position.data) === cursor) return position.data
  throw codedError('BAD_USER_INPUT', `"${name}" is not a cursor of this list.`)
}

/** Makes a connection of a page. @param rows read as `range` says, with one beyond the page */
function connectionOf<Node>(
  rows: readonly Node[],
  { size, range: { after, before, backwards } }: Page<unknown>,
  cursorOf: (node: Node) => string,
): Connection<Node> {
  const nodes = rows.slice(0, size)
  if (backwards) nodes.reverse()
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }))
  const hasMore = rows.length > size
  return {
    edges,
    pageInfo: {
      hasNextPage: backwards ? before !== undefined : hasMore,
      hasPreviousPage: backwards ? hasMore : after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/**
 * A reader of one list's pages, in both directions.
 * @param name names the list, so that other lists refuse its cursors
 */
export const pagesOf =
  <Shape extends z.ZodType<Position>, Node>(name: string, shape: Shape, positionOf: (node: Node) => Position) =>
  async (
    args: PageArguments,
    read: (range: Range<z.output<Shape>>) => Promise<readonly Node[]>,
    options: ListOptions = {},
  ): Promise<Connection<Node>> => {
    const page = pageIn(name, shape, args, options)
    return connectionOf(await read(page.range), page, (node) => encodeCursor(name, positionOf(node)))
  }

/** The same for a list that is wholly in memory. */
export const pagesInMemory =
  <Shape extends z.ZodType<Position>, Node>(name: string, shape: Shape, positionOf: (node: Node) => Position) =>
  (
    args: PageArguments,
    read: (range: Range<z.output<Shape>>) => readonly Node[],
    options: ListOptions = {},
  ): Connection<Node> => {
    const page = pageIn(name, shape, args, options)
    return connectionOf(read(page.range), page, (node) => encodeCursor(name, positionOf(node)))
  }

/**
 * The rows of a sorted list that a page needs.
 * @param compare negative for a row before a place, 0 for the row at it, positive after it
 */
export function rowsIn<Row, Place>(
  rows: readonly Row[],
  { limit, after, before, backwards }: Range<Place>,
  compare: (row: Row, place: Place) => number,
): readonly Row[] {
  const from = after === undefined ? 0 : firstWhere(rows, (row) => compare(row, after) > 0)
  const end = before === undefined ? rows.length : firstWhere(rows, (row) => compare(row, before) >= 0)
  return backwards
    ? rows.slice(Math.max(from, end - limit), end).reverse()
    : rows.slice(from, Math.max(from, Math.min(end, from + limit)))
}

/** The first index from which `holds` is true, by halves. */
function firstWhere<Row>(rows: readonly Row[], holds: (row: Row) => boolean): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(rows[middle] as Row)) high = middle
    else low = middle + 1
  }
  return low
}

const envelope = z.tuple([z.string()], z.union([z.string(), z.number(), z.null()]))

function parsePosition(list: string, cursor: string): Position | undefined {
  if (cursor.length > MAX_CURSOR_LENGTH) return undefined
  try {
    const [name, ...position] = envelope.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return name === list ? position : undefined
  } catch {
    return undefined
  }
}
