/** The map as a picture: the gateway, the services that it calls, and their databases. */
import '@xyflow/react/dist/base.css'
import { type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react' // MIT; node graphs
import type { ReactNode } from 'react'
import { GatewayCard, ServiceCard, StoreCard, shownInstances } from './cards.tsx'
import { rate } from './format.ts'
import { callsTo, type Seen } from './history.ts'
import type { LiveMap, MappedService } from './live-map.ts'

const WIDTHS = { gateway: 232, service: 372, store: 172 } // pixels, as in map.css
const GAP = 104
const BETWEEN = 20
const HEIGHTS = { gateway: 206, service: 104, instance: 50, note: 22, store: 104 }
const MARGIN = 8

const SERVICES_AT = WIDTHS.gateway + GAP
const STORES_AT = SERVICES_AT + WIDTHS.service + GAP

type Card = Node<{ card: ReactNode; dim: boolean }, 'card'>

function CardNode({ data: { card, dim } }: NodeProps<Card>) {
  return (
    <div data-dim={dim}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {card}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
}

const nodeTypes = { card: CardNode }

interface GraphProps {
  readonly map: LiveMap
  readonly moments: Seen['moments']
  /** The steps of the chosen operation. */
  readonly stages: readonly (readonly string[])[] | undefined
  /** Pixels that there are. */
  readonly width: number
}

/** Nothing is dragged or zoomed: the picture has the width that there is, and the page scrolls. */
export function Graph({ map, moments, stages, width }: GraphProps) {
  const placed = place(map.services)
  const hasStores = placed.some(({ service }) => service.store)
  const contentWidth = hasStores ? STORES_AT + WIDTHS.store : SERVICES_AT + WIDTHS.service
  const contentHeight = Math.max(
    HEIGHTS.gateway,
    placed.reduce((sum, { height }) => sum + height + BETWEEN, -BETWEEN),
  )
  const zoom = Math.min(1.15, (width - 2 * MARGIN) / contentWidth)
  const x = Math.max(MARGIN, (width - contentWidth * zoom) / 2)
  return (
    <div className="graph" style={{ height: contentHeight * zoom + 2 * MARGIN }}>
      <ReactFlow
        aria-label="Map of the gateway and its services"
        nodes={nodesOf({ map, moments, stages }, placed, contentHeight)}
        edges={edgesOf(map, stages)}
        nodeTypes={nodeTypes}
        viewport={{ x, y: MARGIN, zoom }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        panOnDrag={false}
        panOnScroll={false}
        zoomOnScroll={false}
        zoomOnPinch={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        disableKeyboardA11y
      />
    </div>
  )
}

interface Placed {
  readonly service: MappedService
  readonly y: number
  readonly height: number
}

function place(services: readonly MappedService[]): readonly Placed[] {
  let y = 0
  return services.map((service) => {
    const { instances } = service
    const shown = shownInstances(instances).length
    const notes = instances.length > shown || instances.length === 0 ? HEIGHTS.note : 0
    const placed = { service, y, height: HEIGHTS.service + shown * HEIGHTS.instance + notes }
    y += placed.height + BETWEEN
    return placed
  })
}

function nodesOf(
  { map, moments, stages }: Omit<GraphProps, 'width'>,
  placed: readonly Placed[],
  contentHeight: number,
): Card[] {
  const node = (id: string, card: ReactNode, box: { x: number; y: number; width: number; height: number }): Card => ({
    id,
    type: 'card',
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    data: { card, dim: false },
  })
  const middle = (contentHeight - HEIGHTS.gateway) / 2
  const gateway = node('gateway', <GatewayCard gateway={map.gateway} moments={moments} />, {
    x: 0,
    y: middle,
    width: WIDTHS.gateway,
    height: HEIGHTS.gateway,
  })
  const asked = stages && new Set(stages.flat())
  return [
    gateway,
    ...placed.flatMap(({ service, y, height }) => {
      const { name, store } = service
      const dim = asked !== undefined && !asked.has(name)
      const card = node(`service ${name}`, <ServiceCard service={service} moments={moments} />, {
        x: SERVICES_AT,
        y,
        width: WIDTHS.service,
        height,
      })
      const own = store && [
        node(`store ${name}`, <StoreCard store={store} of={name} />, {
          x: STORES_AT,
          y: y + (height - HEIGHTS.store) / 2,
          width: WIDTHS.store,
          height: HEIGHTS.store,
        }),
      ]
      return [card, ...(own ?? [])].map((each) => ({ ...each, data: { ...each.data, dim } }))
    }),
  ]
}

const THINNEST = 1.5 // pixels

function edgesOf({ services }: LiveMap, stages: GraphProps['stages']): Edge[] {
  return services.flatMap((service) => {
    const { name, kind, store, instances } = service
    const calls = callsTo(service)
    const fails = instances.length > 0 && instances.every(({ health }) => health === 'unhealthy')
    const steps = (stages ?? []).flatMap((asked, at) => (asked.includes(name) ? [at + 1] : []))
    const isOff = stages !== undefined && steps.length === 0
    const line = (more: Partial<Edge> & Pick<Edge, 'id' | 'source' | 'target'>): Edge => ({
      className: [fails ? 'fails' : kind, isOff ? 'off' : ''].join(' '),
      style: { strokeWidth: THINNEST + Math.log10(1 + calls) * 1.5 },
      ...more,
    })
    const label = [...(steps.length > 0 ? [`step ${steps.join(' and ')}`] : []), ...(isOff ? [] : [rate(calls)])].join(
      ', ',
    )
    const toService = line({ id: name, source: 'gateway', target: `service ${name}`, label })
    const toStore = line({ id: `store of ${name}`, source: `service ${name}`, target: `store ${name}` })
    return store ? [toService, toStore] : [toService]
  })
}
