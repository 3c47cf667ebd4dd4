/**
 * Finds access rules written at an interface itself. Composition gives an interface the combined
 * requirements of its objects; older compositions also allowed rules there, and applied them to no
 * object.
 */
import type { Requirement } from './requirement.ts'

const MOST_LISTS = 1_000 // that combining the objects' rules may give

/**
 * The rules of an interface, or of its field, that its objects' rules do not imply.
 * @returns indexes of the requirements
 */
export function writtenAtInterface(
  requirements: readonly Requirement[],
  ofInterface: readonly number[],
  ofObjects: readonly number[],
): readonly number[] {
  const known = [...new Set(ofObjects)].flatMap((each) => requirements[each] ?? [])
  return ofInterface.filter((each) => {
    const rule = requirements[each]
    return rule !== undefined && !ofObjects.includes(each) && !follows(rule, known)
  })
}

/**
 * True if meeting all of the other rules implies meeting this one. False if that takes too long to
 * find.
 */
function follows(rule: Requirement, others: readonly Requirement[]): boolean {
  if (rule.kind === 'authenticated') return others.some(({ kind }) => kind === 'authenticated')
  let had: readonly ReadonlySet<string>[] = [new Set()]
  for (const other of others) {
    if (other.kind !== rule.kind) continue
    had = had.flatMap((names) => other.anyOf.map((more) => new Set([...names, ...more])))
    if (had.length > MOST_LISTS) return false
  }
  return had.every((names) => rule.anyOf.some((all) => all.every((name) => names.has(name))))
}
