/** Parts of objects that the client has already, but whose types are not found. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { createAbort } from '../../../../gateway/traffic/call/abort.ts'
import { callContext } from '../../../support/call-context.ts'
import { type Federation, federate } from '../support/federation.ts'
import { servicesOf } from '../support/universe.ts'
import { studio } from '../universes/studio.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(studio))
})
afterAll(() => federation.close())

const query = '{ ... @defer(label: "ids") { top { id } } ... @defer(label: "types") { top { score __typename } } }'

/** Label, additions and errors of each part. */
async function partsOf() {
  const prepared = federation.engine.prepare(query, parse(query))
  const bound = prepared.bind({}, true)
  const compiled = await prepared.compiled(bound.conditions)
  const { signal } = createAbort()
  const run = compiled.executeInParts?.(bound, callContext, federation.sendIn(studio.createWorld()), signal)
  const parts: unknown[] = []
  for await (const { completed } of run?.parts ?? [])
    for (const { label, additions, errors } of completed)
      parts.push([
        label,
        additions?.map(({ data }) => JSON.parse(JSON.stringify(data)) as object),
        errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
      ])
  return parts
}

test('A part is lost with an error if the service that knows the type of an object is down', async () => {
  federation.down.add('releases')
  const parts = await partsOf()
  federation.down.clear()
  expect(parts).toEqual([
    ['ids', [{ top: { id: 'p2' } }], []],
    ['types', undefined, [['top', 'SERVICE_UNAVAILABLE']]],
  ])
})
