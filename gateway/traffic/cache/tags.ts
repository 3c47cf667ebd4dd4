/**
 * Tags by which cached answers can be purged: a service (`weather`), a type (`City`) or one entity
 * (`City:2267057`).
 */

/**
 * The tag of every answer that is not a single entity: the entities in it are not known in full.
 */
const WHOLE_ANSWER = '*'

/** @param representation JSON as sent to `_entities`, a letter for each byte */
export function tagsOfEntity(service: string, representation: string): readonly string[] {
  const { __typename, ...key } = JSON.parse(Buffer.from(representation, 'latin1').toString()) as Readonly<
    Record<string, unknown>
  >
  const type = String(__typename)
  const [only, ...others] = Object.values(key)
  const id = others.length === 0 && typeof only !== 'object' ? String(only) : JSON.stringify(key)
  return [service, type, `${type}:${id}`]
}

export const tagsOfAnswer = (service: string): readonly string[] => [service, WHOLE_ANSWER]

/** The tags that a purge must remove so that nothing named is left. */
export const tagsToPurge = (named: readonly string[], services: ReadonlySet<string>): readonly string[] =>
  named.every((tag) => services.has(tag)) ? named : [...named, WHOLE_ANSWER]
