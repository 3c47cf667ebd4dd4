/**
 * Finds access rules written at an interface itself. Composition gives an interface the combined
 * requirements of its objects; older compositions also allowed rules there, and applied them to no
 * object.
 */
import type { Requirement } from './requirement.ts'

const MOST_LISTS = 1_000_000 // that comparing two rules may look at

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
  const same = others.flatMap((other) => (other.kind === rule.kind ? [other.anyOf] : []))
  /** For each of them, the names that it and those after it may add. */
  const later = same.map((_, index) => new Set(same.slice(index).flat(2)))
  let left = MOST_LISTS
  const isMet = (had: ReadonlySet<string>, index: number, lists: readonly (readonly string[])[]): boolean => {
    left -= lists.length + 1
    if (left < 0) return false
    const open = lists.filter((all) => all.every((name) => had.has(name) || later[index]?.has(name)))
    if (open.some((all) => all.every((name) => had.has(name)))) return true
    const next = same[index]
    return next?.every((more) => isMet(new Set([...had, ...more]), index + 1, open)) ?? false
  }
  return isMet(new Set(), 0, rule.anyOf)
}
