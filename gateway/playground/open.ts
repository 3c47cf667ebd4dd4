/** Opens the playground, with the shipped operations that fit the schema as its tabs. */
import { type GraphQLSchema, parse, validate } from 'graphql'
import type { ControlAddress } from '../../platform/process/control.ts'
import type { IdentitySettings } from '../../platform/protocol/identity-settings.ts'
import type { MapFeed } from '../map/feed.ts'
import type { ShippedOperation } from '../operations/shipped.ts'
import type { DemoCallers } from './demo-token.ts'
import type { ServiceOfGraph } from './page/settings.ts'
import { createPlayground, type ServePlayground } from './serve.ts'

/** The gateway's settings for it. */
export interface PlaygroundSettings {
  readonly playground: boolean
  readonly identity: IdentitySettings | undefined
  readonly host: string
  readonly supervisor?: ControlAddress | undefined
  readonly services: readonly { readonly definition: ServiceOfGraph }[]
}

interface Served {
  readonly schema: GraphQLSchema
  readonly shipped: readonly ShippedOperation[]
  readonly feed: MapFeed
}

/**
 * Serves nothing if it is switched off. Offers demo callers only if the demo identity is in use.
 */
export async function openPlayground(
  { playground, identity, host, services, supervisor }: PlaygroundSettings,
  { schema, shipped, feed }: Served,
): Promise<ServePlayground> {
  if (!playground) return async () => false
  const tabs = shipped
    .filter(({ document }) => validate(schema, parse(document)).length === 0)
    .map(({ document, variables }) => ({
      query: document,
      variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
    }))
  const demo = identity?.demo && (await openDemo(identity.demo.dataDir, host))
  return createPlayground({
    tabs,
    services: services.map(({ definition: { name, kind } }) => ({ name, kind })),
    demo,
    feed,
    supervisor,
  })
}

async function openDemo(dataDir: string, host: string): Promise<DemoCallers> {
  const { demoCallers, demoIdentity } = await import('../../platform/protocol/demo-identity.ts')
  const { sign } = await demoIdentity(dataDir)
  return { names: Object.keys(demoCallers), sign, host }
}
