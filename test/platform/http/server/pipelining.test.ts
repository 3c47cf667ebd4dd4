import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { readBody } from '../../../../platform/http/message/body.ts'
import { type HttpListener, listen } from '../../../../platform/http/server/listen.ts'

const COUNT = 5_000
/** Numbered requests, so that the answers show their order; a piece of 64 kB has 60 of them. */
const requestOf = (number: number): string => {
  const body = String(number).padEnd(1_000)
  return `POST /first HTTP/1.1\r\nhost: here\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

let listener: HttpListener
afterEach(() => listener.drain(0))

/** Listens, and has a client send all its requests at once; resolves when a few are in flight. */
async function pipelined() {
  let begun = 0
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  listener = await listen(
    async (request, response) => {
      if (request.url === '/other') return void response.end()
      begun += 1
      await turn() // a body is read later than its head
      const body = await readBody(request, 2_000)
      await released
      response.end(`<${body.toString().trim()}>`)
    },
    { host: '127.0.0.1', port: 0 },
  )
  const client = connect(Number(new URL(listener.url).port), '127.0.0.1')
  for (let number = 0; number < COUNT; number += 1) client.write(requestOf(number))
  await once(client, 'connect')
  while (begun < 16) await turn()
  for (let time = 0; time < 100; time += 1) await (await fetch(`${listener.url}/other`)).text()
  return { client, release, begun: () => begun }
}

/** Numbers in the order of the answers, up to the last one or the end of the connection. */
async function answersTo(client: Socket): Promise<number[]> {
  let answers = ''
  for await (const piece of client) {
    answers += String(piece)
    if (answers.endsWith(`<${COUNT - 1}>`)) break
  }
  return [...answers.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))
}

const all = Array.from({ length: COUNT }, (_, number) => number)

test('Few pipelined requests of a client run at once, and all are answered in order', async () => {
  const { client, release, begun } = await pipelined()
  expect(begun()).toBeLessThan(200)
  release()
  expect(await answersTo(client)).toEqual(all)
})

test('Pipelined requests sent before the server closes are answered', async () => {
  const { client, release } = await pipelined()
  const drained = listener.drain(60_000)
  release()
  expect(await answersTo(client)).toEqual(all)
  await drained
})
