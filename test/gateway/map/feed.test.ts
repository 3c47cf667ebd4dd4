import { afterEach, expect, test } from '@jest/globals'
import { describeMap } from '../../../gateway/map/describe.ts'
import { createFeed, type MapFeed } from '../../../gateway/map/feed.ts'
import { HttpError, sendHttpError } from '../../../platform/http/message/http-error.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'
import { until } from '../../support/until.ts'

let listener: HttpListener
let feed: MapFeed
const INTERVAL = 50 // milliseconds
let reads = 0
let fails = false
const leaving = new AbortController()

async function open(): Promise<void> {
  reads = 0
  fails = false
  feed = createFeed(async () => {
    reads += 1
    if (fails) throw new Error('no worker answers')
    return describeMap([], 'ready')
  }, INTERVAL)
  listener = await listen(
    async (_request, response) => {
      try {
        feed.send(response)
      } catch (error) {
        if (error instanceof HttpError) sendHttpError(response, error)
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
}
afterEach(() => listener.drain(0))

async function follow(signal = leaving.signal) {
  const response = await fetch(listener.url, { signal })
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  /** The first map of the next chunk, which may contain several. */
  const next = async (): Promise<unknown> => {
    const { value } = (await chunks?.next()) ?? {}
    return value === undefined ? undefined : JSON.parse(value.slice('data: '.length).split('\n\n', 1)[0] ?? '')
  }
  return { response, next }
}

test('All followers get the same map, which is read once; nothing is read without followers', async () => {
  await open()
  const leave = new AbortController()
  const all = await Promise.all(Array.from({ length: 20 }, () => follow(leave.signal)))
  const maps = await Promise.all(all.map(({ next }) => next()))
  expect(maps).toEqual(
    maps.map(() => expect.objectContaining({ gateway: expect.objectContaining({ state: 'ready' }) })),
  )
  expect(reads).toBeLessThan(20)
  await all[0]?.next() // read in a later turn
  fails = true
  const before = reads
  await until(async () => reads > before)
  fails = false
  expect(await all[0]?.next()).toBeTruthy()
  leave.abort()
  const read = async (): Promise<number> => {
    const at = reads
    await new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL))
    return reads - at
  }
  await until(async () => (await read()) === 0)
})

test('The number of followers is limited, and the end of the feed ends all streams', async () => {
  await open()
  const all = await Promise.all(Array.from({ length: 32 }, () => follow()))
  const refused = await fetch(listener.url)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
  expect(await refused.json()).toMatchObject({ errors: [{ message: expect.stringContaining('32') }] })
  feed.close()
  for (const { response } of all) expect(response.status).toBe(200)
  expect((await fetch(listener.url)).status).toBe(503)
})
