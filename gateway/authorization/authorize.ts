/**
 * Decides for each request which requirements of the supergraph's access directives its caller
 * meets, by the caller's token and the functions of the configuration. The engine applies the
 * result to data.
 */
import type { Logger } from '../../platform/process/log.ts'
import type { Caller } from '../../platform/protocol/caller.ts'
import { namesOf } from '../../platform/protocol/trace-context.ts'
import type { AuthorizationSettings, PolicyRequest } from '../config/sections/authorization.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { toldCaller, toldHeaders, toldVariables } from '../exchange/told.ts'
import { type Denied, denial, deniedBy, type Needed } from '../execution/plan/access.ts'
import type { AccessRules } from '../execution/plan/access-rules.ts'
import type { Requirement } from '../execution/plan/requirement.ts'

export interface Authorization {
  /** @throws Error, worded for the operator, if the gateway cannot decide one of the rules */
  check(rules: AccessRules): void
  /**
   * What is denied to the caller of a request; `undefined` if nothing is.
   * @param needed requirements of the operation; not empty
   * @throws GraphQLError `UNAUTHENTICATED` or `FORBIDDEN` if a denial refuses the whole request
   */
  decide(exchange: Exchange, needed: readonly Needed[], rules: AccessRules): Decision | Promise<Decision>
}

type Decision = Denied | undefined

interface AuthorizationOptions extends AuthorizationSettings {
  /** False if tokens are opaque. */
  readonly knowsCallers: boolean
  readonly log: Logger
}

export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { onForbidden, policies, knowsCallers } = options
  const decided = (exchange: Exchange, needed: readonly Needed[], rules: AccessRules, granted: Granted): Decision => {
    const lacking = needed.filter(
      ({ requirement }) => !holds(rules.requirements[requirement], exchange.caller, granted),
    )
    const [first] = lacking
    if (!first) return undefined
    const isKnown = exchange.caller !== undefined
    if (onForbidden === 'refuse') {
      const mustSignIn = lacking.find(({ requirement }) => rules.requirements[requirement]?.kind !== 'policies')
      throw !isKnown && mustSignIn ? denial(mustSignIn.coordinate, true) : denial(first.coordinate, false)
    }
    return deniedBy(
      rules,
      lacking.map(({ requirement }) => requirement),
      isKnown,
    )
  }
  return {
    check({ requirements }) {
      if (!knowsCallers && requirements.some(({ kind }) => kind !== 'policies'))
        throw new Error('It says who may see what (@authenticated, @requiresScopes), but no issuer of tokens is set.')
      const known = (name: string): boolean => typeof policies === 'function' || Object.hasOwn(policies, name)
      const lost = [...new Set(requirements.flatMap(policiesOf))].filter((name) => !known(name))
      if (lost.length > 0)
        throw new Error(`It names policies that the configuration does not have: ${lost.sort().join(', ')}.`)
    },
    decide(exchange, needed, rules) {
      const names = needed.flatMap(({ requirement }) => policiesOf(rules.requirements[requirement]))
      if (names.length === 0) return decided(exchange, needed, rules, NONE)
      return grantedPolicies([...new Set(names)], exchange, options).then((granted) =>
        decided(exchange, needed, rules, granted),
      )
    },
  }
}

/** Names of policies that allow the request. */
type Granted = ReadonlySet<string>

const NONE: Granted = new Set()

const policiesOf = (requirement: Requirement | undefined): readonly string[] =>
  requirement?.kind === 'policies' ? requirement.anyOf.flat() : []

/** Nobody meets an unknown requirement. */
function holds(requirement: Requirement | undefined, caller: Caller | undefined, granted: Granted): boolean {
  if (!requirement) return false
  if (requirement.kind === 'authenticated') return caller !== undefined
  const given = requirement.kind === 'scopes' ? (caller?.scopes ?? NONE) : granted
  return requirement.anyOf.some((all) => all.every((name) => given.has(name)))
}

/** @throws Error for a text, too: its letters are no names */
function setOf(names: Iterable<string>): Granted {
  if (typeof names !== 'object') throw new TypeError('the function for all policies must give a list of names')
  return new Set(names)
}

/**
 * Calls the functions of the configuration, each once. One that fails or is slow allows nothing.
 */
async function grantedPolicies(
  names: readonly string[],
  exchange: Exchange,
  { policies, timeout, log }: AuthorizationOptions,
): Promise<Granted> {
  const { requestId, parameters, definition } = exchange
  const about = (): PolicyRequest => ({
    caller: toldCaller(exchange),
    headers: toldHeaders(exchange),
    requestId,
    operationName: parameters.operationName ?? definition?.name?.value,
    variables: toldVariables(exchange),
  })
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeout} ms`)), timeout)
  const soon = async <Value>(what: string, ask: () => Value | Promise<Value>): Promise<Value | undefined> => {
    try {
      return await Promise.race([ask(), late.promise])
    } catch (err) {
      log.error({ ...namesOf(exchange), err, policies: what }, 'a policy failed and allows nothing')
      return undefined
    }
  }
  late.promise.catch(() => undefined)
  try {
    if (typeof policies === 'function')
      return (await soon(names.join(), async () => setOf(await policies(names, about())))) ?? NONE
    const allowed = await Promise.all(
      names.map(async (name) => ((await soon(name, () => policies[name]?.(about()))) === true ? name : [])),
    )
    return new Set(allowed.flat())
  } finally {
    clearTimeout(timer)
  }
}
