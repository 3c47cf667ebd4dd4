/**
 * Parses `Content-Type` and `Accept` (RFC 9110, sections 8.3 and 12.5.1), ignoring what is
 * malformed.
 */
import { listItems } from './fields.ts'

interface ContentType {
  /** In lower case, without parameters; empty if absent. */
  readonly type: string
  /** In lower case; `undefined` if absent. */
  readonly charset: string | undefined
}

/** @param header the value of `Content-Type` */
export function readContentType(header: string | undefined): ContentType {
  const [type = '', ...parameters] = listItems(header ?? '', ';')
  return { type: type.toLowerCase(), charset: parameterOf(parameters, 'charset') }
}

/** How much a type is wanted. */
export interface Preference {
  /** 0 to 1; 0 refuses the type. */
  readonly quality: number
  /** 2 for the type itself, 1 for `type/*`, 0 for a wildcard for all. */
  readonly precision: 0 | 1 | 2
  /** Its place in the header. */
  readonly place: number
}

/**
 * Takes a type in lower case; `undefined` if the header does not cover it.
 * @param parameter name and value in lower case, of a type that counts only where it is named with
 * it
 */
export type PreferenceOf = (type: string, parameter?: Parameter) => Preference | undefined

type Parameter = readonly [name: string, value: string]

/**
 * Ignores parameters other than `q` unless it is asked for one: JSON has no character set, and
 * naming one must not cost the client its answer.
 * @param header the value of `Accept`
 * @returns `undefined` if it names no type, and so accepts any
 */
export function readAccept(header: string): PreferenceOf | undefined {
  const ranges = listItems(header).flatMap((item, place) => {
    const [range = '', ...parameters] = listItems(item, ';')
    const [first = '', second = '*', ...others] = range.toLowerCase().split('/')
    const isRange = others.length === 0 && first !== '' && second !== '' && (range.includes('/') || range === '*')
    return isRange ? [{ first, second, place, parameters, quality: qualityOf(parameters) }] : []
  })
  if (ranges.length === 0) return undefined
  return (type, parameter) => {
    const [ownFirst, ownSecond] = type.split('/')
    let best: Preference | undefined
    for (const { first, second, place, parameters, quality } of ranges) {
      if (parameter && (first === '*' || second === '*' || parameterOf(parameters, parameter[0]) !== parameter[1]))
        continue
      if ((first !== '*' && first !== ownFirst) || (second !== '*' && second !== ownSecond)) continue
      const precision = first === '*' ? 0 : second === '*' ? 1 : 2
      // Of two equally precise ranges the higher quality counts.
      if (!best || precision > best.precision || (precision === best.precision && quality > best.quality))
        best = { quality, precision, place }
    }
    return best
  }
}

/** A malformed weight is ignored: the type is named, and so accepted. */
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
