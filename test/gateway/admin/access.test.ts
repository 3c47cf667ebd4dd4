/** Who may use the admin port, on loopback and beyond. */
import { once } from 'node:events'
import { request as send } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

const TOKEN = 'a-secret-of-operators'

/** The status of a request with any `Host`, which `fetch` does not let one set. */
async function statusOf(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const sent = send(url, { method, headers, agent: false })
  sent.end(method === 'POST' ? '{"tags":["items"]}' : undefined)
  const [answer] = await once(sent, 'response')
  answer.resume()
  return answer.statusCode
}

const bearer = { authorization: `Bearer ${TOKEN}` }
const pod = { host: 'gateway-7.internal:4090' }
const page = { origin: 'https://pages.example' }

describe.each([
  ['beyond loopback', { ADMIN_HOST: '0.0.0.0', ADMIN_TOKEN: TOKEN }],
  ['on loopback with a token', { ADMIN_TOKEN: TOKEN }],
])('the admin port %s', (_where, env: Readonly<Record<string, string>>) => {
  const beyond = 'ADMIN_HOST' in env
  let gateway: ShopGateway
  beforeAll(async () => {
    gateway = await startShopGateway({ env: { STATELESS: 'items', ...env } })
  })
  afterAll(() => gateway.stop())
  const status = (route: string, headers = {}) => {
    const [method = '', path] = route.split(' ')
    return statusOf(`${gateway.adminUrl.replace('0.0.0.0', '127.0.0.1')}${path}`, method, headers)
  }

  test.each(['GET /metrics', 'GET /health/live', 'GET /health/ready'])('%s needs no token', async (route) => {
    expect(await status(route)).toBe(200)
    expect(await status(route, page)).toBe(403)
    expect(await status(route, pod)).toBe(beyond ? 200 : 403)
  })

  test('The map is for operators, and for the page of this port', async () => {
    const own = { 'sec-fetch-site': 'same-origin' }
    expect(await status('GET /map')).toBe(401)
    expect(await status('GET /map', bearer)).toBe(200)
    expect(await status('GET /map', { ...bearer, ...own })).toBe(200)
    for (const other of [page, { 'sec-fetch-site': 'same-site' }, { ...page, ...own }])
      expect(await status('GET /map', { ...bearer, ...other })).toBe(403)
    expect(await status('GET /services', { ...bearer, ...own })).toBe(403)
  })

  test.each(['GET /services', 'POST /purge'])('%s needs the token', async (route) => {
    const wrong = [{}, { authorization: TOKEN }, { authorization: `Bearer ${TOKEN}x` }, { authorization: 'Bearer' }]
    expect(await Promise.all(wrong.map((headers) => status(route, headers)))).toEqual([401, 401, 401, 401])
    expect(await status(route, bearer)).toBe(200)
    expect(await status(route, { authorization: `bearer  ${TOKEN}` })).toBe(200)
    expect(await status(route, { ...bearer, ...page })).toBe(403)
    expect(await status(route, { ...bearer, ...pod })).toBe(beyond ? 200 : 403)
  })

  test.each(['/metrics', '/health/live', '/services', '/map', '/map/events', '/'])(
    'HEAD %s is answered as GET is',
    async (path) => {
      expect(await status(`HEAD ${path}`, bearer)).toBe(200)
    },
  )

  test('An unknown route reveals nothing to a caller without the token', async () => {
    expect([await status('GET /nowhere'), await status('GET /nowhere', bearer)]).toEqual([401, 404])
  })
})

test.each(['0.0.0.0', '::', '10.0.0.7', 'gateway.internal'])(
  'ADMIN_HOST=%s without a token is refused',
  async (host) => {
    const config = (token: string) =>
      readConfig({ GATEWAY_SECRET: 'sixteen characters', ADMIN_HOST: host, ADMIN_TOKEN: token })
    await expect(config('')).rejects.toThrow(`ADMIN_TOKEN: is required with ADMIN_HOST=${host}`)
    await expect(config('short')).rejects.toThrow('ADMIN_TOKEN: must have at least 16 visible ASCII characters')
  },
)
