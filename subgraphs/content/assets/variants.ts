/**
 * Smaller and lighter copies of an image. Made once, on first demand, kept in bounded memory;
 * another instance makes the same.
 */
import { LRUCache } from 'lru-cache'
import { ASSET_URL, type Asset, MAX_PIXELS, stem } from './manifest.ts'

export type ImageFormat = 'AVIF' | 'WEBP'

export interface Variant {
  readonly url: string
  readonly format: ImageFormat
  /** Pixels. */
  readonly width: number
  readonly height: number
}

export const variantContentType = (format: ImageFormat): string => `image/${format.toLowerCase()}`

/** Widths offered if none is requested. */
export const standardWidths: readonly number[] = [320, 640, 960, 1280, 1920]
export const MIN_WIDTH = 16
export const MAX_WIDTH = 2560

/** @returns undefined for what is not an image; never wider than the original */
export function variantOf(asset: Asset, wanted: number, format: ImageFormat): Variant | undefined {
  if (asset.width === null || asset.height === null) return undefined
  const width = Math.min(wanted, asset.width)
  const height = Math.max(1, Math.round((asset.height * width) / asset.width))
  return {
    url: `${ASSET_URL}${asset.hash}-${stem(asset.name)}.${width}w.${format.toLowerCase()}`,
    format,
    width,
    height,
  }
}

/** Parses the part of an address that names a variant; undefined if it names none. */
export function parseVariantName(name: string): { stem: string; width: number; format: ImageFormat } | undefined {
  const [, stem, width, format] = /^([0-9a-f]{32}-[A-Za-z0-9._-]+)\.(\d{1,4})w\.(avif|webp)$/.exec(name) ?? []
  if (stem === undefined) return undefined
  return { stem, width: Number(width), format: format === 'avif' ? 'AVIF' : 'WEBP' }
}

/** Thrown if an image would wait too long to be made; the client may retry. */
export class BusyError extends Error {
  /** Seconds. */
  readonly retryAfter: number

  constructor(wait: number) {
    super('too many images are being made')
    this.retryAfter = Math.max(1, Math.ceil(wait / 1000))
  }
}

/** @returns bytes of the variant. Rejects with BusyError, or with a fault of the image itself. */
type MakeVariant = (original: Uint8Array, variant: Variant) => Promise<Buffer>

const MAX_KEPT = 16 * 1024 * 1024 // bytes
const LONGEST_WAIT = 2_000 // milliseconds; well below the gateway's deadline
const FIRST_GUESS = 200 // milliseconds that an image takes
const WEIGHT = 0.3 // of the newest figure in the mean

/** @param encode makes one variant */
export function createVariantMaker(encode: Encode = encodeBySharp): MakeVariant {
  const kept = new LRUCache<string, Buffer>({ maxSize: MAX_KEPT, sizeCalculation: ({ length }) => length + 1 })
  const making = new Map<string, Promise<Buffer>>()
  // One at a time: encoding takes memory for each image, and an instance must stay small.
  let last: Promise<unknown> = Promise.resolve()
  let mean = FIRST_GUESS

  const timed = async (original: Uint8Array, width: number, format: ImageFormat): Promise<Buffer> => {
    const began = performance.now()
    try {
      return await encode(original, width, format)
    } finally {
      mean += (performance.now() - began - mean) * WEIGHT
    }
  }

  return (original, { url, format, width }) => {
    const found = kept.get(url)
    if (found) return Promise.resolve(found)
    const underway = making.get(url)
    if (underway) return underway
    const wait = making.size * mean
    if (wait > LONGEST_WAIT) return Promise.reject(new BusyError(wait))
    const made = last.then(() => timed(original, width, format))
    last = made.catch(() => undefined)
    making.set(url, made)
    return made
      .then((bytes) => {
        kept.set(url, bytes)
        return bytes
      })
      .finally(() => making.delete(url))
  }
}

type Encode = (original: Uint8Array, width: number, format: ImageFormat) => Promise<Buffer>

async function encodeBySharp(original: Uint8Array, width: number, format: ImageFormat): Promise<Buffer> {
  // Loaded with the first image: its native library takes memory that an instance without images
  // keeps free.
  const { default: sharp } = await import('sharp') // Apache 2.0; libvips, the image library of the Node field
  sharp.cache(false)
  sharp.concurrency(1)
  const image = sharp(original, { limitInputPixels: MAX_PIXELS, sequentialRead: true, animated: false })
    .autoOrient()
    .resize({ width, withoutEnlargement: true })
  return (format === 'AVIF' ? image.avif({ quality: 55, effort: 3 }) : image.webp({ quality: 78 })).toBuffer()
}
