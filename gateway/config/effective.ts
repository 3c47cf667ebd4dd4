/** Makes the gateway's configuration from the checked settings. */
import { fileURLToPath } from 'node:url'
import { identityOf } from '../../platform/protocol/identity-settings.ts'
import type { RulesOfServices } from '../errors/mask.ts'
import { measuredLimits, readLimits } from '../limits/limits.ts'
import type { OperationLists } from '../persisted/lists.ts'
import { files } from '../supergraph/files.ts'
import type { Graph } from '../supergraph/graphs.ts'
import { stateful, stateless } from '../traffic/call/kind.ts'
import type { LocatedService } from '../traffic/traffic.ts'
import type { Config, Variant } from './config.ts'
import type { Path } from './environment.ts'
import type { GivenSupergraph } from './given-supergraph.ts'
import { type GivenLists, SAFELIST } from './safelists.ts'
import type { Settings } from './schema.ts'
import type { ErrorRules } from './sections/errors.ts'
import type { HeaderRule } from './sections/headers.ts'
import type { Kind, ServiceSettings } from './sections/services.ts'
import { variantPath } from './sections/variants.ts'

export function configOf(
  settings: Settings,
  kinds: ReadonlyMap<string, Kind>,
  given: GivenSupergraph | undefined,
  listed: readonly GivenLists[],
  supergraphFile: string | undefined,
): Config {
  const {
    services,
    headers,
    errors,
    supergraph: _file,
    identity,
    limits,
    playground,
    app,
    variants,
    ...sections
  } = settings
  const locate = ({ name, url }: Graph): LocatedService =>
    locatedAt(name, Object.hasOwn(services, name) ? services[name] : undefined, url, {
      forAll: headers.services,
      tokenHeader: identity.token.header.name,
    })
  const known = identityOf(identity, given ? undefined : settings.dataDir)
  const listsAt = (path: Path): OperationLists | undefined =>
    listed.find((each) => each.path.join('.') === path.join('.'))?.lists
  return Object.freeze({
    ...sections,
    secret: settings.secret,
    playground: playground ?? !settings.production,
    app: { ...app, enabled: app.enabled ?? (given === undefined && !settings.production) },
    identity: known,
    limits: readLimits(limits, known !== undefined),
    clientHeaders: headers.client,
    errorRules: errorRulesOf(services, errors),
    measured: measuredLimits(limits.measure),
    lists: listsAt(SAFELIST),
    variants: Object.entries(variants).map(([name, variant]): Variant => {
      const { include, exclude, hideUnreachable, introspection, identity: ofCallers, operations } = variant
      return {
        name,
        path: variantPath(name, variant),
        filter: { include, exclude, hideUnreachable },
        introspection: introspection ?? !settings.production,
        isCallerRequired: ofCallers.required ?? known?.required ?? false,
        safelist: operations.safelist ?? settings.operations.safelist,
        lists: listsAt(operations.safelist ? ['variants', name, ...SAFELIST] : SAFELIST),
      }
    }),
    supergraphFile: supergraphFile ?? fileURLToPath(files.supergraph),
    ownServices: given === undefined,
    locate,
    services: given ? given.graphs.map(locate) : [...kinds.keys()].map((name) => locate({ name, url: '' })),
  })
}

/** Services without rules are absent. */
function errorRulesOf(services: Settings['services'], all: ErrorRules): RulesOfServices {
  const ruled = Object.entries(services).map(([name, { errors }]) => [name, { ...all, ...errors }] as const)
  return new Map(ruled.filter(([, rules]) => Object.keys(rules).length > 0))
}

/** @param url its address, unless the settings give one */
function locatedAt(
  name: string,
  settings: ServiceSettings | undefined,
  url: string,
  { forAll, tokenHeader }: { readonly forAll: readonly HeaderRule[]; readonly tokenHeader: string },
): LocatedService {
  const addresses = settings?.addresses ?? [url]
  const rules = [...forAll, ...(settings?.headers ?? [])]
  const ruled = {
    headers: rules.length > 0 ? rules : undefined,
    ...(rules.length > 0 && tokenHeader !== 'authorization' && { tokenHeader }),
  }
  if (settings?.kind === 'stateless') return { definition: stateless(name, { ...own(settings), ...ruled }), addresses }
  return { definition: stateful(name, { ...(settings && own(settings)), ...ruled }), addresses }
}

/** Removes properties that the kind does not have. */
function own<Service extends ServiceSettings>(settings: Service): Omit<Service, 'addresses' | 'errors'> {
  const { addresses: _addresses, errors: _errors, ...rest } = settings
  return rest
}
