/**
 * Reads media types as senders write them (RFC 9110, sections 8.3 and 12.5.1), leniently: what is
 * none does not count.
 */
import { listItems } from './fields.ts'

export interface ContentType {
  /** In small letters, without parameters; empty where there is none. */
  readonly type: string
  /** In small letters; `undefined` where it is not given. */
  readonly charset: string | undefined
}

/** @param header the value of `Content-Type` */
export function readContentType(header: string | undefined): ContentType {
  const [type = '', ...parameters] = listItems(header ?? '', ';')
  return { type: type.toLowerCase(), charset: parameterOf(parameters, 'charset') }
}

/** How much a type is wanted. */
export interface Preference {
  /** 0 to 1; 0 where it is refused. */
  readonly quality: number
  /** 2 where it is wanted by its name, 1 by its first half, 0 by a wildcard for all. */
  readonly precision: 0 | 1 | 2
  /** Its place in the header. */
  readonly place: number
}

/** Of a type in small letters; `undefined` where nothing is said of it. */
export type PreferenceOf = (type: string) => Preference | undefined

/**
 * Parameters other than `q` do not count: JSON has no character set, and nobody should go without
 * an answer for naming one.
 * @param header the value of `Accept`
 * @returns `undefined` where it names no type at all, and so wants any
 */
export function readAccept(header: string): PreferenceOf | undefined {
  const ranges = listItems(header).flatMap((item, place) => {
    const [range = '', ...parameters] = listItems(item, ';')
    const [first = '', second = '*', ...others] = range.toLowerCase().split('/')
    const isRange = others.length === 0 && first !== '' && second !== '' && (range.includes('/') || range === '*')
    return isRange ? [{ first, second, place, quality: qualityOf(parameters) }] : []
  })
  if (ranges.length === 0) return undefined
  return (type) => {
    const [ownFirst, ownSecond] = type.split('/')
    let best: Preference | undefined
    for (const { first, second, place, quality } of ranges) {
      if ((first !== '*' && first !== ownFirst) || (second !== '*' && second !== ownSecond)) continue
      const precision = first === '*' ? 0 : second === '*' ? 1 : 2
      // Of two that say the same thing in the same words, the kinder one counts.
      if (!best || precision > best.precision || (precision === best.precision && quality > best.quality))
        best = { quality, precision, place }
    }
    return best
  }
}

/** A weight that cannot be read is none: the type is named, and so wanted. */
function qualityOf(parameters: readonly string[]): number {
  const quality = Number(parameterOf(parameters, 'q') || 1)
  return quality >= 0 && quality <= 1 ? quality : 1
}

function parameterOf(parameters: readonly string[], wanted: string): string | undefined {
  for (const parameter of parameters) {
    const [name = '', value] = parameter.toLowerCase().split('=', 2)
    if (name.trim() === wanted && value !== undefined) return value.replaceAll('"', '').trim()
  }
  return undefined
}
