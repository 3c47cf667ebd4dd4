/**
 * Serves files named by their content's hash: compressed at build time and cached by browsers for
 * good. They are read on request, because together they are larger than all else that the gateway
 * holds.
 */
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { isKnownTag } from '../../platform/http/message/etag.ts'

type Encoding = 'br' | 'gzip' | 'identity'

interface Asset {
  readonly type: string
  readonly etag: string
  /** The files of one content by encoding, smallest first. */
  readonly encodings: ReadonlyMap<Encoding, URL>
}

export interface BuiltPage {
  readonly page: string
  /** By path, for example `/assets/Ab3-index.js`. */
  readonly files: ReadonlyMap<string, Asset>
}

const types = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.ttf', 'font/ttf'],
  ['.woff2', 'font/woff2'],
])

/**
 * Finds what `build.ts` wrote to `dist`; `undefined` if it did not run.
 * @param base the path of the page, with a slash at its end
 */
export async function findAssets(dist: URL, base: string): Promise<BuiltPage | undefined> {
  const page = await readFile(new URL('index.html', dist), 'utf8').catch(() => undefined)
  if (page === undefined) return undefined
  const folder = new URL('assets/', dist)
  const names = new Set(await readdir(folder))
  const files = new Map<string, Asset>()
  for (const name of names) {
    const type = types.get(extname(name))
    if (type === undefined) continue
    const variants = [
      ['br', `${name}.br`],
      ['gzip', `${name}.gz`],
      ['identity', name],
    ] as const
    const encodings = new Map<Encoding, URL>()
    for (const [encoding, file] of variants) if (names.has(file)) encodings.set(encoding, new URL(file, folder))
    files.set(`${base}assets/${name}`, { type, etag: name.split('-', 1)[0] ?? name, encodings })
  }
  return { page, files }
}

/**
 * Answers GET and HEAD in the best accepted encoding. Resolves to false, with nothing written, if a
 * new build has removed the file.
 */
export async function sendAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const accepted = new Set((request.headers['accept-encoding'] ?? '').split(',').map((part) => part.trim()))
  const choice = [...asset.encodings].find(([encoding]) => encoding === 'identity' || accepted.has(encoding))
  if (!choice) throw new Error('Every asset has its plain content.')
  const [encoding, file] = choice
  const etag = `"${asset.etag}-${encoding}"`
  const headers = {
    etag,
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': asset.type,
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  }
  if (isKnownTag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end()
    return true
  }
  const content = await readFile(file).catch(() => undefined)
  if (!content) return false
  response.writeHead(200, { ...headers, 'content-length': content.length })
  response.end(request.method === 'HEAD' ? undefined : content)
  return true
}
