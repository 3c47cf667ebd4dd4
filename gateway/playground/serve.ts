/**
 * Serves the playground: the page at `/` for browsers, its files under `/assets/`, demo tokens
 * and the demo's services.
 * Serves only files found at start; never reads a path from a request.
 */
import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ControlAddress } from '../../platform/process/control.ts'
import type { MapFeed } from '../map/feed.ts'
import { findAssets, sendAsset } from './assets.ts'
import { sendDemoMap } from './demo-map.ts'
import { sendDemoServices } from './demo-services.ts'
import { type DemoCallers, sendDemoToken } from './demo-token.ts'
import type { PlaygroundSettings, ProviderOfDemo } from './page/common/settings.ts'

interface PlaygroundOptions extends Pick<PlaygroundSettings, 'tabs' | 'services'> {
  /** The demo callers; without them there is no sign-in. */
  readonly demo: DemoCallers | undefined
  /** The live map, for the demo's page. */
  readonly feed: MapFeed
  /** Of the demo's services, if `npm start` runs them. */
  readonly supervisor?: ControlAddress | undefined
  /** The folder that `build.ts` wrote. */
  readonly dist?: URL
}

/** Answers the playground's requests; resolves to false, with nothing written, for any other. */
export type ServePlayground = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/**
 * Scripts, workers and requests of this origin only, but for tokens of the demo's provider. The
 * editor needs inline styles, and fonts in its style sheet.
 */
const securityPolicy = (provider: ProviderOfDemo | undefined): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `connect-src 'self'${provider ? ` ${new URL(provider.issuer).origin}` : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const pageHeaders = (provider: ProviderOfDemo | undefined) => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': securityPolicy(provider),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
  vary: 'accept',
})

const NOT_BUILT =
  '<!doctype html><title>Playground</title><p>The playground is not built: run <code>npm install</code>.'

/** Reads the built page once. If it was never built, the browser shows how to build it. */
export async function createPlayground({
  tabs,
  services,
  demo,
  feed,
  supervisor,
  dist,
}: PlaygroundOptions): Promise<ServePlayground> {
  const built = await findAssets(dist ?? new URL('dist/', import.meta.url))
  const settings: PlaygroundSettings = {
    tabs,
    services,
    callers: demo?.names ?? [],
    provider: demo?.provider,
    canStop: demo !== undefined && supervisor !== undefined,
  }
  const page = built ? embed(built.page, settings) : NOT_BUILT
  const headers = pageHeaders(demo?.provider)
  const etag = `"${hash('sha256', page, 'base64url')}"`

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
    if (path === '/' && request.headers.accept?.includes('text/html')) {
      const fresh = request.headers['if-none-match'] === etag
      response.writeHead(fresh ? 304 : built ? 200 : 503, { ...headers, etag })
      response.end(fresh || request.method === 'HEAD' ? undefined : page)
      return true
    }
    const asset = built?.files.get(path)
    return asset ? sendAsset(asset, request, response) : false
  }
}

/**
 * Fills the page's data block. Escapes `<`, so that no operation can end the block and begin a
 * script.
 */
function embed(page: string, settings: PlaygroundSettings): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c')
  return page.replace('id="playground-settings">', (tag) => tag + json)
}
