import { expect, test } from '@jest/globals'
import { createParsedDocuments } from '../../../gateway/nodes/documents.ts'

test('Node documents stay within the set memory, however large clients make them', () => {
  const documents = createParsedDocuments(2_000_000)
  for (let number = 0; number < 100; number += 1) {
    const query = `{ ${Array.from({ length: 490 }, (_, at) => `a${at}: node(nodeId: "${number}") { nodeId }`).join(' ')} }`
    expect(documents.of(query)).toBe(documents.of(query))
    expect(documents.keptBytes).toBeLessThanOrEqual(2_000_000)
  }
  expect(documents.keptBytes).toBeGreaterThan(1_000_000)
})
