/**
 * The names by which kept answers can be purged: a service (`weather`), a type (`City`) or one
 * entity (`City:2267057`).
 */

/**
 * Borne by every answer that is no single entity: nobody can say in full which entities it speaks
 * of.
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

/** What a purge must remove so that nothing named is left anywhere. */
export const tagsToPurge = (named: readonly string[], services: ReadonlySet<string>): readonly string[] =>
  named.every((tag) => services.has(tag)) ? named : [...named, WHOLE_ANSWER]
