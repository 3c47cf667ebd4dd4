/** Reads the directives that a supergraph merges from its services. */
import { readService, type ServiceElements } from './service-schema.ts'

/** Directives that composition merges; the others are in the services' own parts. */
const MERGED: ReadonlySet<string> = new Set([
  'inaccessible',
  'tag',
  'authenticated',
  'requiresScopes',
  'policy',
  'cost',
  'listSize',
])

export function supergraphElements(supergraph: string): ServiceElements {
  const { elements, ...rest } = readService({ name: 'the supergraph', sdl: supergraph, file: 'the supergraph' })
  const kept = [...elements].map(([coordinate, element]) => {
    const directives = element.directives.filter(({ name }) => MERGED.has(name))
    return [coordinate, { ...element, directives, place: undefined, kind: 'OTHER' as const }] as const
  })
  return { ...rest, elements: new Map(kept) }
}
