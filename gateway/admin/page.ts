/**
 * The page of the live map at `/` and its files under `/assets/`. It contains no figures: it
 * fetches them, with the token if one is needed. Its files are looked up at the first visit.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findAssets, sendAsset } from '../playground/assets.ts'
import { notBuilt, pageFile } from '../playground/page-file.ts'

interface MapPage {
  /** Whether a route is the page or one of its files. */
  owns(route: string): boolean
  /** Resolves to false, with nothing written, if there is no such file. */
  send(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>
}

const POLICY = ["style-src 'self'", "img-src 'self' data:", "font-src 'self'"]

export function createMapPage(dist = new URL('../map/dist/', import.meta.url)): MapPage {
  let found: ReturnType<typeof open> | undefined
  const open = async () => {
    const built = await findAssets(dist, '/')
    const html = built?.page ?? notBuilt('Live map')
    return { files: built?.files, sendPage: pageFile({ html, isBuilt: built !== undefined, policy: POLICY }) }
  }
  return {
    owns: (route) => /^GET \/(assets\/.*)?$/.test(route),
    async send(path, request, response) {
      found ??= open()
      const { files, sendPage } = await found
      if (path === '/') {
        sendPage(request, response)
        return true
      }
      const asset = files?.get(path)
      return asset ? sendAsset(asset, request, response) : false
    },
  }
}
