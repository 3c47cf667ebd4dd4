/** Rules at random, callers at random, and by a few plain lines whether one fulfils the other. */
import type { Dice } from '../execution/support/dice.ts'

/** One directive of a schema, as it stands there. */
export type Rule =
  | { readonly directive: 'authenticated' }
  | { readonly directive: 'requiresScopes' | 'policy'; readonly anyOf: readonly (readonly string[])[] }

export interface TestCaller {
  readonly isSignedIn: boolean
  /** None where signed out. */
  readonly scopes: ReadonlySet<string>
  /** Policies that allow the caller's request. */
  readonly policies: ReadonlySet<string>
}

const SCOPES = ['s0', 's1', 's2']
const POLICIES = ['p0', 'p1', 'p2', 'p3']

export const MAY_NOTHING: TestCaller = { isSignedIn: false, scopes: new Set(), policies: new Set() }
export const MAY_ALL: TestCaller = { isSignedIn: true, scopes: new Set(SCOPES), policies: new Set(POLICIES) }

export function randomRule(dice: Dice): Rule {
  if (dice.chance(4)) return { directive: 'authenticated' }
  const [directive, names] = dice.chance(2) ? (['requiresScopes', SCOPES] as const) : (['policy', POLICIES] as const)
  const all = (): string[] => Array.from({ length: 1 + dice.below(2) }, () => dice.of(names))
  return { directive, anyOf: Array.from({ length: 1 + dice.below(2) }, all) }
}

export function randomCaller(dice: Dice): TestCaller {
  const isSignedIn = !dice.chance(3)
  const some = (names: readonly string[]): ReadonlySet<string> => new Set(names.filter(() => dice.chance(2)))
  return { isSignedIn, scopes: isSignedIn ? some(SCOPES) : new Set(), policies: some(POLICIES) }
}

function fulfils({ isSignedIn, scopes, policies }: TestCaller, rule: Rule): boolean {
  if (rule.directive === 'authenticated') return isSignedIn
  const had = rule.directive === 'policy' ? policies : scopes
  return rule.anyOf.some((all) => all.every((name) => had.has(name)))
}

/** Why something with these rules is null; `undefined` where the caller may see it. */
export function refusalOf(caller: TestCaller, rules: Iterable<Rule>): 'UNAUTHENTICATED' | 'FORBIDDEN' | undefined {
  const missing = [...rules].filter((rule) => !fulfils(caller, rule))
  if (missing.length === 0) return undefined
  const signingInMightHelp = !caller.isSignedIn && missing.some(({ directive }) => directive !== 'policy')
  return signingInMightHelp ? 'UNAUTHENTICATED' : 'FORBIDDEN'
}

/** As it is written in a schema. */
export const ruleText = (rule: Rule): string =>
  rule.directive === 'authenticated'
    ? '@federation__authenticated'
    : rule.directive === 'policy'
      ? `@federation__policy(policies: ${JSON.stringify(rule.anyOf)})`
      : `@federation__requiresScopes(scopes: ${JSON.stringify(rule.anyOf)})`

export const sayCaller = ({ isSignedIn, scopes, policies }: TestCaller): string =>
  `${isSignedIn ? 'signed in' : 'signed out'} with ${[...scopes, ...policies].join()}`
