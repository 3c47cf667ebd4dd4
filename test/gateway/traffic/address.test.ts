import { describe, expect, test } from '@jest/globals'
import { isAddress, readAddress } from '../../../gateway/traffic/address.ts'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { callOf, startUpstream, trafficTo } from '../../support/upstream.ts'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const addresses: readonly (readonly [string, string, string, string | undefined, string])[] = [
  ['http://host', 'http://host', '/', undefined, 'http://host'],
  ['http://host/', 'http://host', '/', undefined, 'http://host'],
  ['http://host:80/graphql/', 'http://host', '/graphql/', undefined, 'http://host/graphql/'],
  ['https://host:443/a?key=b#c', 'https://host', '/a?key=b', undefined, 'https://host/a'],
  ['http://host/?key=b', 'http://host', '/?key=b', undefined, 'http://host'],
  ['http://[::1]:4001/x', 'http://[::1]:4001', '/x', undefined, 'http://[::1]:4001/x'],
  ['http://me:p%40ss@host/x', 'http://host', '/x', basic('me:p@ss'), 'http://host/x'],
  ['http://me@host/x', 'http://host', '/x', basic('me:'), 'http://host/x'],
  ['http://100%:p@host/x', 'http://host', '/x', basic('100%:p'), 'http://host/x'],
]

describe('service address', () => {
  test.each(addresses)(
    'The address %s is used unchanged, and shown without secrets',
    (text, origin, path, authorization, shown) => {
      expect(readAddress(text)).toEqual({ origin, path, authorization, shown })
    },
  )

  test('An address without a path takes the default path', () => {
    expect(readAddress('http://host', '/graphql').path).toBe('/graphql')
    expect(readAddress('http://host/x', '/graphql').path).toBe('/x')
  })

  test.each(['', 'host', 'ftp://host/', 'file:///x'])('%j is no address', (text) => expect(isAddress(text)).toBe(false))
})

test('Credentials of an address are sent if the caller has none, and are not shown', async () => {
  const seen: unknown[] = []
  const upstream = await startUpstream(({ request }) => {
    seen.push([request.url, request.headers.authorization])
    return { data: {} }
  })
  const address = upstream.url.replace('http://', 'http://me:secret@')
  const traffic = trafficTo(stateful('s'), [`${address}/?a=b`])
  try {
    await traffic.send(callOf('s', '{}'))
    await traffic.send(callOf('s', '{}', { authorization: 'Bearer caller' }))
    expect(seen).toEqual([
      ['/?a=b', basic('me:secret')],
      ['/?a=b', 'Bearer caller'],
    ])
    expect(traffic.status()[0]?.instances[0]?.url).toBe(upstream.url)
  } finally {
    await traffic.close()
    await upstream.stop()
  }
})
