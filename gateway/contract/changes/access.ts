/**
 * Compares access directives: whether `@authenticated`, `@requiresScopes` or `@policy` became
 * stricter.
 */
import { Kind, parseConstValue } from 'graphql'
import type { Applied } from './service-schema.ts'

type AccessChange = 'same' | 'tightened' | 'loosened'

/** Compares one of these directives at one place. */
export function compareAccess(before: Applied | undefined, after: Applied | undefined): AccessChange {
  if (!before && !after) return 'same'
  if (!before) return 'tightened'
  if (!after) return 'loosened'
  const [old, now] = [waysOf(before), waysOf(after)]
  // An old combination still suffices if a new one asks for no more.
  if (!admits(now, old)) return 'tightened'
  return admits(old, now) ? 'same' : 'loosened'
}

const admits = (ways: readonly (readonly string[])[], callers: readonly (readonly string[])[]): boolean =>
  callers.every((has) => ways.some((way) => way.every((needed) => has.includes(needed))))

/** `[["a", "b"], ["c"]]`: a and b, or c. */
function waysOf({ values }: Applied): readonly (readonly string[])[] {
  const value = parseConstValue(values['scopes'] ?? values['policies'] ?? '[[]]')
  const lists = value.kind === Kind.LIST ? value.values : [value]
  return lists.map((list) =>
    (list.kind === Kind.LIST ? list.values : [list]).flatMap((one) => (one.kind === Kind.STRING ? [one.value] : [])),
  )
}
