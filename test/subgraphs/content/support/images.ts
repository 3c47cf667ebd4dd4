/** Generated images. */
import sharp, { type Sharp } from 'sharp'

const plain = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: { r: 40, g: 90, b: 160 } } })

export const pngOf = (width: number, height: number): Promise<Buffer> => plain(width, height).png().toBuffer()

/** Noise, which hardly compresses: a truncated file lacks pixels. */
export const noiseOf = (width: number, height: number): Promise<Buffer> =>
  sharp({
    create: { width, height, channels: 3, background: 'white', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
    .png()
    .toBuffer()

/** @param orientation EXIF, 1 to 8 */
export const jpegOf = (width: number, height: number, orientation = 1): Promise<Buffer> =>
  plain(width, height).jpeg().withMetadata({ orientation }).toBuffer()
