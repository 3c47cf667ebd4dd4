/** Files of a service, while clients hold the connections to it. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import type { Limits } from '../../../gateway/limits/limits.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { until } from '../../support/until.ts'

const DEFINE = fileURLToPath(new URL('../../../gateway/config/define.ts', import.meta.url))
const CONNECTIONS = 3
/** Deadlines of the service's calls and files, in milliseconds; nothing reaches the longer one. */
const [SHORT, LONG] = [300, 60_000]
/** More than the buffers of the operating system hold. */
const large = Buffer.alloc(32 * 1024 * 1024)

let service: Server
let held = 0
beforeAll(async () => {
  service = createServer((request, response) => {
    if (request.url !== '/files/large') return void response.end('small')
    held += 1
    response.once('close', () => (held -= 1)).end(large)
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  service.closeAllConnections()
  service.close()
})

let gateway: TestGateway
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await gateway.stop()
})

async function start(deadline: number, limits: Partial<Limits> = {}, measure = false): Promise<void> {
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  gateway = await startTestGateway({
    services: [{ name: 'files', sdl: 'type Query { a: Int }', url }],
    file: `
      import { defineConfig, stateless } from '${DEFINE}'
      export default defineConfig({
        trustedProxies: ['127.0.0.1'],
        limits: { measure: ${measure} },
        services: { files: stateless({ paths: ['/files/'], concurrency: ${CONNECTIONS}, deadline: ${deadline} }) },
      })`,
    limits,
  })
}

/** Requests a large file and reads only its beginning. */
async function hold(from: string): Promise<void> {
  const { hostname, port } = new URL(gateway.url)
  for (;;) {
    const socket = connect(Number(port), hostname).on('error', () => undefined)
    sockets.push(socket)
    socket.write(`GET /files/large HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${from}\r\n\r\n`)
    const [begin] = await once(socket, 'data')
    socket.pause()
    if (begin.toString('latin1').startsWith('HTTP/1.1 200')) return
    // On a busy machine it may have exceeded its deadline.
    socket.destroy()
  }
}
const get = (from: string): Promise<Response> =>
  fetch(`${gateway.url}/files/small`, { headers: { 'x-forwarded-for': from } })

test('Clients that do not read their files delay other clients for no longer than the deadline', async () => {
  await start(SHORT)
  for (let n = 0; n < CONNECTIONS; n += 1) await hold('192.0.2.1')
  await until(() => held === CONNECTIONS)
  expect((await get('192.0.2.2')).status).toBe(504)
  expect(held).toBe(CONNECTIONS)
  for (const socket of sockets) socket.destroy()
  await until(async () => (await get('192.0.2.2')).status === 200)
})

test('An address at its limit of concurrent files is refused more, and others are not', async () => {
  await start(LONG, { filesPerAddress: CONNECTIONS - 1 })
  for (let n = 0; n < CONNECTIONS - 1; n += 1) await hold('192.0.2.1')
  const refused = await get('192.0.2.1')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await get('192.0.2.2')).status).toBe(200)
  expect(await gateway.registry.metrics()).toContain('tributary_limit_refusals_total{limit="filesPerAddress"} 1')
  for (const socket of sockets) socket.destroy()
  await until(async () => (await get('192.0.2.1')).status === 200)
})

test('A file limit that is only measured refuses no request, and is reported', async () => {
  await start(LONG, { filesPerAddress: 1 }, true)
  await hold('192.0.2.1')
  expect((await get('192.0.2.1')).status).toBe(200)
  expect(await gateway.registry.metrics()).toContain('tributary_limit_would_refuse_total{limit="filesPerAddress"} 1')
})

test('A new configuration gives no address a new allowance of files', async () => {
  await start(LONG, { filesPerAddress: 1 })
  await hold('192.0.2.1')
  const config = await readConfig({
    SUPERGRAPH: gateway.supergraphFile,
    STATELESS: 'files',
    SERVICES_FILES_PATHS: '/files/',
    TRUSTED_PROXIES: '127.0.0.1',
    LIMIT_FILES_PER_ADDRESS: '1',
    LOG_LEVEL: 'silent',
  })
  await gateway.reconfigure(config)
  expect([(await get('192.0.2.1')).status, (await get('192.0.2.2')).status]).toEqual([429, 200])
  for (const socket of sockets) socket.destroy()
  await until(async () => (await get('192.0.2.1')).status === 200)
})
