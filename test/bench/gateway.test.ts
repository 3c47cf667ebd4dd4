import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { afterEach, describe, expect, test } from '@jest/globals'
import { parse, validateSchema } from 'graphql'
import { composeGraph } from '../../bench/gateway/graph.ts'
import { answerOf, listen } from '../../bench/gateway/listener.ts'
import { ask, load } from '../../bench/gateway/load.ts'
import { type Measurement, report } from '../../bench/gateway/report.ts'
import { graphs } from '../../bench/gateway/workloads.ts'
import { until } from '../support/until.ts'

const measured = (perSecond: number, cpu: number, memory = 100): Measurement => ({
  perSecond,
  p50: 1,
  p99: 2,
  cpu,
  memory,
  calls: 1,
  wrong: 0,
})

describe('report', () => {
  test('The report shows medians, and CPU per request relative to the baseline and the best peer', () => {
    const rounds = new Map([
      ['tributary', [measured(900, 1), measured(1000, 1), measured(10, 50)]],
      ['apollo', [measured(90, 11), measured(100, 11), measured(100, 11)]],
      ['hive', [measured(300, 3), measured(300, 3), measured(300, 3)]],
      ['mercurius', []],
    ])
    const text = report('large, unique', { delay: 0, connections: 50 }, rounds)
    expect(text).toMatch(/tributary +900 /)
    expect(text).toMatch(/mercurius +cannot answer/)
    expect(text).toContain('against apollo: 11× (target 10×: reached) per CPU second, 9× in requests/s')
    expect(text).toContain('against the best peer: 3× (target 4×: missed) per CPU second')
    expect(text).toContain('memory 1× (target 1.3×: reached)')
  })

  test('The report adds up wrong answers of all rounds', () => {
    const rounds = new Map([['tributary', [measured(1, 1), { ...measured(1, 1), wrong: 2 }, measured(1, 1)]]])
    expect(report('main, unique', { delay: 5, connections: 250 }, rounds)).toMatch(/tributary.* 2$/m)
  })
})

describe('services', () => {
  test('A request that comes in pieces is answered once it is whole, and the next after it', async () => {
    const seen: string[] = []
    const { url, close } = await listen((path, body, send) => {
      if (path !== '/other') seen.push(`${path} ${body}`)
      send(answerOf(`{"data":"é${seen.length}"}`))
    })
    const { port, hostname } = new URL(url)
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('utf8').on('data', (text) => {
      received += text
    })
    const pieces = ['POST /a/b HTTP/1.1\r\nhost: x\r\nContent-Le', 'ngth: 9\r\n\r\n{"query', '"}']
    for (const piece of pieces) {
      socket.write(piece)
      // It has read the piece by the time it answers somebody else, who asks later.
      await fetch(`${url}/other`, { method: 'POST', body: '{}' })
    }
    await until(() => received.endsWith('{"data":"é1"}'))
    socket.write('POST /c HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}')
    await until(() => received.endsWith('content-length: 14\r\n\r\n{"data":"é2"}'))
    expect(seen).toEqual(['/a/b {"query"}', '/c {}'])
    socket.destroy()
    close()
  })
})

describe('load generator', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
  })

  /** @param answer the body for the request with this number, counted from 1 */
  async function serve(answer: (count: number) => string, seen: (string | undefined)[] = []): Promise<string> {
    return serveBy((response) => response.end(answer(seen.length)), seen)
  }

  async function serveBy(send: (response: ServerResponse) => void, seen: (string | undefined)[] = []): Promise<string> {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      request.resume().on('end', () => send(response))
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  }
  const options = { query: '{ a }', unique: false, connections: 4, seconds: 0.1, expected: { a: 1, b: 2 } }

  test('An answer that differs from the expected one is counted as wrong, whatever the order of its keys', async () => {
    const bodies = ['{"data":{"a":1,"b":2}}', '{"data":{"b":2,"a":1}}', '{"data":{"a":1}}', 'no JSON']
    const seen: (string | undefined)[] = []
    const url = await serve((count) => bodies[count % 4] ?? '', seen)
    const { requests, wrong } = await load({ ...options, url })
    expect(requests).toBe(seen.length)
    expect(Math.abs(wrong - requests / 2)).toBeLessThanOrEqual(1)
  })

  test.each([
    ['its length', true],
    ['chunks', false],
  ])('A long answer that comes in pieces is read: with %s', async (_framing, tellsLength) => {
    const a = 'é'.repeat(150_000)
    const pieces = ['{"data":{"a":"', a, '"}}']
    const length = Buffer.byteLength(pieces.join(''))
    const url = await serveBy((response) => {
      response.writeHead(200, tellsLength ? { 'content-length': length } : {}).flushHeaders()
      for (const piece of pieces) setImmediate(() => response.write(piece))
      setImmediate(() => response.end())
    })
    const { requests, wrong } = await load({ ...options, url, expected: { a } })
    expect(wrong).toBe(0)
    expect(requests).toBeGreaterThanOrEqual(options.connections)
  })

  test('A closed connection makes the run fail', async () => {
    const url = await serveBy((response) => response.destroy())
    await expect(load({ ...options, url })).rejects.toThrow('closed a connection')
  })

  test('Each request has its own authorization where nothing may be shared, else none', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve(() => '{"data":{"a":1,"b":2}}', seen)
    await load({ ...options, url, unique: true })
    expect(new Set(seen).size).toBe(seen.length)
    seen.length = 0
    await load({ ...options, url })
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })

  test('An answer with errors counts as a failure', async () => {
    const url = await serve(() => '{"data":null,"errors":[{"message":"It broke."}]}')
    await expect(ask(url, '{ a }')).rejects.toThrow('It broke.')
  })
})

test.each(graphs)('The benchmark graph $name composes', async (graph) => {
  for (const { schema } of graph.services)
    expect(validateSchema(buildSubgraphSchema({ typeDefs: parse(await readFile(schema, 'utf8')) }))).toEqual([])
  expect(await composeGraph(graph, 'http://127.0.0.1:1')).toContain('join__Graph')
})
