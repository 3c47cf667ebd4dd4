import { expect, test } from '@jest/globals'
import { HttpError } from '../../gateway/process/http.ts'
import { createAdmission } from '../../subgraphs/admission.ts'

/** Requests that each keep the event loop for so many milliseconds of a clock of the test's own. */
function service(longest: number) {
  let clock = 0
  const admit = createAdmission({ longest, now: () => clock })
  const done: string[] = []
  const request = async (name: string, milliseconds: number): Promise<string> => {
    try {
      const turn = admit()
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

test('requests that come together are served in order where they are served in time', async () => {
  const { request, done } = service(1_000)
  const outcomes = await Promise.all(numbered(100).map((name) => request(name, 9)))
  expect(new Set(outcomes)).toEqual(new Set(['done']))
  expect(done).toEqual(numbered(100))
})

test('one that has waited too long is refused before anything is done for it', async () => {
  const { request, done } = service(1_000)
  const outcomes = await Promise.all(numbered(40).map((name) => request(name, 100)))
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBe(done.length)
  expect(done.length).toBeGreaterThan(8)
  expect(done.length).toBeLessThan(14)
  expect(outcomes.at(-1)).toMatch(/^503 \d+$/)
})

test('once it is known how long requests take, those that would wait too long are refused at once', async () => {
  const { request } = service(1_000)
  for (const name of numbered(30)) await request(name, 400).then(() => new Promise(setImmediate))
  const outcomes: string[] = []
  const flood = numbered(20).map((name) => request(name, 400).then((outcome) => outcomes.push(outcome)))
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  // Nobody's turn came since: these were refused without waiting.
  expect(outcomes.filter((outcome) => outcome === '503 2').length).toBeGreaterThan(10)
  await Promise.all(flood)
})

test('after a flood everything is served again', async () => {
  const { request } = service(1_000)
  await Promise.all(numbered(50).map((name) => request(name, 500)))
  for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate)
  expect(await request('later', 1)).toBe('done')
})

test('the event loop turns between requests that wait', async () => {
  const { request, done } = service(10_000)
  const flood = Promise.all(numbered(10).map((name) => request(name, 50)))
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(done.length).toBeLessThan(10)
  await flood
})
