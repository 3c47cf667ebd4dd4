import { expect, test } from '@jest/globals'
import { startTestGateway } from '../../support/gateway.ts'
import { startUpstream } from '../../support/upstream.ts'

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { a: Int } type Subscription { tick: Int }`

test('A subscription follows the rules of its service', async () => {
  const seen: Record<string, unknown>[] = []
  const ticks = await startUpstream(({ request, response }) => {
    seen.push(request.headers)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('event: next\ndata: {"data":{"tick":1}}\n\nevent: complete\ndata:\n\n')
    return undefined
  })
  const gateway = await startTestGateway({
    services: [{ name: 'ticks', sdl, url: ticks.url }],
    env: {
      STATELESS: 'ticks',
      SERVICES_TICKS_HEADERS: JSON.stringify([
        { forward: ['cookie', 'x-tenant'] },
        { insert: 'x-gateway', value: 'shop' },
      ]),
    },
  })
  try {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: 'mine',
        cookie: 'c=1',
        'x-tenant': 'a',
      },
      body: JSON.stringify({ query: 'subscription { tick }' }),
    })
    const traceparent = expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
    expect(await response.text()).toContain('{"data":{"tick":1}}')
    expect(seen).toEqual([
      expect.objectContaining({ cookie: 'c=1', 'x-tenant': 'a', 'x-gateway': 'shop', traceparent }),
    ])
    expect(seen[0]).not.toHaveProperty('authorization')
  } finally {
    await gateway.stop()
    await ticks.stop()
  }
})
