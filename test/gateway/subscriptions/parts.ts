import { expect } from '@jest/globals'

/**
 * The parts of a subscription's whole multipart body, without heartbeats. @throws if the body is
 * malformed
 */
export function partsOf(body: string): unknown[] {
  const [preamble, ...rest] = body.split('\r\n--graphql')
  expect([preamble, rest.pop()]).toEqual(['', '--\r\n'])
  return rest
    .map((part) => {
      const [head, json = ''] = part.split('\r\n\r\n')
      expect(head).toBe('\r\ncontent-type: application/json')
      return JSON.parse(json) as Record<string, unknown>
    })
    .filter((part) => Object.keys(part).length > 0)
}
