import { expect, test } from '@jest/globals'
import { ask, startTestGateway } from '../../support/gateway.ts'
import { startShop } from '../../support/shop.ts'

test.each<[string, Record<string, string>]>([
  ['off', { NODE_ENV: 'production' }],
  ['off', { NODE_ENV: 'prod' }],
  ['off', { PLAYGROUND: 'off' }],
  ['on', { NODE_ENV: 'production', PLAYGROUND: 'on' }],
  ['on', {}],
])('The playground is %s with %j', async (state, env) => {
  const shop = await startShop()
  const gateway = await startTestGateway({ services: shop.services, env })
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
    expect((await ask(gateway.url, '{ __typename }')).status).toBe(200)
  } finally {
    await gateway.stop()
    await shop.close()
  }
})
