/**
 * The meaning of changed federation directives, one rule for each. A rule compares one place of one
 * service's schema before and after; it returns `undefined` if nothing relevant changed.
 */
import { parse, print, type SelectionSetNode, visit } from 'graphql'
import { compareAccess } from './access.ts'
import type { Level } from './change.ts'
import type { Applied } from './service-schema.ts'

export interface Effect {
  readonly level: Level
  readonly code: string
  /** The message, without the place. */
  readonly message: string
  /**
   * Whom it affects: operations that select the place, services that use the key, or nobody known.
   */
  readonly affects: 'clients' | { readonly key: string } | 'nobody'
}

type Rule = (before: readonly Applied[], after: readonly Applied[]) => readonly Effect[]

/** A directive that is not repeatable. */
interface Meaning {
  readonly code: string
  readonly added: readonly [Level, string]
  readonly removed: readonly [Level, string]
  readonly changed?: readonly [Level, string]
  readonly affects?: 'clients'
}

const effect =
  (level: Level) =>
  (code: string, message: string, affects: Effect['affects'] = 'nobody'): Effect => ({ level, code, message, affects })
export const safe = effect('safe')
const [dangerous, breaking] = [effect('dangerous'), effect('breaking')]

const single =
  ({ code, added, removed, changed, affects }: Meaning): Rule =>
  ([before], [after]) => {
    const told = (what: string, [level, message]: readonly [Level, string]) => [
      effect(level)(`${code}_${what}`, message, affects),
    ]
    if (!before) return told('ADDED', added)
    if (!after) return told('REMOVED', removed)
    return isSame(before, after) ? [] : told('CHANGED', changed ?? added)
  }

const access =
  (code: string, what: string): Rule =>
  ([before], [after]) => {
    const change = compareAccess(before, after)
    if (change === 'same') return []
    const more = `asks callers for ${what}, or for more: others are refused`
    const less = `asks callers for less of ${what}: more of them may read it`
    return [
      change === 'tightened' ? breaking(`${code}_TIGHTENED`, more, 'clients') : dangerous(`${code}_LOOSENED`, less),
    ]
  }

const keys: Rule = (before, after) => {
  const fields = (applied: readonly Applied[]): ReadonlyMap<string, Applied> =>
    new Map(applied.map((each) => [normal(each.values['fields']), each]))
  const [old, now] = [fields(before), fields(after)]
  const removed = [...old].flatMap(([key, applied]): Effect[] => {
    const next = now.get(key)
    const wasResolvable = isResolvable(applied)
    if (next && isResolvable(next) === wasResolvable) return []
    if (next && !wasResolvable) return [safe('KEY_RESOLVABLE', `can now be fetched by its key \`${key}\``)]
    if (!wasResolvable) return [safe('KEY_REMOVED', `no longer refers by the key \`${key}\``)]
    const code = next ? 'KEY_NOT_RESOLVABLE' : 'KEY_REMOVED'
    return [breaking(code, `can no longer be fetched by its key \`${key}\``, { key })]
  })
  const added = [...now.keys()].filter((key) => !old.has(key))
  return [...removed, ...added.map((key) => safe('KEY_ADDED', `has a further key \`${key}\``))]
}

const tags: Rule = (before, after) => {
  const names = (applied: readonly Applied[]): readonly string[] => applied.map(({ values }) => values['name'] ?? '""')
  const [old, now] = [names(before), names(after)]
  const added = (name: string): string =>
    `has the tag ${name}: variants that leave it out lose this, those that take it gain it`
  const removed = (name: string): string =>
    `has lost the tag ${name}: variants that take it lose this, those that leave it out gain it`
  return [
    ...now.filter((name) => !old.includes(name)).map((name) => dangerous('TAG_ADDED', added(name))),
    ...old.filter((name) => !now.includes(name)).map((name) => dangerous('TAG_REMOVED', removed(name))),
  ]
}

const cost: Rule = ([before], [after]) => {
  const [old, now] = [weightOf(before), weightOf(after)]
  if (old === now) return []
  const change = `costs ${now ?? 'what the gateway estimates'} instead of ${old ?? 'what it estimated'}`
  return old !== undefined && now !== undefined && now < old
    ? [safe('COST_LOWERED', change)]
    : [dangerous('COST_CHANGED', `${change}: operations may pass the limit`, 'clients')]
}

