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
interface PlaygroundSettings {
  readonly playground: boolean
  readonly identity: IdentitySettings | undefined
  readonly host: string
  readonly supervisor?: ControlAddress | undefined
  readonly services: readonly { readonly definition: ServiceOfGraph }[]
  readonly variants: readonly { readonly name: string; readonly path: string; readonly introspection: boolean }[]
}

interface Served {
  readonly edition: {
    readonly schema: GraphQLSchema
    readonly supergraph: string
    /** By the names of the contract variants. */
    readonly variants: ReadonlyMap<string, { readonly schema: GraphQLSchema }>
  }
  readonly shipped: readonly ShippedOperation[]
  readonly feed: MapFeed
}

/**
 * Serves nothing if it is switched off. Offers demo callers only if the demo identity is in use. A
 * contract variant whose clients may not ask for its schema has no page.
 */
export async function openPlayground(
  { playground, identity, host, services, supervisor, variants }: PlaygroundSettings,
  { edition, shipped, feed }: Served,
): Promise<ServePage> {
  if (!playground) return async () => false
  const tabsOn = (schema: GraphQLSchema) => shipped.flatMap((one) => tabOf(one, schema, edition.supergraph))
  const demo = identity?.demo && (await openDemo(identity.demo, host))
  return createPlayground({
    tabs: tabsOn(edition.schema),
    variants: variants.flatMap(({ name, path, introspection }) => {
      const own = edition.variants.get(name)
      return own && introspection ? [{ path, tabs: tabsOn(own.schema) }] : []
    }),
    services: services.map(({ definition: { name, kind } }) => ({ name, kind })),
    demo,
    feed,
    supervisor,
  })
}

/** None for an operation that does not fit the schema. */
function tabOf(
  { document, variables }: ShippedOperation,
  schema: GraphQLSchema,
  supergraph: string,
): readonly PlaygroundTab[] {
  const node = parse(document)
  const kind = getOperationAST(node)?.operation
  // Where the schema has no such root, validation finds no fault in its fields.
  if (!kind || !schema.getRootType(kind) || validate(schema, node).length > 0) return []
  const isFollowed = kind === OperationTypeNode.SUBSCRIPTION
  return [
    {
      query: document,
      variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
      ...(isFollowed && { joins: joinsOf(node, schema, supergraph) }),
    },
  ]
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
