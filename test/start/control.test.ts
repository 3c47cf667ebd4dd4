import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { RunState } from '../../platform/process/control.ts'
import { type Control, type Instance, openControl } from '../../start/control.ts'

const states = new Map<string, RunState>()
const instance = (name: string, kind: Instance['kind'], url: string): Instance => ({
  name,
  kind,
  url,
  process: {
    ready: Promise.resolve(url),
    restart() {},
    hold: () => void states.set(url, 'stopped'),
    release: () => void states.set(url, 'running'),
    state: () => states.get(url) ?? 'running',
    stop: async () => {},
    pid: () => undefined,
  },
})

let control: Control
beforeAll(async () => {
  control = await openControl()
  const all = [
    instance('bank', 'stateful', 'a'),
    instance('weather', 'stateless', 'b'),
    instance('weather', 'stateless', 'c'),
  ]
  control.serve(() => all)
})
afterAll(() => control.close())

async function ask(body?: unknown, token = control.token): Promise<[number, unknown]> {
  const response = await fetch(control.url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return [response.status, await response.json()]
}

test('An instance or a whole service is stopped and started', async () => {
  expect(await ask({ name: 'weather', instance: 1, action: 'stop' })).toEqual([
    200,
    [
      { name: 'bank', kind: 'stateful', instances: [{ url: 'a', state: 'running' }] },
      {
        name: 'weather',
        kind: 'stateless',
        instances: [
          { url: 'b', state: 'running' },
          { url: 'c', state: 'stopped' },
        ],
      },
    ],
  ])
  await ask({ name: 'weather', action: 'start' })
  expect([...states]).toEqual([
    ['c', 'running'],
    ['b', 'running'],
  ])
})

test.each([
  ['a service that there is not', 404, { name: 'gateway', action: 'stop' }],
  ['an instance that there is not', 404, { name: 'bank', instance: 1, action: 'stop' }],
  ['another action', 400, { name: 'bank', action: 'kill' }],
])('%s is refused', async (_what, status, body) => {
  expect((await ask(body))[0]).toBe(status)
  expect(states.get('a')).toBeUndefined()
})

test('The supervisor refuses requests without the token of this start', async () => {
  expect(await ask(undefined, 'another')).toEqual([401, expect.anything()])
  expect(new URL(control.url).hostname).toBe('127.0.0.1')
})
