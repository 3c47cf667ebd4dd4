/**
 * The origin of a supergraph: its first line names each composed schema with a digest, so that a
 * stale file is noticed without composing.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { subgraphFile } from './files.ts'

const HEADING = '# Composed by `npm run supergraph` from '

/** The first line of the supergraph. @param schemas text of each service's schema, by service */
export const originLine = (schemas: ReadonlyMap<string, string>): string =>
  `${HEADING}${[...schemas].map(entryOf).join(', ')}`

/**
 * Services whose schema differs from the composed one, and composed services that no longer exist.
 * A service without a schema file here counts as unchanged: a gateway may be deployed without the
 * services' folders.
 */
export async function staleServices(supergraph: string, names: readonly string[]): Promise<readonly string[]> {
  const origin = originOf(supergraph)
  const schemas = await Promise.all(names.map((name) => readFile(subgraphFile(name), 'utf8').catch(() => undefined)))
  const changed = names.filter((name, at) => {
    const schema = schemas[at]
    return schema !== undefined && !origin.includes(entryOf([name, schema]))
  })
  const joined = origin.map((entry) => entry.split(' ', 1)[0] ?? '')
  return [...changed, ...joined.filter((name) => !names.includes(name))]
}

/** @param schemas text of each service's schema, by service: of all of them */
export function isComposedOf(supergraph: string, schemas: ReadonlyMap<string, string>): boolean {
  const origin = originOf(supergraph)
  return origin.length === schemas.size && [...schemas].every((entry) => origin.includes(entryOf(entry)))
}

function originOf(supergraph: string): readonly string[] {
  const [line = ''] = supergraph.split('\n', 1)
  return line.startsWith(HEADING) ? line.slice(HEADING.length).split(', ') : []
}

const entryOf = ([name, schema]: readonly [string, string]): string => `${name} ${digestOf(schema)}`

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
