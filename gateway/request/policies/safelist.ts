/**
 * Allows only operations that the operator has registered; any other is refused before it is
 * parsed. The list is read once: a new list takes a restart.
 */
import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Policy } from '../../exchange/exchange.ts'
import { readHash } from './persisted.ts'

/** Registered texts by their SHA-256 in hex. */
export type Safelist = ReadonlyMap<string, string>

/** The format of `@apollo/generate-persisted-query-manifest`. */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ body: z.string().min(1) })),
})

/**
 * @param path a manifest, or a folder of `.graphql` files with one document each
 * @throws Error that says why it cannot be used
 */
export async function readSafelist(path: string): Promise<Safelist> {
  const texts = await readTexts(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === undefined ? 'is not a manifest of persisted operations' : 'cannot be read')
  })
  if (texts.length === 0) throw new Error('names no operation')
  return new Map(texts.map((text) => [hashOf(text), text]))
}

async function readTexts(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isDirectory()) {
    const files = (await readdir(path)).filter((file) => file.endsWith('.graphql'))
    return Promise.all(files.sort().map((file) => readFile(join(path, file), 'utf8')))
  }
  const { operations } = manifest.parse(JSON.parse(await readFile(path, 'utf8')))
  return operations.map(({ body }) => body)
}

/** Accepts a registered text, or its hash sent as a persisted query. */
export function requireListed(safelist: Safelist): Policy {
  const texts = new Set(safelist.values())
  return (exchange) => {
    const { query, extensions } = exchange.parameters
    if (texts.has(query)) return
    const persisted = extensions?.['persistedQuery']
    const listed = query === '' && persisted ? safelist.get(readHash(persisted)) : undefined
    if (listed === undefined)
      throw codedError('OPERATION_NOT_ALLOWED', "This operation is not on the gateway's safelist.")
    exchange.parameters = { ...exchange.parameters, query: listed }
  }
}

const hashOf = (text: string): string => hash('sha256', text, 'hex')
