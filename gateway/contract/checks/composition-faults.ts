/** Turns the composer's errors into faults with a place. Pure. */
import type { Place, Remark } from '../../composition/remark.ts'
import type { ServiceElements } from '../changes/service-schema.ts'
import type { Fault } from './check-operations.ts'

/** The composer gives no place for some faults; most of those name a coordinate. */
export function faultOf({ message, places, code }: Remark, elements: readonly ServiceElements[]): Fault {
  const quoted = [...message.matchAll(/"([_A-Za-z][\w.]*)(?:\([^"]*)?"/g)].map(([, coordinate = '']) => coordinate)
  const named = [...quoted, ...(message.match(/\b[A-Z]\w*(\.\w+)?/g) ?? [])]
  const guessed = named.map((coordinate) => findExactly(elements, coordinate)).find((place) => place !== undefined)
  const [place = guessed ?? inService(message, elements), ...others] = places
  const also = others.length > 0 ? ` (also ${others.map(({ file, line }) => `${file}:${line}`).join(', ')})` : ''
  return { code: 'COMPOSITION', message: `${message}${also} [${code}]`, place }
}

/** Of `[weather] …`: the place of the directive that is named, in that service, or its file. */
function inService(message: string, elements: readonly ServiceElements[]): Place | undefined {
  const [, service] = /^\[([\w-]+)\]/.exec(message) ?? []
  const own = elements.find((one) => one.service === service)
  const [, name] = /"@([\w]+)/.exec(message) ?? []
  const applied = [...(own?.elements.values() ?? [])].flatMap(({ directives }) => directives)
  const place = applied.find((one) => one.name === name)?.place
  return place ?? (own && { file: own.file, line: 1, column: 1 })
}

const findExactly = (services: readonly ServiceElements[], coordinate: string): Place | undefined =>
  services.map(({ elements }) => elements.get(coordinate)?.place).find((place) => place !== undefined)
