import { expect, test } from '@jest/globals'
import { addressGroup, createClientAddress, isNetwork } from '../../../../platform/http/message/client-address.ts'

const PROXY = '10.0.0.1'
const behind = createClientAddress(['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.9'])

test('Without proxies the peer is the client, regardless of headers', () => {
  const direct = createClientAddress([])
  expect(direct('203.0.113.5', { 'x-forwarded-for': '198.51.100.1' })).toBe('203.0.113.5')
})

test('A proxy is known by its address, also as IPv6', () => {
  expect(behind(`::ffff:${PROXY}`, { 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
})

test('A network of IPv4 may be written as IPv6', () => {
  const inNetwork = createClientAddress(['::ffff:10.0.0.0/104', '::ffff:192.0.2.9'])
  for (const peer of [PROXY, `::ffff:${PROXY}`, '192.0.2.9'])
    expect(inNetwork(peer, { 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
  expect(inNetwork('11.0.0.1', { 'x-forwarded-for': '198.51.100.1' })).toBe('11.0.0.1')
  expect(createClientAddress(['::/0'])('2001:db8::1', { 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
})

test('A peer that is not a configured proxy is not believed', () => {
  expect(behind('203.0.113.5', { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=198.51.100.1' })).toBe(
    '203.0.113.5',
  )
})

test.each([
  ['one address', '198.51.100.1', '198.51.100.1'],
  ['what a client wrote itself before the proxy added its own', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['several proxies of ours', '1.2.3.4, 198.51.100.1, 10.1.2.3,192.0.2.9', '198.51.100.1'],
  ['an address with a port', '198.51.100.1:4711', '198.51.100.1'],
  ['an IPv6 address', '2001:db8::1', '2001:db8::1'],
  ['an IPv6 address with a port', '[2001:db8::1]:4711', '2001:db8::1'],
  ['an IPv6 proxy of ours', '198.51.100.1, 2001:db8:ffff::7', '198.51.100.1'],
  ['an address with a zone of any name', 'fe80::1%br-1.2:3', 'fe80::1'],
  ['a proxy of ours with a zone', '198.51.100.1, 2001:db8:ffff::7%br-0', '198.51.100.1'],
  ['IPv4 written as IPv6', '::ffff:198.51.100.1', '198.51.100.1'],
  ['proxies alone', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
  ['nothing', '', PROXY],
  ['a name', 'example.com', PROXY],
  ['a number that is no address', '3232235521', PROXY],
  ['nonsense that a proxy of ours passed on', '198.51.100.1, unknown', PROXY],
  ['nonsense before the client', '<script>, 198.51.100.1', '198.51.100.1'],
  ['an empty last hop', '198.51.100.1,', PROXY],
  ['more hops than anybody has', `198.51.100.1${', 10.0.0.2'.repeat(40)}`, PROXY],
])('The client address is read from X-Forwarded-For with %s', (_name, header, client) => {
  expect(behind(PROXY, { 'x-forwarded-for': header })).toBe(client)
})

test.each([
  ['one address', 'for=198.51.100.1', '198.51.100.1'],
  ['other parameters and capitals', 'proto=https; For="198.51.100.1:80" ;by=10.0.0.1', '198.51.100.1'],
  ['an IPv6 address', 'for="[2001:db8::1]:4711"', '2001:db8::1'],
  ['several hops', 'for=1.2.3.4, for=198.51.100.1;proto=http, for=10.0.0.3', '198.51.100.1'],
  ['a quote that a client left open', 'for="evil, for=198.51.100.1', '198.51.100.1'],
  ['an address with a zone of any name', 'for="[fe80::1%br-1.2]:80"', 'fe80::1'],
  ['a hidden node', 'for=_hidden', PROXY],
  ['an unknown node', 'for=unknown', PROXY],
  ['no `for` at all', 'proto=https', PROXY],
])('The client address is read from Forwarded with %s', (_name, header, client) => {
  expect(behind(PROXY, { forwarded: header })).toBe(client)
})

test('Contradicting headers are both ignored, since a client may have written one', () => {
  expect(behind(PROXY, { forwarded: 'for=1.2.3.4', 'x-forwarded-for': '198.51.100.1' })).toBe(PROXY)
  expect(behind(PROXY, { forwarded: 'for=198.51.100.1', 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
})

test('An IPv6 network of 64 bits counts as one caller', () => {
  expect(addressGroup('2001:db8:1:2:3::4')).toBe(addressGroup('2001:db8:1:2:ffff::1'))
  expect(addressGroup('2001:db8:1:2::1')).not.toBe(addressGroup('2001:db8:1:3::1'))
  expect(addressGroup('::ffff:198.51.100.1')).toBe('198.51.100.1')
  expect(addressGroup('198.51.100.1')).toBe('198.51.100.1')
})

test('A peer address with a zone counts as the same address without it', () => {
  expect(addressGroup('fe80::1%br-1.2')).toBe('fe80:0:0:0::/64')
  expect(addressGroup('1:2%a')).toBe('1:2%a')
  const local = createClientAddress(['fe80::1%eth0'])
  expect(local('fe80::1%br-0', { 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
})

test('The setting takes addresses and networks, and nothing else', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32']) expect(isNetwork(good)).toBe(true)
  for (const bad of ['proxy', '10.0.0.0/33', '10', '*', '']) expect(isNetwork(bad)).toBe(false)
})
