import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { createDocumentStore } from '../../../subgraphs/shared/documents.ts'

const documentOf = (number: number) => parse(`{ field${number} }`)

test('A service remembers recent operations, up to a limit', async () => {
  const store = createDocumentStore(1000)
  for (let number = 0; number < 200; number++) await store.set(`${number}`, documentOf(number))
  const kept = await Promise.all(Array.from({ length: 200 }, (_, number) => store.get(`${number}`)))
  const count = kept.filter((document) => document !== undefined).length
  expect(count).toBeGreaterThan(40)
  expect(count).toBeLessThan(100)
  expect(kept.slice(-count)).not.toContain(undefined)
})

test('An operation larger than the cache is not kept, and displaces nothing', async () => {
  const store = createDocumentStore(1000)
  await store.set('small', documentOf(1))
  await store.set('large', parse(`{ ${'field '.repeat(500)} }`))
  expect(await store.get('large')).toBeUndefined()
  expect(await store.get('small')).toBeDefined()
})

test('An operation is known by its whole text for as long as it is kept', async () => {
  const store = createDocumentStore(1000)
  for (let number = 0; number < 200; number++) await store.set(`${number}`, documentOf(number))
  for (let number = 0; number < 200; number++)
    expect(store.known(`{ field${number} }`)).toBe(await store.get(`${number}`))
  expect(store.known('{ field199 } ')).toBeUndefined()
  await store.set('199', documentOf(200))
  expect(store.known('{ field199 }')).toBeUndefined()
  expect(store.known('{ field200 }')).toBe(await store.get('199'))
  await store.delete('199')
  expect(store.known('{ field200 }')).toBeUndefined()
})
