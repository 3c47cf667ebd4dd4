/** Files with their content's hash in their name: read once, compressed beforehand, kept by browsers for good. Knows no page. */
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'

type Encoding = 'br' | 'gzip' | 'identity'

interface Asset {
  readonly type: string
  readonly etag: string
  /** The same content, smallest first. */
  readonly encodings: ReadonlyMap<Encoding, Buffer>
}

interface BuiltPage {
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

/** Everything `build.ts` left in `dist`; undefined where it did not run. */
export async function loadAssets(dist: URL): Promise<BuiltPage | undefined> {
  const page = await readFile(new URL('index.html', dist), 'utf8').catch(() => undefined)
  if (page === undefined) return undefined
  const folder = new URL('assets/', dist)
  const names = await readdir(folder)
  const read = async (name: string): Promise<Buffer | undefined> =>
    names.includes(name) ? readFile(new URL(name, folder)) : undefined
  const files = new Map<string, Asset>()
  for (const name of names) {
    const type = types.get(extname(name))
    if (type === undefined) continue
    const variants = [
      ['br', await read(`${name}.br`)],
      ['gzip', await read(`${name}.gz`)],
      ['identity', await read(name)],
    ] as const
    const encodings = new Map<Encoding, Buffer>()
    for (const [encoding, content] of variants) if (content) encodings.set(encoding, content)
    files.set(`/assets/${name}`, { type, etag: name.split('-', 1)[0] ?? name, encodings })
  }
  return { page, files }
}

/** Answers GET and HEAD, in the best encoding that the browser takes. */
export function sendAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const accepted = new Set((request.headers['accept-encoding'] ?? '').split(',').map((part) => part.trim()))
  const choice = [...asset.encodings].find(([encoding]) => encoding === 'identity' || accepted.has(encoding))
  if (!choice) throw new Error('Every asset has its plain content.')
  const [encoding, content] = choice
  const etag = `"${asset.etag}-${encoding}"`
  const headers = {
    etag,
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': asset.type,
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  }
  if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end()
  else {
    response.writeHead(200, { ...headers, 'content-length': content.length })
    response.end(request.method === 'HEAD' ? undefined : content)
  }
}
