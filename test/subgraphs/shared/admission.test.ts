import { expect, test } from '@jest/globals'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { createAdmission } from '../../../subgraphs/shared/admission.ts'

/** Requests that each block the event loop for a time, by the test's own clock. */
function service(longest: number) {
  let clock = 0
  const admit = createAdmission({ longest, now: () => clock })
  const done: string[] = []
  const request = async (name: string, milliseconds: number, caller = ''): Promise<string> => {
    try {
      const turn = admit(caller)
      if (turn) await turn
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return `${error.status} ${error.headers?.['retry-after']}`
    }
    clock += milliseconds
    done.push(name)
    return 'done'
  }
  return { request, done }
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `r${number}`)

test('Simultaneous requests are served in order while they are served in time', async () => {
  const { request, done } = service(1_000)
  const outcomes = await Promise.all(numbered(100).map((name) => request(name, 9)))
  expect(new Set(outcomes)).toEqual(new Set(['done']))
  expect(done).toEqual(numbered(100))
})

test('A request that waited too long is refused before anything is done for it', async () => {
  const { request, done } = service(1_000)
  const outcomes = await Promise.all(numbered(40).map((name) => request(name, 100)))
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBe(done.length)
  expect(done.length).toBeGreaterThan(8)
  expect(done.length).toBeLessThan(14)
  expect(outcomes.at(-1)).toMatch(/^503 \d+$/)
})

test('Once service times are known, requests that would wait too long are refused at once', async () => {
  const { request } = service(1_000)
  for (const name of numbered(30)) await request(name, 400).then(() => new Promise(setImmediate))
  const outcomes: string[] = []
  const flood = numbered(20).map((name) => request(name, 400).then((outcome) => outcomes.push(outcome)))
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  // They were refused without waiting, since no turn had come meanwhile.
  expect(outcomes.filter((outcome) => outcome === '503 2').length).toBeGreaterThan(10)
  await Promise.all(flood)
})

test('After a flood every request is served again', async () => {
  const { request } = service(1_000)
  await Promise.all(numbered(50).map((name) => request(name, 500)))
  for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate)
  expect(await request('later', 1)).toBe('done')
})

test('Waiting requests yield to the event loop', async () => {
  const { request, done } = service(10_000)
  const flood = Promise.all(numbered(10).map((name) => request(name, 50)))
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(done.length).toBeLessThan(10)
  await flood
})

test('Quick requests that wait share the turns of the event loop', async () => {
  const { request, done } = service(10_000)
  const flood = Promise.all(numbered(100).map((name) => request(name, 1)))
  for (let turns = 0; turns < 15; turns += 1) await new Promise(setImmediate)
  expect(done).toEqual(numbered(100))
  await flood
})

test('Callers take turns: a flood of one delays another by one request, and refuses none of them', async () => {
  const { request, done } = service(1_000)
  // The service times are known, so most of the flood is refused at once.
  for (const name of numbered(30)) await request(name, 100).then(() => new Promise(setImmediate))
  const flood = numbered(200).map((name) => request(name, 100, 'flooding'))
  done.length = 0
  const other = ['one', 'two', 'three'].map((name) => request(name, 1, 'other'))
  expect(await Promise.all(other)).toEqual(['done', 'done', 'done'])
  expect(done.indexOf('three')).toBeLessThanOrEqual(7)
  const outcomes = await Promise.all(flood)
  expect(outcomes.filter((outcome) => outcome.startsWith('503')).length).toBeGreaterThan(150)
})

test('Many callers with one request each share the capacity that one caller would have', async () => {
  const { request } = service(1_000)
  for (const name of numbered(30)) await request(name, 100).then(() => new Promise(setImmediate))
  const outcomes = await Promise.all(numbered(200).map((name) => request(name, 100, name)))
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBeLessThan(20)
})

test('When too many wait, the caller with the longest queue is refused', async () => {
  const { request } = service(Number.POSITIVE_INFINITY)
  const flood = numbered(1_100).map((name) => request(name, 20, 'flooding'))
  const other = numbered(5).map((name) => request(name, 20, 'other'))
  expect(new Set(await Promise.all(other))).toEqual(new Set(['done']))
  const outcomes = await Promise.all(flood)
  expect(outcomes.filter((outcome) => outcome.startsWith('503')).length).toBeGreaterThan(50)
})
