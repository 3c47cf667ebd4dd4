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

/** The arguments of every list. */
export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
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
export type Position = readonly (string | number | null)[]

/** Checks the argument `first`, 1 to 100, by default 20. @throws BAD_USER_INPUT */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? DEFAULT_PAGE
  if (Number.isInteger(size) && size >= 1 && size <= MAX_PAGE) return size
  throw codedError('BAD_USER_INPUT', `"first" must be from 1 to ${MAX_PAGE}.`)
}

/** @param list names the list, so that other lists refuse its cursors */
export function encodeCursor(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url')
}

/**
 * The position in `after`; `undefined` reads from the start.
 * @param shape the shape of this list's positions
 * @throws BAD_USER_INPUT for anything that `encodeCursor` would not write
 */
export function decodeCursor<Shape extends z.ZodType<Position>>(
  list: string,
  shape: Shape,
  after: string | null | undefined,
): z.output<Shape> | undefined {
  if (after === null || after === undefined) return undefined
  const position = shape.safeParse(parsePosition(list, after))
  // Each position has exactly one valid cursor.
  if (position.success && encodeCursor(list, position.data) === after) return position.data
  throw codedError('BAD_USER_INPUT', '"after" is not a cursor of this list.')
}

/**
 * Makes a connection of the rows that follow a position.
 * @param rows in order, read with a limit of `first` + 1: the extra one shows that there is a next
 * page
 * @param after the unchanged argument
 */
export function connectionOf<Node>(
  rows: readonly Node[],
  { first, after, cursorOf }: { first: number; after: string | null | undefined; cursorOf: (node: Node) => string },
): Connection<Node> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(node), node }))
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null && after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/**
 * A reader of one list's pages. It calls `read` with the most nodes to give and the position to
 * start after; without a position it starts at the first node.
 * @param name names the list, so that other lists refuse its cursors
 */
export const pagesOf =
  <Shape extends z.ZodType<Position>, Node>(name: string, shape: Shape, positionOf: (node: Node) => Position) =>
  async (
    { first, after }: PageArguments,
    read: (limit: number, position: z.output<Shape> | undefined) => Promise<readonly Node[]>,
  ): Promise<Connection<Node>> => {
    const size = pageSize(first)
    const nodes = await read(size + 1, decodeCursor(name, shape, after))
    return connectionOf(nodes, { first: size, after, cursorOf: (node) => encodeCursor(name, positionOf(node)) })
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
