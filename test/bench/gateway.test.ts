import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { ApolloGateway } from '@apollo/gateway'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execute, parse, validateSchema } from 'graphql'
import { mediansOf } from '../../bench/gateway/compare.ts'
import { readFlags } from '../../bench/gateway/flags.ts'
import { composeGraph } from '../../bench/gateway/graph.ts'
import { answerOf, listen } from '../../bench/gateway/listener.ts'
import { ask, load } from '../../bench/gateway/load.ts'
import { market } from '../../bench/gateway/market.ts'
import type { Measurement } from '../../bench/gateway/measure.ts'
import { report } from '../../bench/gateway/report.ts'
import { sendAtRate } from '../../bench/gateway/sending.ts'
import { type Outcome, targets, verdicts } from '../../bench/gateway/targets.ts'
import { graphs, type Workload, workloads } from '../../bench/gateway/workloads.ts'
import { log } from '../support/log.ts'
import { until } from '../support/until.ts'

const measured = (perSecond: number, cpu: number, memory = 100): Measurement => ({
  perSecond,
  p50: 1,
  p99: 2,
  pacedP99: undefined,
  cpu,
  memory,
  calls: 1,
  wrong: 0,
})

const workloadNamed = (name: string): Workload => {
  const found = workloads.find((workload) => workload.name === name)
  if (!found) throw new Error(`There is no workload ${name}.`)
  return found
}

describe('report', () => {
  const pace = { delay: 0, connections: 50 }

  test('The report shows medians, and each rival relative to this gateway', () => {
    const medians = mediansOf(
      new Map([
        ['tributary', [measured(900, 1), measured(1000, 1), measured(10, 50)]],
        ['apollo', [measured(90, 11), measured(100, 11), measured(100, 11)]],
        ['hive', [measured(300, 3, 400)]],
        ['hive-rust', [measured(300, 4, 200)]],
        ['mercurius', []],
      ]),
    )
    const text = report(workloadNamed('large, unique'), pace, medians)
    expect(text).toMatch(/tributary +900 /)
    expect(text).toMatch(/mercurius +cannot answer/)
    expect(text).toContain('apollo: 11× our CPU; ours relative to it: 9× requests/s, 1× memory')
    expect(text).toContain(
      'the best of Hive and Mercurius: 3× our CPU; ours relative to it: 3× requests/s, 0.5× memory',
    )
    expect(text).not.toMatch(/grafbase|60 %|entity/)
  })

  test('The report shows the CPU per entity of joined lists', () => {
    const medians = mediansOf(new Map([['tributary', [measured(90, 8)]]]))
    expect(report(workloadNamed('joined 100, unique'), pace, medians)).toMatch(/µs\/entity.*\n +tributary .* 80 /)
  })

  test('Wrong answers of all rounds are added up, and who gave some is compared with nobody', () => {
    const medians = mediansOf(
      new Map([
        ['tributary', [measured(1, 1)]],
        ['mercurius', [measured(1, 1), { ...measured(1, 1), wrong: 2 }, measured(1, 1)]],
        ['hive', [measured(1, 7)]],
      ]),
    )
    const text = report(workloadNamed('main, unique'), pace, medians)
    expect(text).toMatch(/mercurius.* 2$/m)
    expect(text).toContain('the best of Hive and Mercurius: 7× our CPU')
  })
})

describe('targets', () => {
  const outcome = (rounds: Readonly<Record<string, Measurement>>): Outcome => ({
    workload: 'page 200, unique',
    delay: 0,
    medians: mediansOf(new Map(Object.entries(rounds).map(([name, one]) => [name, [one]]))),
  })

  test('CPU has to be so many times less, memory and p99 at most such a part', () => {
    const ours = { ...measured(1, 1, 60), pacedP99: 3 }
    const grafbase = { ...measured(1, 2), pacedP99: 3 }
    const text = verdicts([outcome({ tributary: ours, apollo: measured(1, 16), grafbase })])
    expect(text).toMatch(/apollo +less CPU +16× {2}≥ 16×, stretch 20×: reached/)
    expect(text).toMatch(/grafbase +less CPU +2× {2}≥ 2.3×, stretch 3×: missed/)
    expect(text).toMatch(/Mercurius +less CPU +– {2}≥ 13×: not measured/)
    expect(text).toMatch(/apollo +memory +0.6× {2}≤ 0.5×: missed/)
    expect(text).toMatch(/grafbase +p99 at 60 % +1× {2}≤ 1×: reached/)
  })

  test('Every target is of a workload that is measured so', () => {
    const all = workloads.flatMap(({ name, delays }) =>
      delays.map((delay) => ({ workload: name, delay, medians: new Map() })),
    )
    expect(verdicts(all).trim().split('\n')).toHaveLength(1 + targets.length)
  })
})

