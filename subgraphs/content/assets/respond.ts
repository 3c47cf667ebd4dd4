/**
 * Serves assets over HTTP: immutable addresses, entity tags, ranges. Everything it can serve is in
 * a release's manifest.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fresh from 'fresh' // MIT; Express's own comparison of If-None-Match
import { LRUCache } from 'lru-cache'
import parseRange from 'range-parser' // MIT; Express's own reading of Range
import { sendJson } from '../../../platform/http/message/http-error.ts'
import type { ErrorCode } from '../../../platform/protocol/errors.ts'
import { ASSET_URL, type Asset, type AssetManifest, contentHash } from './manifest.ts'
import {
  BusyError,
  createVariantMaker,
  MAX_WIDTH,
  MIN_WIDTH,
  parseVariantName,
  variantContentType,
  variantOf,
} from './variants.ts'

interface Content {
  readonly bytes: Buffer
  readonly contentType: string
  /** Strong: over the bytes. */
  readonly etag: string
}

/**
 * Finds a manifest that lists what is asked for: the current release's, or an older one's that
 * pages still point at.
 */
type FindManifest = (lists: (manifest: AssetManifest) => boolean) => Promise<AssetManifest | undefined>

type RespondWithAsset = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>

const YEAR = 31_536_000 // seconds
const MAX_KEPT = 12 * 1024 * 1024 // bytes of originals

/** Resolves to false if the address is not that of an asset. */
export function createAssetResponder(findManifest: FindManifest): RespondWithAsset {
  const makeVariant = createVariantMaker()
  const originals = new LRUCache<string, Buffer, Asset>({
    maxSize: MAX_KEPT,
    sizeCalculation: ({ length }) => length + 1,
    fetchMethod: (_url, _stale, { context }) => readOriginal(context),
  })

  const read = async (name: string): Promise<Content | undefined> => {
    const variantName = parseVariantName(name)
    const find = (manifest: AssetManifest): Asset | undefined =>
      manifest.byUrlName(name) ?? (variantName && manifest.byUrlStem(variantName.stem))
    const manifest = await findManifest((candidate) => find(candidate) !== undefined)
    const asset = manifest && find(manifest)
    if (!asset) return undefined
    const original = await originals.fetch(asset.url, { context: asset })
    if (!original) return undefined
    if (!variantName || manifest.byUrlName(name)) return content(original, asset.contentType)
    const { width, format } = variantName
    const variant = width >= MIN_WIDTH && width <= MAX_WIDTH ? variantOf(asset, width, format) : undefined
    // Each picture has one address: a width beyond the original's, or another stem, is not found.
    if (variant?.url !== ASSET_URL + name) return undefined
    const made = await makeVariant(original, variant).catch((error: unknown) => {
      if (error instanceof BusyError) throw error
      return undefined // a picture that ends early has no variants; the instance is not to blame
    })
    return made && content(made, variantContentType(format))
  }

  return async (request, response, path) => {
    if (!path.startsWith(ASSET_URL)) return false
    const found = await read(path.slice(ASSET_URL.length)).catch((error: unknown) => {
      if (error instanceof BusyError) return error
      throw error
    })
    if (found instanceof BusyError) refuseBusy(response, found)
    else if (found === undefined) refuse(response, 404, 'BAD_USER_INPUT', 'There is no such file.')
    else send(request, response, found)
    return true
  }
}

/**
 * A file that was changed in place no longer has the hash it is asked for by, and is not served
 * under it.
 */
async function readOriginal({ file, hash }: Asset): Promise<Buffer | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  return bytes && contentHash(bytes) === hash ? bytes : undefined
}

const content = (bytes: Buffer, contentType: string): Content => ({
  bytes,
  contentType,
  etag: `"${contentHash(bytes)}"`,
})

function send(request: IncomingMessage, response: ServerResponse, { bytes, contentType, etag }: Content): void {
  const headers = {
    'accept-ranges': 'bytes',
    'cache-control': `public, max-age=${YEAR}, immutable`,
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': contentType,
    'cross-origin-resource-policy': 'cross-origin',
    etag,
    'x-content-type-options': 'nosniff',
  }
  if (fresh(request.headers, { etag })) {
    response.writeHead(304, headers).end()
    return
  }
  const range = rangeOf(request, bytes.length, etag)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}`, 'cache-control': 'no-store' }).end()
    return
  }
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes
  if (range) response.setHeader('content-range', `bytes ${range.start}-${range.end}/${bytes.length}`)
  response.writeHead(range ? 206 : 200, { ...headers, 'content-length': part.length })
  response.end(request.method === 'HEAD' ? undefined : part)
}

/**
 * Serves at most one range: several, a malformed one, or one of another version get the whole file.
 */
function rangeOf(
  { headers, method }: IncomingMessage,
  size: number,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const { range } = headers
  const ifRange = headers['if-range']
  if (method !== 'GET' || range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  const ranges = parseRange(size, range)
  if (ranges === -1) return 'unsatisfiable'
  return ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? undefined : ranges[0]
}

function refuseBusy(response: ServerResponse, { retryAfter }: BusyError): void {
  response.setHeader('retry-after', String(retryAfter))
  refuse(response, 503, 'SERVICE_UNAVAILABLE', 'Too many images are being made; try again.')
}

function refuse(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  response.setHeader('cache-control', 'no-store')
  sendJson(response, status, { errors: [{ message, extensions: { code } }] })
}
