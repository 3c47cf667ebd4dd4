/** Follows the live map by server-sent events, and takes up again where the connection was lost. */
import { readEvents } from './events.ts'
import type { LiveMap } from './live-map.ts'

export type Connection =
  | { readonly state: 'connecting' | 'live' }
  /** Will be tried again. */
  | { readonly state: 'lost'; readonly reason: string }
  /** A token is asked for. */
  | { readonly state: 'refused' }

interface Follower {
  onMap(map: LiveMap): void
  onConnection(connection: Connection): void
}

export interface MapSource {
  /** Returns what ends it. */
  follow(follower: Follower): () => void
}

const SILENCE = 5_000 // milliseconds without a map after which a connection is given up
const FIRST_PAUSE = 1_000 // milliseconds before it is tried again, twice as long each time
const LONGEST_PAUSE = 8_000

/** @param token of the admin port, where one is asked for */
export const mapSource = (url: string, token?: string): MapSource => ({
  follow(follower) {
    const ending = new AbortController()
    void keepFollowing({ url, token }, follower, ending.signal)
    return () => ending.abort()
  },
})

interface Address {
  readonly url: string
  readonly token: string | undefined
}

async function keepFollowing(address: Address, follower: Follower, ending: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE
  const onMap = (map: LiveMap): void => {
    if (ending.aborted) return
    pause = FIRST_PAUSE
    follower.onConnection({ state: 'live' })
    follower.onMap(map)
  }
  follower.onConnection({ state: 'connecting' })
  while (!ending.aborted) {
    const connection = await readMaps(address, onMap, ending)
    if (ending.aborted) return
    follower.onConnection(connection)
    if (connection.state === 'refused') return
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }
}

/** Resolves with why it ended. */
async function readMaps({ url, token }: Address, onMap: Follower['onMap'], ending: AbortSignal): Promise<Connection> {
  const silence = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const hear = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), SILENCE)
  }
  try {
    hear()
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([silence.signal, ending]),
    })
    if (response.status === 401) return { state: 'refused' }
    if (!response.ok || !response.body) return { state: 'lost', reason: `The gateway answered ${response.status}.` }
    for await (const event of readEvents(response.body)) {
      hear()
      onMap(JSON.parse(event.get('data') ?? '') as LiveMap)
    }
    return { state: 'lost', reason: 'The gateway ended the connection.' }
  } catch {
    return { state: 'lost', reason: 'The gateway does not answer.' }
  } finally {
    clearTimeout(timer)
  }
}
