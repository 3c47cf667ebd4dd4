/**
 * Mercurius with its federation gateway, compiling known operations and forwarding `Authorization`.
 */
import { readFile } from 'node:fs/promises'
import mercuriusGateway from '@mercuriusjs/gateway'
import Fastify from 'fastify'
import { services } from './settings.ts'

const app = Fastify()
await app.register(mercuriusGateway, {
  jit: 1,
  gateway: {
    services: await Promise.all(
      services.map(async ({ name, url, schema }) => ({
        name,
        url,
        schema: await readFile(schema, 'utf8'),
        rewriteHeaders: ({ authorization }: { readonly authorization?: string }) =>
          authorization === undefined ? {} : { authorization },
        keepAlive: 60_000,
      })),
    ),
  },
})
console.log(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`)
