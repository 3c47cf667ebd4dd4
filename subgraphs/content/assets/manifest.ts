/**
 * The files under `assets/` of a release, by path and by the name they are served under. What a
 * request can reach is what is listed here: paths are looked up, never joined to a folder, so that
 * there is nothing to traverse.
 */
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { imageSize } from 'image-size' // MIT, no dependencies; reads dimensions from the header alone
import type { Fault } from '../articles/article.ts'

export interface Asset {
  /** Path relative to the folder `assets`, with `/`. */
  readonly path: string
  /** Absolute path of the file. */
  readonly file: string
  /** SHA-256 of the bytes, the first 32 hexadecimal digits. */
  readonly hash: string
  /** The file's own name. */
  readonly name: string
  /** `/assets/<hash>-<name>`; other bytes have another address. */
  readonly url: string
  readonly contentType: string
  readonly bytes: number
  /** Pixels; null for what is not an image. */
  readonly width: number | null
  readonly height: number | null
}

export interface AssetManifest {
  readonly faults: readonly Fault[]
  byPath(path: string): Asset | undefined
  /** @param name `<hash>-<name>` */
  byUrlName(name: string): Asset | undefined
  /** @param stem `<hash>-<name without its extension>` */
  byUrlStem(stem: string): Asset | undefined
}

export const ASSET_URL = '/assets/'
const MAX_ASSET = 10 * 1024 * 1024 // bytes
const MAX_SIDE = 8_192 // pixels
export const MAX_PIXELS = 24_000_000

/** Extension → content type. SVG and HTML are not among them: they can carry scripts. */
const contentTypes: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.webp': 'image/webp',
}
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i
const FOLDER = 'assets'

/**
 * The path an article means by `../assets/cards/frozen.png` (as editors show it) or
 * `cards/frozen.png`.
 */
export const imagePath = (written: string): string => written.replace(/^(?:\.\.\/)?assets\//, '')

/** @param library absolute path of the library's folder; one without `assets` has none */
export async function readAssets(library: string): Promise<AssetManifest> {
  const faults: Fault[] = []
  const assets: Asset[] = []
  for (const path of await listPaths(join(library, FOLDER), '', faults)) {
    try {
      assets.push(await readAsset(join(library, FOLDER, path), path))
    } catch (error) {
      faults.push(fault(path, error instanceof AssetFault ? error.message : 'could not be read'))
    }
  }
  return createManifest(assets, faults)
}

function createManifest(assets: readonly Asset[], faults: readonly Fault[] = []): AssetManifest {
  const byPath = new Map(assets.map((asset) => [asset.path, asset]))
  const byUrlName = new Map(assets.map((asset) => [`${asset.hash}-${asset.name}`, asset]))
  const byUrlStem = new Map(assets.map((asset) => [`${asset.hash}-${stem(asset.name)}`, asset]))
  return {
    faults,
    byPath: (path) => byPath.get(path),
    byUrlName: (name) => byUrlName.get(name),
    byUrlStem: (name) => byUrlStem.get(name),
  }
}

/** A file's name without its extension. */
export const stem = (name: string): string => name.replace(/\.[^.]*$/, '')

export const contentHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

class AssetFault extends Error {}

async function readAsset(file: string, path: string): Promise<Asset> {
  const extension = extname(path).toLowerCase()
  const contentType = Object.hasOwn(contentTypes, extension) ? contentTypes[extension] : undefined
  if (contentType === undefined) throw new AssetFault(`files of type "${extension}" are not served`)
  const { size } = await lstat(file)
  if (size > MAX_ASSET) throw new AssetFault(`is larger than ${MAX_ASSET} bytes`)
  const bytes = await readFile(file)
  const { width, height } = contentType.startsWith('image/') ? dimensions(bytes, contentType) : noDimensions
  const hash = contentHash(bytes)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const url = `${ASSET_URL}${hash}-${name}`
  return { path, file, hash, name, url, contentType, bytes: bytes.length, width, height }
}

const noDimensions = { width: null, height: null } as const

function dimensions(bytes: Buffer, contentType: string): { width: number; height: number } {
  const { type, orientation = 1, ...stored } = readHeader(bytes)
  // Orientations from 5 on mean that the picture is rotated by 90°.
  const [width, height] = orientation >= 5 ? [stored.height, stored.width] : [stored.width, stored.height]
  const subtype = type === 'jpg' ? 'jpeg' : type
  if (contentType !== `image/${subtype}`) throw new AssetFault(`is not ${contentType} but image/${subtype}`)
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS)
    throw new AssetFault(`is ${width} × ${height} pixels: more than ${MAX_SIDE} a side or ${MAX_PIXELS} in all`)
  return { width, height }
}

function readHeader(bytes: Buffer): { width: number; height: number; type?: string; orientation?: number } {
  try {
    return imageSize(bytes)
  } catch {
    throw new AssetFault('is not an image')
  }
}

async function listPaths(root: string, under: string, faults: Fault[]): Promise<readonly string[]> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && under === '') return []
    throw error
  })
  const paths: string[] = []
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = under + entry.name
    if (!NAME.test(entry.name)) faults.push(fault(path, 'the name must be letters, digits, dots and hyphens'))
    else if (entry.isDirectory()) paths.push(...(await listPaths(root, `${path}/`, faults)))
    else if (entry.isFile()) paths.push(path)
    else faults.push(fault(path, 'is not a plain file; links are not followed'))
  }
  return paths
}

const fault = (path: string, message: string): Fault => ({
  severity: 'error',
  file: `${FOLDER}/${path}`,
  line: 1,
  message,
})
