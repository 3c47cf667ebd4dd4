import { createSocket } from 'node:dgram'
import type { LookupOptions } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import ipaddr from 'ipaddr.js'
import {
  ADDRESS_REFUSED,
  createPublicLookup,
  faultOfUrl,
  isPublicAddress,
} from '../../../../subgraphs/banking/webhooks/address.ts'

describe('address', () => {
  test.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'])(
    'The address %s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:1.1.1.1',
    '::7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '::ffff:0:7f00:1',
    '2002:7f00:1::',
    '2001::7f00:1',
    '2001:0:5ef5:79fd::1',
    '2001:10::1',
    '2001:20::1',
    '2001:2::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    '1::1',
    '100::1',
    '400::1',
    '1fff:ffff::1',
    '4000::1',
    '8000::1',
    'e000::1',
    'fbff::1',
    'fec0::1',
    'localhost',
    '',
  ])('The address "%s" is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('URL', () => {
  test.each(['https://example.com/hook', 'https://example.com:8443/a?b=c', 'https://1.1.1.1/'])(
    'The URL %s is called',
    (url) => {
      expect(faultOfUrl(url, false)).toBeUndefined()
    },
  )

  test.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@example.com/',
    'https://example.com/#part',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[4000::1]/',
    'https://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data',
    `https://example.com/${'x'.repeat(2_048)}`,
    'example.com',
    '',
  ])('The URL %s is not called', (url) => {
    expect(faultOfUrl(url, false)).toEqual(expect.any(String))
  })

  test('A URL may be private and unencrypted if that is explicitly allowed', () => {
    expect(faultOfUrl('http://127.0.0.1:8080/', true)).toBeUndefined()
    expect(faultOfUrl('ftp://127.0.0.1/', true)).toBeDefined()
  })
})

/**
 * Name servers on loopback with addresses by name; they stay silent for names without addresses.
 */
async function serveNames(known: Readonly<Record<string, readonly string[]>>): Promise<Resolver> {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const labels: string[] = []
    let at = 12 // bytes of the head
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const isIPv6 = question.readUInt16BE(at + 1) === 28
    const name = labels.join('.')
    if (!Object.hasOwn(known, name)) return
    const found = (known[name] ?? []).filter((one) => one.includes(':') === isIPv6)
    const head = Buffer.from(question.subarray(0, at + 5))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(found.length, 6)
    head.fill(0, 8, 12)
    const records = found.map((one) => {
      const bytes = Buffer.from(ipaddr.parse(one).toByteArray())
      return Buffer.concat([Buffer.from([0xc0, 12, 0, isIPv6 ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, bytes.length]), bytes])
    })
    socket.send(Buffer.concat([head, ...records]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  closing.push(() => void socket.close())
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return resolver
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const resolveBy = (lookup: LookupFunction, name: string, options: LookupOptions = { all: true }): Promise<unknown> =>
  new Promise((resolve) => {
    lookup(name, options, (error, found) => resolve(error ? error.code : found))
  })

describe('names', () => {
  test.each<[LookupOptions, string]>([
    [{ all: true }, 'loopback.example'],
    [{ all: false }, 'loopback.example'],
    [{ family: 4 }, 'loopback.example'],
    [{ all: true }, 'mixed.example'],
    [{ all: true }, 'mixed6.example'],
    [{ all: true }, 'empty.example'],
  ])('A name with a non-public address is refused when connecting (%j, %s)', async (options, name) => {
    const resolver = await serveNames({
      'loopback.example': ['127.0.0.1'],
      'mixed.example': ['93.184.216.34', '10.0.0.1'],
      'mixed6.example': ['93.184.216.34', '::1'],
      'empty.example': [],
    })
    const code = await resolveBy(createPublicLookup(resolver), name, options)
    expect(code).toBe(name === 'empty.example' ? 'ENODATA' : ADDRESS_REFUSED)
  })

  test('Public addresses of both families are found, or those of one', async () => {
    const lookup = createPublicLookup(await serveNames({ 'hooks.example': ['93.184.216.34', '2a00:1450:4001::1'] }))
    const both = [
      { address: '93.184.216.34', family: 4 },
      { address: '2a00:1450:4001::1', family: 6 },
    ]
    expect(await resolveBy(lookup, 'hooks.example')).toEqual(both)
    expect(await resolveBy(lookup, 'hooks.example', { family: 6, all: true })).toEqual(both.slice(1))
    expect(await resolveBy(lookup, 'hooks.example', {})).toBe('93.184.216.34')
  })

  test('Names with silent servers delay no other name', async () => {
    const resolver = await serveNames({ 'hooks.example': ['93.184.216.34'] })
    const lookup = createPublicLookup(resolver)
    const ended: string[] = []
    const silent = Array.from({ length: 40 }, (_, at) =>
      resolveBy(lookup, `silent${at}.example`).then((code) => ended.push(String(code))),
    )
    expect(await resolveBy(lookup, 'hooks.example')).toEqual([{ address: '93.184.216.34', family: 4 }])
    expect(ended).toEqual([])
    resolver.cancel()
    await Promise.all(silent)
  })
})
