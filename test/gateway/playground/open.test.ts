import { expect, test } from '@jest/globals'
import { post, startTestGateway } from '../../support/gateway.ts'
import { startShop } from '../../support/shop.ts'

test.each<[string, Record<string, string>]>([
  ['off', { NODE_ENV: 'production' }],
  ['off', { NODE_ENV: 'prod' }],
  ['off', { PLAYGROUND: 'off' }],
  ['on', { NODE_ENV: 'production', PLAYGROUND: 'on' }],
  ['on', {}],
])('The playground is %s with %j', async (state, env) => {
  const shop = await startShop()
  const VARIANTS = JSON.stringify({ open: {}, shut: { introspection: false } })
  const gateway = await startTestGateway({ services: shop.services, env: { VARIANTS, ...env } })
  try {
    for (const path of ['/', '/assets/no-such-file.js', '/demo/token']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } })
      const isPage = state === 'on' && path === '/'
      expect([path, response.headers.get('content-type')]).toEqual([
        path,
        isPage ? expect.stringContaining('text/html') : expect.stringContaining('application/json'),
      ])
      if (isPage) expect([200, 503]).toContain(response.status)
      else expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
      if (state === 'off') expect(response.status).toBe(404)
    }
    // In production, clients of a variant cannot introspect its schema.
    const hasPage = state === 'on' && env['NODE_ENV'] === undefined
    for (const path of ['/graphql/open', '/graphql/open/', '/graphql/open?code=1', '/graphql/shut', '/graphql']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } })
      const text = await response.text()
      expect([path, text.startsWith('<!doctype html>')]).toEqual([path, hasPage && path.includes('open')])
      expect((await post(`${gateway.url}${path}`, '{ __typename }')).status).toBe(200)
    }
    for (const query of ['query={__typename}', 'code=1&query={__typename}']) {
      const asked = `${gateway.url}/graphql/open?${query}`
      const got = await fetch(asked, { headers: { accept: 'text/html, */*', 'apollo-require-preflight': 'x' } })
      expect(await got.json()).toEqual({ data: { __typename: 'Query' } })
    }
  } finally {
    await gateway.stop()
    await shop.close()
  }
})
