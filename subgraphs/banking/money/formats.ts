/**
 * Caches formats of amounts by their resolved locale: making one takes a hundred times longer than
 * using it.
 */
import { LRUCache } from 'lru-cache' // BlueOak-1.0.0; bounded by count

const formats = new LRUCache<string, Intl.NumberFormat>({ max: 500 })
/** Canonical tags by given tag, with and without extensions. */
const locales = new LRUCache<string, string>({ max: 1_000 })
const NUMBERING_SYSTEMS: ReadonlySet<string | undefined> = new Set(Intl.supportedValuesOf('numberingSystem'))

/**
 * @param tag BCP 47; variants, private use and extensions other than the numbering system change
 * nothing
 * @param exponent digits after the decimal point
 * @throws RangeError for what is no BCP 47 tag
 */
export function formatOf(tag: string, currency: string, exponent: number): Intl.NumberFormat {
  const locale = localeOf(tag)
  const key = `${locale} ${currency} ${exponent}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    })
    formats.set(key, format)
  }
  return format
}

/** The supported locale that a tag resolves to. There are some hundreds. */
function localeOf(tag: string): string {
  const known = locales.get(tag)
  if (known !== undefined) return known
  const { language, script, region, numberingSystem } = new Intl.Locale(tag)
  const asked = [language, script, region].filter((subtag) => subtag !== undefined).join('-')
  const plain = locales.get(asked) ?? new Intl.NumberFormat(asked).resolvedOptions().locale
  const locale = NUMBERING_SYSTEMS.has(numberingSystem) ? `${plain}-u-nu-${numberingSystem}` : plain
  locales.set(asked, plain)
  locales.set(tag, locale)
  return locale
}
