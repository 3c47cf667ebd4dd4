/** Instances found by DNS keep their name for TLS, `Host`, files and streams. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import { WebSocketServer } from 'ws'
import { type ServiceDefinition, stateful } from '../../../gateway/traffic/call/kind.ts'
import type { Instance } from '../../../gateway/traffic/instance.ts'
import { openInstances } from '../../../gateway/traffic/open-instances.ts'
import { openStream } from '../../../gateway/traffic/stream.ts'
import { log } from '../../support/log.ts'
import { until } from '../../support/until.ts'
import { certificate } from './client/certificate.ts'

const HOST = '127.0.0.5'
const servers: Server[] = []
const sockets: WebSocketServer[] = []
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  for (const server of sockets.splice(0)) {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function serve(answer: RequestListener, secure = false): Promise<number> {
  const server = secure ? createSecureServer(certificate, answer) : createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  return (server.address() as AddressInfo).port
}

interface NameOptions extends Partial<Pick<ServiceDefinition, 'subscriptions'>> {
  readonly every?: number
  readonly resolve?: () => Promise<string[]>
}

async function instancesOf(
  dns: string,
  { every = 60_000, resolve = async () => [HOST], ...settings }: NameOptions = {},
) {
  const found = openInstances(
    { dns, every },
    {
      definition: stateful('s', settings),
      secret: undefined,
      isOurs: false,
      resolve,
      log,
    },
  )
  opened.push(found)
  await found.ready
  return found
}

async function instanceOf(dns: string): Promise<Instance> {
  const [instance] = (await instancesOf(dns)).instances
  if (!instance) throw new Error('There is no instance.')
  return instance
}

const inTwoSeconds = () => performance.now() + 2_000
const get = { method: 'GET' as const, path: '/', headers: [], body: Buffer.alloc(0) }

test('TLS and Host keep the name, and the admin port shows the address', async () => {
  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, certificate.cert])
  try {
    const port = await serve(({ headers }, response) => void response.end(headers.host), true)
    const instance = await instanceOf(`https://localhost:${port}/graphql`)
    expect(instance.url).toBe(`https://${HOST}:${port}/graphql`)
    const { body } = await instance.http.send({ ...get, deadline: inTwoSeconds() }).answer
    expect(body.toString()).toBe(`localhost:${port}`)
  } finally {
    setDefaultCACertificates(trusted)
  }
})

test('Files and streams come from the address of the instance', async () => {
  const port = await serve(({ url }, response) => {
    if (url === '/file') return void response.end('a file')
    response.setHeader('content-type', 'text/event-stream')
    response.end('event: next\ndata: {"data":{"a":1}}\n\nevent: complete\ndata:\n\n')
  })
  const instance = await instanceOf(`http://files.invalid:${port}/graphql`)
  const { body } = await instance.files.request({ method: 'GET', path: '/file' })
  expect(await body.text()).toBe('a file')
  const stream = openStream(instance, [], Buffer.from('{}'), true, new AbortController().signal)
  expect(await stream.next()).toBeDefined()
  expect(await stream.next()).toBeUndefined()
  stream.close()
})

test('A WebSocket stream continues at an instance that gets no new calls', async () => {
  const server = new WebSocketServer({ host: HOST, port: 0 })
  await once(server, 'listening')
  sockets.push(server)
  const say = (text: string): void => {
    for (const socket of server.clients) socket.send(text)
  }
  server.on('connection', (socket) => socket.once('message', () => say('{"type":"connection_ack"}')))
  const { port } = server.address() as AddressInfo
  let hosts = [HOST]
  const resolve = async () => hosts
  const found = await instancesOf(`http://a.invalid:${port}`, { every: 5, resolve, subscriptions: 'ws' })
  const [instance] = found.instances
  const headers = { path: '/', headers: [], judgesCaller: true }
  const at = instance && { ...headers, origin: instance.origin, at: instance.at, url: instance.url }
  const stream = at && instance.sockets?.subscribe(at, '', Buffer.from('{}'), new AbortController().signal)
  await until(() => stream?.hasAnswered())
  hosts = ['127.0.0.6']
  await until(() => instance && !found.instances.includes(instance))
  say('{"type":"next","id":"1","payload":{"data":{"a":1}}}')
  expect((await stream?.next())?.body.toString()).toBe('{"data":{"a":1}}')
  stream?.close()
  await until(() => server.clients.size === 0)
})
