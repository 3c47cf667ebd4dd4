/**
 * Images: addresses of copies in other widths and formats. No image is made here, only its address.
 */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Asset as AssetData } from '../assets/manifest.ts'
import { type ImageFormat, MAX_WIDTH, MIN_WIDTH, standardWidths, type Variant, variantOf } from '../assets/variants.ts'

interface VariantArguments {
  readonly width?: readonly number[] | null
  readonly format?: readonly ImageFormat[] | null
}

const MAX_WIDTHS = 8

export const Asset = {
  variants(asset: AssetData, { width, format }: VariantArguments): readonly Variant[] {
    const widths = width ?? standardWidths.filter((standard) => standard < (asset.width ?? 0))
    if (widths.length > MAX_WIDTHS || widths.some((one) => one < MIN_WIDTH || one > MAX_WIDTH))
      throw codedError(
        'BAD_USER_INPUT',
        `"width" must hold at most ${MAX_WIDTHS} values from ${MIN_WIDTH} to ${MAX_WIDTH}.`,
      )
    const variants = widths.flatMap((one) =>
      [...new Set(format ?? [])].flatMap((wanted) => variantOf(asset, one, wanted) ?? []),
    )
    // Two widths beyond the original's are the same variant.
    return [...new Map(variants.map((variant) => [variant.url, variant])).values()]
  },
}
