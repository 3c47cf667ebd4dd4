/** The live map: a picture where there is room for it, a list where there is not. */
import './map.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { GatewayCard, ServiceCard, StoreCard, stores } from './cards.tsx'
import { Graph } from './graph.tsx'
import { NOTHING_SEEN, type Seen, see } from './history.ts'
import { Operations } from './operations.tsx'
import type { Connection, MapSource } from './source.ts'

/** Pixels below which the picture's text would be too small to read. */
const ROOM_FOR_PICTURE = 850
const ROOM_BESIDE = 1_180
const BESIDE = 330 // for the operations, as in map.css

interface LiveMapProps {
  readonly source: MapSource
  /** Called if a token is asked for. */
  readonly onRefused?: (() => void) | undefined
}

export function LiveMap({ source, onRefused }: LiveMapProps) {
  const [seen, setSeen] = useState(NOTHING_SEEN)
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  useEffect(
    () =>
      source.follow({
        onMap: (map) => setSeen((before) => see(before, map)),
        onConnection(next) {
          setConnection(next)
          if (next.state === 'refused') onRefused?.()
        },
      }),
    [source, onRefused],
  )
  const isStale = seen.map !== undefined && connection.state !== 'live'
  return (
    <section className="live-map" aria-label="Live map" data-stale={isStale}>
      <Told connection={connection} />
      {seen.map ? <Shown map={seen.map} moments={seen.moments} /> : <p className="waiting">{waitingFor(connection)}</p>}
    </section>
  )
}

const waitingFor = ({ state }: Connection): string =>
  state === 'refused' ? 'The map needs the admin token.' : 'Waiting for the first figures of the gateway…'

function Told({ connection }: { readonly connection: Connection }) {
  const text = {
    connecting: 'Connecting…',
    live: 'Live: figures of the last 10 seconds',
    lost: 'Connection lost. Trying again.',
    refused: 'Not signed in',
  }[connection.state]
  return (
    <p className="told" role="status" data-state={connection.state}>
      {text}
      {connection.state === 'lost' && ` ${connection.reason} What is shown is old.`}
    </p>
  )
}

function Shown({ map, moments }: { readonly map: NonNullable<Seen['map']>; readonly moments: Seen['moments'] }) {
  const [chosen, setChosen] = useState<string>()
  const [width, setWidth] = useState(0)
  const room = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const measure = (): void => setWidth(room.current?.clientWidth ?? 0)
    const observer = new ResizeObserver(measure)
    if (room.current) observer.observe(room.current)
    measure()
    return () => observer.disconnect()
  }, [])
  const isBeside = width >= ROOM_BESIDE
  const isPicture = width >= ROOM_FOR_PICTURE
  const stages = map.operations.find(({ name }) => name === chosen)?.stages
  return (
    <div ref={room} className="shown" data-beside={isBeside} data-picture={isPicture}>
      <div className="place">
        {isPicture ? (
          <Graph map={map} moments={moments} stages={stages} width={isBeside ? width - BESIDE : width} />
        ) : (
          <List map={map} moments={moments} />
        )}
      </div>
      <Operations
        operations={map.operations}
        services={map.services}
        chosen={stages ? chosen : undefined}
        onChoose={setChosen}
      />
    </div>
  )
}

function List({ map, moments }: { readonly map: NonNullable<Seen['map']>; readonly moments: Seen['moments'] }) {
  return (
    <div className="list">
      <GatewayCard gateway={map.gateway} moments={moments} />
      {map.services.map((service) => (
        <ServiceCard key={service.name} service={service} moments={moments} />
      ))}
      {stores(map).map(({ of, store }) => (
        <StoreCard key={of} of={of} store={store} />
      ))}
    </div>
  )
}
