/**
 * Hive Gateway: the runtime of its command line, on Node's HTTP server, with its options to compile
 * operations and to share identical requests in flight. `PLANNER=rust` plans with
 * `@graphql-hive/router-runtime`.
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
