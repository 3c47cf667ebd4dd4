/**
 * Small answers, each damaged at every byte, or without any of their parts: the product makes of
 * them what the exact path alone does. By default it is one in four of the ways, at random;
 * `DAMAGES=all` tries every one, `SEED=7` others. @slow
 */
import { isUtf8 } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SEED } from '../../../support/cases.ts'
import { createDice } from '../support/dice.ts'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate } from '../support/federation.ts'
import { type AskedOnce, differenceToExact, openProduct, runProduct } from '../support/two-paths.ts'
import { servicesOf, type Universe } from '../support/universe.ts'
import { library } from '../universes/library.ts'
import { port } from '../universes/port.ts'
import { studio } from '../universes/studio.ts'

interface Damaged {
  readonly what: string
  /** The answer as it becomes, time and again. */
  readonly damage: (body: Buffer) => Iterable<Buffer>
  readonly universe: Universe
  readonly query: string
  /** Where a service fails. */
  readonly failing?: string
}

/** Of so many damages one is tried. */
const SHARE = process.env['DAMAGES'] === 'all' ? 1 : 4

const BYTES = [...Buffer.from(', "]}0n\\'), 0x1f, 0x80]

// Most cases make errors, and nobody looks where.
Error.stackTraceLimit = 0

function* changed(body: Buffer): Generator<Buffer> {
  for (let at = 0; at <= body.length; at++) {
    const [before, behind] = [body.subarray(0, at), body.subarray(at)]
    yield before
    yield Buffer.concat([before, behind.subarray(1)])
    yield Buffer.concat([before, behind.subarray(0, 1), behind])
    for (const byte of BYTES) yield Buffer.concat([before, Buffer.of(byte), behind.subarray(1)])
  }
}

function* withoutPart(body: Buffer): Generator<Buffer> {
  for (let begin = 0; begin < body.length; begin++)
    for (let end = begin + 1; end <= body.length; end++)
      yield Buffer.concat([body.subarray(0, begin), body.subarray(end)])
}

const change = { what: 'change of one byte', damage: changed }
const gap = { what: 'gap', damage: withoutPart }

const answers: readonly Damaged[] = [
  { ...change, universe: port, query: '{ ships { kind size captain { name } } }' },
  {
    ...change,
    universe: port,
    query: '{ ship(id: "1") { number holds { size tags lid { open weight } } kinds logs } }',
  },
  {
    ...change,
    universe: port,
    query: '{ piers { name lights kinds grid any } port { depth best { long sealed pier } } }',
  },
  { ...change, universe: library, query: '{ all(first: 3) { __typename title ... on Book { pages } score } }' },
  { ...change, universe: library, query: '{ newest { about { year ... on Film { minutes } } } }' },
  { ...gap, universe: studio, query: '{ song { stars } }' },
  { ...gap, universe: studio, query: '{ song { lyrics } }', failing: 'song.lyrics' },
  { ...gap, universe: studio, query: '{ wrong }' },
]

describe.each(answers)('$query', ({ what, damage, universe, query, failing }) => {
  let federation: Federation
  let path: ExactPath
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    path = await openExactPath(federation.supergraph, federation.engine.schema)
  })
  afterAll(() => Promise.all([federation.close(), path.close()]))

  test(`No ${what} makes a difference between the flat path and the exact path`, async () => {
    const exact = await path.open(query, {})
    const product = await openProduct(federation.engine, { query, variables: {} })
    const fails = (_service: string, place: string): boolean => place === failing
    const send = federation.sendIn({ ...universe.createWorld(), fails })
    const known = new Map<string, Buffer>()
    const run = (changes: { readonly text: string; readonly told: Buffer } | undefined) =>
      runProduct(product, async (call) => {
        const text = call.body.bytes.toString()
        if (text === changes?.text) return { told: changes.told, isRead: true }
        const told = known.get(text) ?? (await send({ ...call, read: undefined })).body
        known.set(text, told)
        return { told, isRead: true }
      })
    const honest = await run(undefined)
    expect(honest.by).toBe('flat')
    const dice = createDice(SEED)
    for (const { text, told } of honest.asked as readonly (AskedOnce & { told: Buffer })[]) {
      for (const other of damage(told)) {
        if (!dice.chance(SHARE)) continue
        const one = await run({ text, told: other })
        const difference = await differenceToExact(exact, one)
        if (difference !== '' || !isUtf8(one.answer.body)) throw new Error(`${other.toString('latin1')}\n${difference}`)
      }
    }
  })
})
