import { describe, expect, test } from '@jest/globals'
import { decodeNodeId, encodeNodeId } from '../../../platform/protocol/node-id.ts'
import fc from '../../support/fast-check.ts'

const value = fc.oneof(fc.string({ maxLength: 40 }), fc.integer(), fc.boolean())
const name = fc.record({ type: fc.string({ maxLength: 20 }), key: fc.array(value, { minLength: 1, maxLength: 3 }) })

describe('nodeId', () => {
  test('A node id can be decoded, is safe in a URL, and is unique', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const [id, otherId] = [encodeNodeId(one.type, one.key), encodeNodeId(other.type, other.key)]
        expect(id).toMatch(/^[\w-]+$/)
        expect(decodeNodeId(id)).toEqual(one)
        expect(id === otherId).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })

  test('Any other text is no node id', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const found = decodeNodeId(text)
        expect(found === undefined || encodeNodeId(found.type, found.key) === text).toBe(true)
      }),
    )
    const made = (text: string): string => Buffer.from(text).toString('base64url')
    const forged = [
      '["A"]',
      '["A", "1"]',
      '["A",null]',
      '["A",["1"]]',
      '["A",{}]',
      '[1,"1"]',
      '{"0":"A","1":"1"}',
      '"A"',
    ]
    for (const text of forged) expect({ text, found: decodeNodeId(made(text)) }).toEqual({ text, found: undefined })
    expect(decodeNodeId(encodeNodeId('A', ['1'.repeat(2_000)]))).toBeUndefined()
    expect(decodeNodeId(`${encodeNodeId('A', ['1'])}=`)).toBeUndefined()
  })
})
