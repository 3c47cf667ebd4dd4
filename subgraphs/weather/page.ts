/** Cuts Relay pages out of a list that has a total order. A cursor names the last item seen, so a page never shifts under a reader. */
import { codedError } from '../../gateway/protocol/errors.ts'

export interface PageArguments {
  readonly first: number
  readonly after?: string | null
}

export interface Connection<Item> {
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

const MAX_PAGE = 100

/**
 * One page.
 * @param items in order; read only as far as the page needs
 * @param position what orders the items: two numbers, compared one after the other, both ascending
 * @throws BAD_USER_INPUT for `first` outside 1 to 100 or a cursor that is none of ours
 */
export function pageOf<Item>(
  items: Iterable<Item>,
  { first, after }: PageArguments,
  position: (item: Item) => readonly [number, number],
): Connection<Item> {
  if (first < 1 || first > MAX_PAGE) throw codedError('BAD_USER_INPUT', `"first" must be from 1 to ${MAX_PAGE}.`)
  const last = after == null ? undefined : decode(after)
  const edges: { cursor: string; node: Item }[] = []
  let hasNextPage = false
  for (const item of items) {
    const [major, minor] = position(item)
    if (last && (major < last[0] || (major === last[0] && minor <= last[1]))) continue
    if (edges.length === first) {
      hasNextPage = true
      break
    }
    edges.push({ cursor: encode([major, minor]), node: item })
  }
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: last !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

const encode = (position: readonly [number, number]): string => Buffer.from(position.join(':')).toString('base64url')

function decode(cursor: string): readonly [number, number] {
  const match = /^(-?\d+(?:\.\d+)?(?:e-?\d+)?):(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (!match) throw codedError('BAD_USER_INPUT', '"after" is not a cursor of this list.')
  return [Number(match[1]), Number(match[2])]
}
