/**
 * Checks across sections: settings that contradict each other, or need another one that is missing.
 */

import { isErrorCode } from '../../platform/protocol/errors.ts'
import { isAddress } from '../traffic/address.ts'
import type { Environment, Path } from './environment.ts'
import type { GivenSupergraph } from './given-supergraph.ts'
import type { Settings } from './schema.ts'
import type { ErrorRules } from './sections/errors.ts'
import type { HeaderRule } from './sections/headers.ts'
import type { Kind } from './sections/services.ts'
import { variantPath } from './sections/variants.ts'
import type { Sources } from './sources.ts'

export interface Fault {
  readonly path: Path
  readonly fault: string
}

interface Grounds {
  readonly sources: Sources
  /** `undefined` if a section itself is faulty. */
  readonly settings: Settings | undefined
  readonly kinds: ReadonlyMap<string, Kind>
  readonly given: GivenSupergraph | undefined
  readonly env: Environment
}

export const contradictions = ({ sources, settings, kinds, given, env }: Grounds): readonly Fault[] => [
  ...serviceFaults(sources, kinds, given),
  ...appFaults(sources, given),
  ...(given ? opaqueFaults(sources, kinds) : productFaults(sources, env)),
  ...pathFaults(settings),
  ...variantFaults(settings),
  ...headerFaults(settings),
  ...messageFaults(settings),
  ...redisFaults(sources),
]

/** Services that the supergraph does not join, and joined services without addresses. */
function serviceFaults(
  sources: Sources,
  kinds: ReadonlyMap<string, Kind>,
  given: GivenSupergraph | undefined,
): readonly Fault[] {
  const hasAddresses = (name: string): boolean => sources.valueAt(['services', name, 'addresses']) !== undefined
  if (!given)
    return [...kinds.keys()]
      .filter((name) => !hasAddresses(name))
      .map((name) => ({
        path: ['services', name, 'addresses'],
        fault: 'is required: the addresses of the service, comma-separated',
      }))
  if (given.fault !== undefined) return []
  const joined = new Set(given.graphs.map(({ name }) => name))
  const lost = given.graphs.filter(({ name, url }) => !isAddress(url) && !hasAddresses(name)).map(({ name }) => name)
  return [
    ...[...kinds.keys()]
      .filter((name) => !joined.has(name))
      .map((name) => ({ path: ['services', name], fault: 'the supergraph joins no such service' })),
    ...(lost.length > 0 ? [{ path: ['supergraph'], fault: `names no address of ${lost.join(', ')}` }] : []),
  ]
}

/** Settings with `store: redis` need a Redis. */
const redisFaults = (sources: Sources): readonly Fault[] =>
  [
    ['budgets', 'store'],
    ['operations', 'persisted', 'store'],
    ['usage', 'store'],
  ]
    .filter((path) => sources.valueAt(path) === 'redis' && sources.valueAt(['redis', 'url']) === undefined)
    .map((path) => ({ path, fault: 'needs redis.url' }))

/** Requirements of the product's own services: a secret, and no demo identity in production. */
function productFaults(sources: Sources, env: Environment): readonly Fault[] {
  const faults: Fault[] = []
  if (sources.valueAt(['secret']) === undefined)
    faults.push({ path: ['secret'], fault: 'is required: the secret shared by gateway and services' })
  if (sources.valueAt(['production']) === true && !sources.valueAt(['identity', 'issuers'])) {
    const why = env['NODE_ENV'] ? `NODE_ENV=${env['NODE_ENV']}` : 'production'
    for (const key of ['jwks', 'issuer', 'audience'])
      faults.push({
        path: ['identity', 'issuers', 0, key],
        fault: `is required with ${why}: the demo identity lets anyone in`,
      })
  }
  return faults
}

/** The app needs the product's own schema, and an issuer where its users sign in. */
function appFaults(sources: Sources, given: GivenSupergraph | undefined): readonly Fault[] {
  if (sources.valueAt(['app', 'enabled']) !== true) return []
  if (given) return [{ path: ['app', 'enabled'], fault: 'is for the shipped supergraph; another one has no such app' }]
  const hasIssuer = sources.valueAt(['app', 'issuer']) !== undefined || !sources.valueAt(['identity', 'issuers'])
  return hasIssuer ? [] : [{ path: ['app', 'issuer'], fault: 'is required: where users of the app sign in' }]
}

