import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { getJson } from '../../../../subgraphs/weather/upstream/http.ts'
import { type StoppedClock, stopClock } from '../../../support/clock.ts'
import { until } from '../../../support/until.ts'
import { startUpstream, type Upstream } from '../../../support/upstream.ts'

let clock: StoppedClock
let upstream: Upstream
beforeEach(async () => {
  clock = stopClock()
  upstream = await startUpstream(() => undefined)
})
afterEach(async () => {
  clock[Symbol.dispose]()
  await upstream.stop()
})

describe('getJson', () => {
  test.each<[string, Upstream['answer']]>([
    ['does not begin', () => undefined],
    ['does not end', ({ response }) => void response.writeHead(200).write('[')],
  ])('An answer that %s is aborted at the deadline, and not before', async (_what, answer) => {
    upstream.answer = answer
    let isOver = false
    const given = getJson(upstream.url, { deadline: 2_000 }).finally(() => {
      isOver = true
    })
    const late = expect(given).rejects.toThrow('did not answer within 2000 ms')
    await until(() => upstream.bodies.length === 1)
    await clock.step(1_999)
    expect(isOver).toBe(false)
    await clock.step(1)
    await late
  })

  test('A request to a host that closes the connection before it answers is repeated once only', async () => {
    upstream.answer = ({ response }) => (upstream.bodies.length === 1 ? void response.destroy() : { a: 1 })
    expect((await getJson(upstream.url, { deadline: 2_000 })).body).toEqual({ a: 1 })
    upstream.answer = ({ response }) => void response.destroy()
    await expect(getJson(upstream.url, { deadline: 2_000 })).rejects.toThrow('cannot be reached')
    expect(upstream.bodies.length).toBe(4)
  })

  const huge = '9'.repeat(400)
  test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['an age that is no number', { 'cache-control': 'max-age=60', age: 'old' }, 60],
    ['two ages', { 'cache-control': 'max-age=60', age: '10, 20' }, 50],
    ['an age below zero', { 'cache-control': 'max-age=60', age: '-100' }, 60],
    ['a year of freshness', { 'cache-control': 'max-age=31536000' }, 86_400],
    ['endless freshness', { 'cache-control': `max-age=${huge}` }, 86_400],
    ['an endless age', { 'cache-control': `max-age=${huge}`, age: huge }, 0],
    ['an end in the far future', { expires: 'Fri, 31 Dec 9999 23:59:59 GMT' }, 86_400],
    ['an end in the past', { expires: '0' }, 0],
    ['an end that is no time', { expires: 'never' }, undefined],
  ])('An answer with %s is fresh for a time that exists, and a day at most', async (_what, headers, seconds) => {
    upstream.answer = ({ response }) => void response.writeHead(200, headers).end('{}')
    const { freshUntil } = await getJson(upstream.url, { deadline: 2_000 })
    expect(freshUntil).toBe(seconds === undefined ? undefined : Date.now() + seconds * 1_000)
  })

  test.each([
    ['endless', huge],
    ['until the far future', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('A pause that an upstream asks for, %s, is of an hour at most', async (_what, retryAfter) => {
    upstream.answer = ({ response }) => void response.writeHead(503, { 'retry-after': retryAfter }).end()
    await expect(getJson(upstream.url, { deadline: 2_000 })).rejects.toMatchObject({ retryAfter: 3_600 })
  })

  test.each([
    ['an hour behind', -3_600_000],
    ['an hour ahead', 3_600_000],
  ])('A host whose clock is %s of ours means its own when it states an end', async (_what, ahead) => {
    const its = (seconds: number): string => new Date(Date.now() + ahead + seconds * 1_000).toUTCString()
    upstream.answer = ({ response }) =>
      void response.writeHead(200, { date: its(0), expires: its(60), age: '10' }).end('{}')
    const { freshUntil } = await getJson(upstream.url, { deadline: 2_000 })
    expect(freshUntil).toBe(Date.now() + 50_000)
    upstream.answer = ({ response }) => void response.writeHead(503, { date: its(0), 'retry-after': its(60) }).end()
    await expect(getJson(upstream.url, { deadline: 2_000 })).rejects.toMatchObject({ retryAfter: 60 })
  })

  test('A complete answer leaves no timer behind', async () => {
    upstream.answer = () => ({ a: 1 })
    expect((await getJson(upstream.url, { deadline: 2_000 })).body).toEqual({ a: 1 })
    expect(clock.timers).toBe(0)
  })
})
