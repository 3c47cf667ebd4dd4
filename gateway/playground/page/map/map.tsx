/** A plugin of GraphiQL with the live map. It is loaded when somebody looks. */
import type { GraphiQLPlugin } from '@graphiql/react'
import { lazy, Suspense } from 'react'
import { mapSource } from '../../../map/page/source.ts'
import './map.css'

export const mapPlugin: GraphiQLPlugin = { title: 'Live map', icon: MapIcon, content: MapPanel }

const LiveMap = lazy(async () => ({ default: (await import('../../../map/page/panel.tsx')).LiveMap }))
const source = mapSource('/demo/map/events')

function MapIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="5" cy="12" r="2.5" />
      <circle cx="19" cy="5" r="2.5" />
      <circle cx="19" cy="12" r="2.5" />
      <circle cx="19" cy="19" r="2.5" />
      <path d="M7.5 12h9M7 10.5l9.8-4.4M7 13.5l9.8 4.4" />
    </svg>
  )
}

function MapPanel() {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may have nothing else to focus, and scrolls
    <div className="map-plugin" tabIndex={0}>
      <h2>Live map</h2>
      <Suspense fallback={<p>Loading the map…</p>}>
        <LiveMap source={source} />
      </Suspense>
    </div>
  )
}