test('A workload or gateway that does not exist is refused', () => {
  expect(readFlags(['--workload', 'page 200,big', '--against', 'hive']).workloads.map(({ name }) => name)).toEqual([
    'page 200, unique',
    'page 200, unique, 64 in flight',
    'big, unique',
  ])
  expect(() => readFlags(['--workload', 'page'])).toThrow('There is no workload "page": choose page 200')
  expect(() => readFlags(['--against', 'cosmo'])).toThrow('There is no gateway "cosmo"')
})

describe('sending at a rate', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })
  /** 24.5 requests: it ends after the 25th was due. */
  const windowOf = (begin = performance.now()) => ({ begin, end: begin + 50 })
  const RATE = 490

  test('The load sends all due requests over the existing connections', async () => {
    const used: string[] = []
    const run = sendAtRate(['a', 'b'], windowOf(), RATE, async (connection) => void used.push(connection))
    await jest.advanceTimersByTimeAsync(25)
    expect(used).toHaveLength(13)
    await jest.advanceTimersByTimeAsync(25)
    await run
    expect(used).toHaveLength(25)
  })

  test('Requests wait while all connections are busy, since when they are due', async () => {
    const window = windowOf()
    const due: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = sendAtRate(['a'], window, RATE, (_connection, since) => {
      due.push(since)
      return promise
    })
    await jest.advanceTimersByTimeAsync(60)
    expect(due).toHaveLength(1)
    resolve()
    await run
    expect(due).toHaveLength(25)
    expect(due.slice(1).every((since, at) => since > (due[at] ?? 0) && since <= window.end)).toBe(true)
  })

  test('A connection that fails makes the run fail', async () => {
    const failing = sendAtRate(['a'], windowOf(), RATE, () => Promise.reject(new Error('It closed.')))
    const failed = expect(failing).rejects.toThrow('It closed.')
    await jest.advanceTimersByTimeAsync(60)
    await failed
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
      // It has read the piece when it answers a later request on another connection.
      await fetch(`${url}/other`, { method: 'POST', body: '{}' })
    }
    await until(() => received.endsWith('{"data":"é1"}'))
    socket.write('POST /c HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}')
    await until(() => received.endsWith('content-length: 14\r\n\r\n{"data":"é2"}'))
    expect(seen).toEqual(['/a/b {"query"}', '/c {}'])
    socket.destroy()
    close()
  })

  test('No two sellers, reviews or authors of a page are the same', async () => {
    const ask = async (service: string, query: string, variableValues = {}): Promise<unknown> => {
      const schema = buildSubgraphSchema({
        typeDefs: parse(
          await readFile(new URL(`../../bench/gateway/market/${service}.graphql`, import.meta.url), 'utf8'),
        ),
      })
      return execute({ schema, document: parse(query), variableValues, fieldResolver: market.resolve })
    }
    const products = await ask('products', '{ products(first: 200) { __typename upc seller { id } } }')
    const representations = (products as { data: { products: readonly unknown[] } }).data.products
    const reviews = await ask(
      'reviews',
      'query ($these: [_Any!]!) { _entities(representations: $these) { ... on Product { reviews(first: 3) { id author { id } } } } }',
      { these: representations },
    )
    const distinct = (answer: unknown, kind: string): number =>
      new Set(JSON.stringify(answer).match(new RegExp(`"${kind}-\\d+"`, 'g'))).size
    expect([distinct(products, 'seller'), distinct(reviews, 'review'), distinct(reviews, 'user')]).toEqual([
      200, 600, 600,
    ])
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

  test('An answer that differs from the expected one counts as wrong, ignoring the order of keys', async () => {
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

test.each(graphs)('The benchmark graph $name composes to what the stock gateway takes', async (graph) => {
  for (const { schema } of graph.services)
    expect(validateSchema(buildSubgraphSchema({ typeDefs: parse(await readFile(schema, 'utf8')) }))).toEqual([])
  const supergraphSdl = await composeGraph(graph, 'http://127.0.0.1:1')
  const stock = new ApolloGateway({ supergraphSdl, logger: log })
  await expect(stock.load()).resolves.toHaveProperty('schema')
  await stock.stop()
})
