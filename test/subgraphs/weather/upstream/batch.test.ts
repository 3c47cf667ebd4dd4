import { describe, expect, test } from '@jest/globals'
import { batcher } from '../../../../subgraphs/weather/upstream/batch.ts'
import fc from '../../../support/fast-check.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('batcher', () => {
  test('Questions of one turn run in one batch, however deep in promises', async () => {
    const batches: number[][] = []
    const ask = batcher<number, number>(async (items) => {
      batches.push([...items])
      return items.map((item) => item * 2)
    })
    const deep = async (item: number, depth: number): Promise<number> => {
      for (let step = 0; step < depth; step++) await Promise.resolve()
      return ask(item)
    }
    expect(await Promise.all([ask(1), deep(2, 5), deep(3, 50)])).toEqual([2, 4, 6])
    expect(batches).toEqual([[1, 2, 3]])
  })

  test('One batch runs at a time, and questions that arrive meanwhile form the next', async () => {
    const batches: number[][] = []
    const release: (() => void)[] = []
    const ask = batcher<number, number>(async (items) => {
      batches.push([...items])
      await new Promise<void>((resolve) => release.push(resolve))
      return items
    })
    const first = ask(1)
    await turn()
    const later = [ask(2), ask(3)]
    await turn()
    expect(batches).toEqual([[1]])
    release[0]?.()
    await first
    await turn()
    expect(batches).toEqual([[1], [2, 3]])
    release[1]?.()
    expect(await Promise.all(later)).toEqual([2, 3])
  })

  test('Each question gets its own result or error, and the batcher continues after a failed batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ item: fc.integer(), wait: fc.nat(3) }), { maxLength: 30 }),
        async (asked) => {
          const ask = batcher<number, string>(async (items) => {
            if (items.includes(13)) throw new RangeError('unlucky')
            return items.map((item) => (item % 2 === 0 ? `${item}` : new TypeError(`${item}`)))
          })
          const outcomes = await Promise.allSettled(
            asked.map(async ({ item, wait }) => {
              for (let step = 0; step < wait; step++) await turn()
              return ask(item)
            }),
          )
          for (const [index, outcome] of outcomes.entries()) {
            const item = asked[index]?.item ?? 0
            if (outcome.status === 'fulfilled') expect(outcome.value).toBe(`${item}`)
            else if (outcome.reason instanceof TypeError) expect(outcome.reason.message).toBe(`${item}`)
            else expect(outcome.reason).toBeInstanceOf(RangeError)
          }
        },
      ),
    )
  })
})