/** Keyed by the directive's own name. Directives without a rule are not of federation. */
export const directiveRules: Readonly<Record<string, Rule>> = {
  key: keys,
  tag: tags,
  cost,
  authenticated: access('AUTHENTICATED', 'a valid token'),
  requiresScopes: access('SCOPES', 'scopes'),
  policy: access('POLICY', 'a policy'),
  listSize: single({
    code: 'LIST_SIZE',
    added: ['dangerous', 'declares how long the list is: the cost of operations changes'],
    removed: ['dangerous', 'no longer declares how long the list is: the cost of operations changes'],
    changed: ['dangerous', 'declares another length of the list: the cost of operations changes'],
    affects: 'clients',
  }),
  shareable: single({
    code: 'SHAREABLE',
    added: ['safe', 'may be answered by other services, too: all must give the same'],
    removed: ['dangerous', 'may be answered by this service alone: no other may come to answer it'],
  }),
  override: single({
    code: 'OVERRIDE',
    added: ['dangerous', 'is answered here instead of by the service that it is taken from'],
    removed: ['dangerous', 'is no longer taken over from the other service: who answers it changes'],
    changed: ['dangerous', 'is taken over from another service, or for another share of requests'],
    affects: 'clients',
  }),
  requires: single({
    code: 'REQUIRES',
    added: ['dangerous', 'needs fields of other services first: until the gateway knows, it does not send them'],
    removed: ['safe', 'needs no fields of other services any more'],
    changed: ['dangerous', 'needs other fields first: until the gateway knows, it does not send them'],
    affects: 'clients',
  }),
  provides: single({
    code: 'PROVIDES',
    added: ['dangerous', 'brings fields that their owner answered: both must give the same'],
    removed: ['safe', 'no longer brings fields of another service: they are fetched from it'],
    changed: ['dangerous', 'brings other fields of another service'],
    affects: 'clients',
  }),
  external: single({
    code: 'EXTERNAL',
    added: ['dangerous', 'is no longer answered here: another service must'],
    removed: ['dangerous', 'is answered here, too'],
    affects: 'clients',
  }),
  inaccessible: single({
    code: 'INACCESSIBLE',
    added: ['breaking', 'is hidden from clients'],
    removed: ['safe', 'is shown to clients'],
    affects: 'clients',
  }),
  interfaceObject: single({
    code: 'INTERFACE_OBJECT',
    added: ['dangerous', 'stands for every type of the interface: entities are asked for by the interface'],
    removed: ['dangerous', 'no longer stands for every type of the interface'],
    affects: 'clients',
  }),
  context: single({
    code: 'CONTEXT',
    added: ['safe', 'sets a context'],
    removed: ['dangerous', 'sets a context no more'],
    changed: ['dangerous', 'sets another context'],
  }),
  fromContext: single({
    code: 'FROM_CONTEXT',
    added: ['dangerous', 'comes from a context instead of from the client'],
    removed: ['dangerous', 'comes from the client instead of from a context'],
    changed: ['dangerous', 'comes from another context'],
    affects: 'clients',
  }),
}

const isResolvable = ({ values }: Applied): boolean => values['resolvable'] !== 'false'

/** A field set in normal form, regardless of order and spelling; any other value unchanged. */
export function normal(fields = ''): string {
  const text = fields.replace(/^"""|"""$|^"|"$/g, '').trim()
  try {
    const sorted = visit(parse(`{${text}}`, { noLocation: true }), { SelectionSet: { leave: inOrder } })
    return print(sorted)
      .replace(/\s+/g, ' ')
      .replace(/^\{ | \}$/g, '')
  } catch {
    return text
  }
}

const inOrder = (node: SelectionSetNode): SelectionSetNode => ({
  ...node,
  selections: node.selections.toSorted((one, other) => (print(one) < print(other) ? -1 : 1)),
})

const weightOf = (applied: Applied | undefined): number | undefined =>
  applied && Number((applied.values['weight'] ?? '').replace(/"/g, ''))

const isSame = (one: Applied, other: Applied): boolean => {
  const names = new Set([...Object.keys(one.values), ...Object.keys(other.values)])
  return [...names].every((name) => normal(one.values[name]) === normal(other.values[name]))
}
