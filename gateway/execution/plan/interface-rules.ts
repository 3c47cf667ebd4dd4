/**
 * Rules that stand at an interface itself. Composition gives interfaces what its objects need
 * together; older compositions let authors write rules there, too, and gave them to no object.
 */
import type { Requirement } from './requirement.ts'

const MOST_LISTS = 1_000 // that the objects' rules make together

/**
 * The rules of an interface, or of its field, that do not follow from those of its objects.
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

/** True if whoever fulfils all of the others fulfils this one. False where that takes too long. */
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
