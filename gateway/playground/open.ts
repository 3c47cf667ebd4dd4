/** Opens the playground, with the shipped operations that fit the schema as its tabs. */
import { type GraphQLSchema, getOperationAST, OperationTypeNode, parse, validate } from 'graphql'
import type { ControlAddress } from '../../platform/process/control.ts'
import type { DemoSettings, IdentitySettings } from '../../platform/protocol/identity-settings.ts'
import type { MapFeed } from '../map/feed.ts'
import type { ShippedOperation } from '../operations/shipped.ts'
import type { DemoCallers } from './demo-token.ts'
import { joinsOf } from './joins.ts'
import type { PlaygroundTab, ServiceOfGraph } from './page/common/settings.ts'
import type { ServePage } from './page-file.ts'
import { createPlayground } from './serve.ts'

/** The gateway's settings for it. */
export interface PlaygroundSettings {
  readonly playground: boolean
  readonly identity: IdentitySettings | undefined
  readonly host: string
  readonly supervisor?: ControlAddress | undefined
  readonly services: readonly { readonly definition: ServiceOfGraph }[]
}

interface Served {
  readonly edition: { readonly schema: GraphQLSchema; readonly supergraph: string }
  readonly shipped: readonly ShippedOperation[]
  readonly feed: MapFeed
}

/**
 * Serves nothing if it is switched off. Offers demo callers only if the demo identity is in use.
 */
export async function openPlayground(
  { playground, identity, host, services, supervisor }: PlaygroundSettings,
  { edition: { schema, supergraph }, shipped, feed }: Served,
): Promise<ServePage> {
  if (!playground) return async () => false
  const tabs = shipped.flatMap(({ document, variables }): PlaygroundTab[] => {
    const node = parse(document)
    if (validate(schema, node).length > 0) return []
    const isFollowed = getOperationAST(node)?.operation === OperationTypeNode.SUBSCRIPTION
    return [
      {
        query: document,
        variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
        ...(isFollowed && { joins: joinsOf(node, schema, supergraph) }),
      },
    ]
  })
  const demo = identity?.demo && (await openDemo(identity.demo, host))
  return createPlayground({
    tabs,
    services: services.map(({ definition: { name, kind } }) => ({ name, kind })),
    demo,
    feed,
    supervisor,
  })
}

async function openDemo({ dataDir, issuer }: DemoSettings, host: string): Promise<DemoCallers> {
  const { demoCallers, demoIdentity, demoScope } = await import('../../platform/protocol/demo-identity.ts')
  const { sign } = await demoIdentity(dataDir)
  return {
    names: Object.keys(demoCallers),
    sign,
    host,
    provider: issuer === undefined ? undefined : { issuer, scope: demoScope },
  }
}
