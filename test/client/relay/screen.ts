/**
 * A screen of React and Relay, without a browser: it shows nothing, and says what its hooks give.
 */
import { createElement, type FunctionComponent, Suspense, useEffect } from 'react'
import { RelayEnvironmentProvider } from 'react-relay'
import { create } from 'react-test-renderer'
import {
  Environment,
  type FragmentType,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  Store,
} from 'relay-runtime'
import { OLD, type Part, partsOf } from '../../gateway/request/parts/read-parts.ts'
import { until } from '../../support/until.ts'

/** The reference by which a fragment is read. */
export type Ref<Data = unknown> = Readonly<{ ' $data'?: Data; ' $fragmentSpreads': FragmentType }>

interface Sent {
  readonly name: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface World {
  readonly environment: Environment
  /** Requests, the oldest first. */
  readonly sent: readonly Sent[]
}

/** @param url base address of a gateway */
export function openWorld(url: string, headers: Readonly<Record<string, string>>): World {
  const sent: Sent[] = []
  const network = Network.create(({ name, text }, variables) =>
    Observable.create<GraphQLResponse>((sink) => {
      const read = async (): Promise<void> => {
        sent.push({ name, variables })
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: `${OLD}, application/json`, ...headers },
          body: JSON.stringify({ query: text, variables }),
        })
        for await (const answer of answersIn(response)) sink.next(answer as GraphQLResponse)
        sink.complete()
      }
      read().catch(sink.error)
    }),
  )
  const store = new Store(new RecordSource())
  // Objects without a nodeId are identified by their place.
  const getDataID = ({ nodeId }: { readonly nodeId?: string }): string | undefined => nodeId
  return { sent, environment: new Environment({ network, store, getDataID: getDataID as never }) }
}

/** Each part of an answer as Relay takes it: what is deferred by itself. */
async function* answersIn(response: Response): AsyncGenerator<unknown> {
  if (response.headers.get('content-type')?.includes('json')) yield await response.json()
  else for await (const { incremental, ...whole } of partsOf(response)) yield* (incremental as Part[]) ?? [whole]
}

/** A rendered screen. */
export interface Screen<Shown> {
  /** The last results of its hooks. */
  shown(): Shown
  close(): void
}

/** @param use calls hooks, and gives what they give */
export async function show<Shown>({ environment }: World, use: () => Shown): Promise<Screen<Shown>> {
  let last: { readonly value: Shown } | undefined
  const Content: FunctionComponent = () => {
    const value = use()
    // In an effect, because hooks act on what is on the screen.
    useEffect(() => {
      last = { value }
    })
    return null
  }
  const children = createElement(Suspense, { fallback: null }, createElement(Content))
  const root = create(createElement(RelayEnvironmentProvider, { environment, children }))
  await until(() => last !== undefined)
  return { shown: () => (last as { readonly value: Shown }).value, close: () => root.unmount() }
}
