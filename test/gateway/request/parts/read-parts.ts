/** Reads answers in parts from HTTP responses. */
import { expect } from '@jest/globals'

/** Media types that request each format. */
export const OLD = 'multipart/mixed;deferSpec=20220824'
export const NEW = 'multipart/mixed;incrementalSpec=v0.2'

export type Part = Record<string, unknown>

/** The parts as they arrive. */
export async function* partsOf(response: Response): AsyncGenerator<Part> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    text += decoder.decode(chunk.value, { stream: true })
    const pieces = text.split('\r\n--graphql')
    text = pieces.pop() ?? ''
    for (const piece of pieces) if (piece !== '') yield JSON.parse(piece.split('\r\n\r\n')[1] ?? '') as Part
  }
  expect(text).toBe('--\r\n')
}

export const allOf = async (response: Response): Promise<Part[]> => {
  const parts: Part[] = []
  for await (const part of partsOf(response)) parts.push(part)
  return parts
}