/** Without an identity tokens are opaque, so no setting may depend on their content. */
function opaqueFaults(sources: Sources, kinds: ReadonlyMap<string, Kind>): readonly Fault[] {
  if (sources.valueAt(['identity', 'issuers'])) return []
  return [
    ...['required', 'token'].map((key) => ['identity', key]),
    ['budgets', 'client', 'claim'],
    ...sources.namesAt(['variants']).map((name) => ['variants', name, 'identity', 'required']),
    ...[...kinds.keys()].map((name) => ['services', name, 'claims']),
  ]
    .filter((path) => ![undefined, false].includes(sources.valueAt(path) as undefined))
    .map((path) => ({ path, fault: 'needs identity.issuers, since tokens are opaque without it' }))
}

/** No two services may serve the same files. */
function pathFaults(settings: Settings | undefined): readonly Fault[] {
  const owners = new Map<string, string>()
  const faults: Fault[] = []
  for (const [name, { paths }] of Object.entries(settings?.services ?? {}))
    for (const path of paths) {
      const owner = owners.get(path) ?? name
      owners.set(path, owner)
      if (owner !== name) faults.push({ path: ['services', name, 'paths'], fault: `${path} is of "${owner}", too` })
    }
  return faults
}

/** No two variants may have the same path. */
function variantFaults(settings: Settings | undefined): readonly Fault[] {
  const served = new Map<string, string>()
  const files = Object.values(settings?.services ?? {}).flatMap(({ paths }) => paths)
  return Object.entries(settings?.variants ?? {}).flatMap(([name, variant]) => {
    const path = variantPath(name, variant)
    const other = served.get(path)
    served.set(path, name)
    if (other !== undefined) return [{ path: ['variants', name, 'path'], fault: `is the path of "${other}", too` }]
    return files.some((each) => `${path}/`.startsWith(each))
      ? [{ path: ['variants', name, 'path'], fault: 'is below a path of a service' }]
      : []
  })
}

/** No rule may write a header that carries a signed claim. */
function headerFaults(settings: Settings | undefined): readonly Fault[] {
  const faults: Fault[] = []
  for (const [name, service] of Object.entries(settings?.services ?? {})) {
    const claims = Object.keys((service.kind === 'stateful' && service.claims) || {})
    const check = (rules: readonly HeaderRule[], path: Path): void => {
      for (const [at, rule] of rules.entries()) {
        const { forward, rename, insert } = rule
        const written = [insert ?? rename ?? forward ?? []].flat().filter((one) => claims.includes(one))
        for (const one of written)
          faults.push({ path: [...path, at], fault: `writes ${one}, which tells "${name}" a claim of the token` })
      }
    }
    check(settings?.headers.services ?? [], ['headers', 'services'])
    check(service.headers ?? [], ['services', name, 'headers'])
  }
  return faults
}

/** A message is only let through with its code. */
function messageFaults(settings: Settings | undefined): readonly Fault[] {
  const { errors, services = {} } = settings ?? {}
  if (!errors) return []
  const ruled = Object.entries(services).map(([name, service]) => ({ name, own: service.errors ?? {} }))
  const inheriting = ruled.filter(({ own }) => own.messages === undefined)
  const useless = [
    ...ruled
      .filter(({ own }) => own.messages && tellsNone({ ...errors, ...own }))
      .map(({ name }) => ['services', name, 'errors', 'messages']),
    ...([{ own: {} }, ...inheriting].every(({ own }) => tellsNone({ ...errors, ...own }))
      ? [['errors', 'messages']]
      : []),
  ]
  return useless.map((path) => ({ path, fault: 'has no effect: none of these codes is let through by codes' }))
}

/** Those of the closed list are always let through, with their messages. */
const tellsNone = ({ codes = [], messages = [], defaultCode }: ErrorRules): boolean =>
  codes !== 'all' &&
  messages !== 'all' &&
  messages.length > 0 &&
  messages.every((code) => !codes.includes(code) && code !== defaultCode && !isErrorCode(code))
