/** The instances behind a name keep it: for TLS, for `Host`, for files and for streams. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { openInstances } from '../../../gateway/traffic/open-instances.ts'
import { openStream } from '../../../gateway/traffic/stream.ts'
import { createLogger } from '../../../platform/process/log.ts'
import { certificate } from './client/certificate.ts'

const HOST = '127.0.0.5'
const servers: Server[] = []
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
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

async function instanceOf(dns: string) {
  const found = openInstances(
    { dns, every: 60_000 },
    {
      definition: stateful('s'),
      secret: undefined,
      isOurs: false,
      resolve: async () => [HOST],
      log: createLogger('test', 'silent'),
    },
  )
  opened.push(found)
  await found.ready
  const [instance] = found.instances
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
  const stream = openStream(instance, [], Buffer.from('{}'), new AbortController().signal)
  expect(await stream.next()).toBeDefined()
  expect(await stream.next()).toBeUndefined()
  stream.close()
})
