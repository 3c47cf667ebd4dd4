/** A paged list of the graph, with its states of loading, failure and emptiness. */
import { Fragment, type ReactNode } from 'react'
import { More } from './more.tsx'
import { Loaded } from './ui.tsx'

interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined }
}

/** The result of `useQuery`. */
interface Query {
  readonly error?: unknown
  readonly loading: boolean
  readonly refetch: () => unknown
  readonly fetchMore: (options: { variables: { after: string | null | undefined } }) => Promise<unknown>
}

interface ListedProps<Node> {
  readonly query: Query
  readonly connection: Connection<Node> | null | undefined
  readonly empty: string
  /** True if the owner of the list does not exist. */
  readonly isNobody?: boolean
  readonly children: (nodes: readonly Node[]) => ReactNode
}

export function Listed<Node>({ query, connection, empty, isNobody = false, children }: ListedProps<Node>) {
  const { error, loading, refetch, fetchMore } = query
  return (
    <Loaded
      value={connection ?? undefined}
      isEmpty={isNobody || (connection?.edges.length === 0 && !loading)}
      empty={empty}
      error={error}
      onRetry={() => refetch()}
    >
      {({ edges, pageInfo: { hasNextPage, endCursor } }) => (
        <>
          {children(edges.map(({ node }) => node))}
          {hasNextPage && (
            <More
              isLoading={loading}
              onMore={() => void fetchMore({ variables: { after: endCursor } }).catch(() => undefined)}
            />
          )}
        </>
      )}
    </Loaded>
  )
}

interface RowsProps<Node> {
  readonly nodes: readonly Node[]
  readonly children: (node: Node) => ReactNode
}

export const Rows = <Node extends { readonly id: string }>({ nodes, children }: RowsProps<Node>) => (
  <ul className="rows">
    {nodes.map((node) => (
      <Fragment key={node.id}>{children(node)}</Fragment>
    ))}
  </ul>
)
