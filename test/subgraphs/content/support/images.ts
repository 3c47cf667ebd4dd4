/** Images of a test's own making. */
import sharp, { type Sharp } from 'sharp'

const plain = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: { r: 40, g: 90, b: 160 } } })

export const pngOf = (width: number, height: number): Promise<Buffer> => plain(width, height).png().toBuffer()

/** @param orientation EXIF, 1 to 8 */
export const jpegOf = (width: number, height: number, orientation = 1): Promise<Buffer> =>
  plain(width, height).jpeg().withMetadata({ orientation }).toBuffer()
