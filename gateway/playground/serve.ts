/**
 * Serves the playground: the page at `/` for browsers, and at the path of each contract variant;
 * its files under `/assets/`, demo tokens and the demo's services.
 * Serves only files found at start; never reads a path from a request.
 */
import type { ControlAddress } from '../../platform/process/control.ts'
import type { MapFeed } from '../map/feed.ts'
import { findAssets, sendAsset } from './assets.ts'
import { sendDemoMap } from './demo-map.ts'
import { sendDemoServices } from './demo-services.ts'
import { type DemoCallers, sendDemoToken } from './demo-token.ts'
import type { PlaygroundSettings } from './page/common/settings.ts'
import { embed, notBuilt, pageFile, type ServePage } from './page-file.ts'

interface PlaygroundOptions extends Pick<PlaygroundSettings, 'tabs' | 'services'> {
  /** Those that have a page, with what fits their schema. */
  readonly variants?: readonly Pick<PlaygroundSettings, 'path' | 'tabs'>[]
  /** The demo callers; without them there is no sign-in. */
  readonly demo: DemoCallers | undefined
  /** The live map, for the demo's page. */
  readonly feed: MapFeed
  /** Of the demo's services, if `npm start` runs them. */
  readonly supervisor?: ControlAddress | undefined
  /** The folder that `build.ts` wrote. */
  readonly dist?: URL
}

/** The editor needs workers, inline styles, and fonts in its style sheet. */
const POLICY = [
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
]

/** Reads the built page once. If it was never built, the browser shows how to build it. */
export async function createPlayground({
  tabs,
  services,
  variants = [],
  demo,
  feed,
  supervisor,
  dist,
}: PlaygroundOptions): Promise<ServePage> {
  const built = await findAssets(dist ?? new URL('dist/', import.meta.url), '/')
  const common = {
    services,
    callers: demo?.names ?? [],
    provider: demo?.provider,
    canStop: demo !== undefined && supervisor !== undefined,
  }
  const pageOf = (own: Pick<PlaygroundSettings, 'path' | 'tabs'>) => {
    const settings: PlaygroundSettings = { ...own, ...common }
    return pageFile({
      html: built ? embed(built.page, 'playground-settings', settings) : notBuilt('Playground'),
      isBuilt: built !== undefined,
      policy: POLICY,
      asks: demo?.provider && [new URL(demo.provider.issuer).origin],
    })
  }
  const pages = new Map([
    ['/', pageOf({ path: '/graphql', tabs })],
    ...variants.map((one) => [one.path, pageOf(one)] as const),
  ])

  return async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/demo/token' && demo) {
      await sendDemoToken(demo, request, response)
      return true
    }
    if (path === '/demo/map/events' && demo) {
      sendDemoMap(feed, demo.host, request, response)
      return true
    }
    if (path === '/demo/services' && demo && supervisor) {
      await sendDemoServices(supervisor, demo.host, request, response)
      return true
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const sendPage = pages.get(path.replace(/(?<=.)\/$/, ''))
    if (sendPage && request.headers.accept?.includes('text/html')) {
      sendPage(request, response)
      return true
    }
    const asset = built?.files.get(path)
    return asset ? sendAsset(asset, request, response) : false
  }
}
