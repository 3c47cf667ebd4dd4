/**
 * Hive Gateway: the runtime that its command line starts, on Node's own HTTP server as there. `PLANNER=rust` plans with
 * `@graphql-hive/router-runtime`. Compiles operations and shares identical requests in flight, both of which it offers.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import { inRust, supergraph } from './settings.ts'

const gateway = createGatewayRuntime({
  supergraph,
  jit: true,
  inboundInflightRequestDeduplication: true,
  logging: false,
  landingPage: false,
  graphiql: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? undefined }),
  },
  ...(inRust ? { unifiedGraphHandler } : {}),
})
const server = createServer(gateway)
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
})
