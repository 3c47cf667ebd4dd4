/**
 * Serves the web app: its page at every path below `/app/`, and its files. Serves only files found
 * at start; never reads a path from a request.
 */
import type { DemoSettings } from '../../platform/protocol/identity-settings.ts'
import { findAssets, sendAsset } from '../playground/assets.ts'
import { embed, notBuilt, pageFile, type ServePage } from '../playground/page-file.ts'
import { openOfflineWorker } from './offline-worker.ts'

/** The gateway's settings for it. */
interface Settings {
  readonly app: {
    readonly enabled: boolean
    readonly issuer?: string | undefined
    readonly clientId: string
    readonly scope: string
  }
  readonly identity: { readonly demo?: DemoSettings | undefined } | undefined
}

/** Settings embedded in the page: where its users sign in, and as which client. */
interface PageSettings {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
}

const BASE = '/app/'

/** React sets inline styles by script, which this allows; the markup has none. */
const POLICY = ["style-src 'self'", "img-src 'self' data:", "require-trusted-types-for 'script'"]

/**
 * Serves nothing if it is switched off, or if there is nowhere to sign in.
 * @param dist the folder that `client/app/build.ts` wrote
 */
export async function openApp(
  { app, identity }: Settings,
  dist = new URL('../../client/app/dist/', import.meta.url),
): Promise<ServePage> {
  const settings = app.enabled ? await pageSettings(app, identity?.demo) : undefined
  if (!settings) return async () => false
  const built = await findAssets(dist, BASE)
  const html = built ? embed(built.page, 'app-settings', settings) : notBuilt('Tributary')
  const worker = built && (await openOfflineWorker({ files: built.files, html, base: BASE }))
  const sendPage = pageFile({
    html,
    isBuilt: built !== undefined,
    policy: POLICY,
    asks: [new URL(settings.issuer).origin],
  })

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/app') {
      response.writeHead(308, { location: BASE }).end()
      return true
    }
    if (path === worker?.path) {
      worker.send(request, response)
      return true
    }
    const asset = built?.files.get(path)
    if (asset) return sendAsset(asset, request, response)
    // The page routes its own paths, and shows an unknown one as such.
    if (!path.startsWith(BASE) || !request.headers.accept?.includes('text/html')) return false
    sendPage(request, response)
    return true
  }
}

async function pageSettings(app: Settings['app'], demo: DemoSettings | undefined): Promise<PageSettings | undefined> {
  const { issuer, clientId, scope } = app
  if (issuer !== undefined) return { issuer, clientId, scope }
  if (demo?.issuer === undefined) return undefined
  const { demoScope } = await import('../../platform/protocol/demo-identity.ts')
  return { issuer: demo.issuer, clientId, scope: demoScope }
}
