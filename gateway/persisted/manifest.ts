/**
 * Reads lists of persisted operations, in the formats that the tools of clients write: Apollo's
 * manifest, the hash-to-text objects of GraphQL Code Generator and of Relay, and folders of files.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isRecord } from '../../platform/data/record.ts'

export interface ListedOperation {
  readonly text: string
  /** The id that clients send instead of the text, besides its SHA-256. */
  readonly id: string | undefined
  /** The only clients that may run it, by name; `undefined` for all. */
  readonly client: string | undefined
}

/** The format of `@apollo/generate-persisted-query-manifest`. */
const apollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1), clientName: z.string().nullish() })),
})

/** `persisted-documents.json` of GraphQL Code Generator, and Relay's queries: ids and texts. */
const texts = z.array(z.tuple([z.string().min(1), z.string().min(1)]))

/**
 * @param path a manifest, or a folder of `.graphql` files with one document each
 * @throws Error that says why it cannot be used
 */
export async function readManifest(path: string): Promise<readonly ListedOperation[]> {
  const operations = await read(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === undefined ? 'is not a manifest of persisted operations' : `cannot be read (${error.code})`,
    )
  })
  if (operations.length === 0) throw new Error('names no operation')
  return operations
}

async function read(path: string): Promise<readonly ListedOperation[]> {
  if ((await stat(path)).isDirectory()) {
    const files = (await readdir(path)).filter((file) => file.endsWith('.graphql'))
    const read = await Promise.all(files.sort().map((file) => readFile(join(path, file), 'utf8')))
    return read.map((text) => ({ text, id: undefined, client: undefined }))
  }
  const json: unknown = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')) // tools on Windows begin so
  const pairs = isRecord(json) ? texts.safeParse(Object.entries(json)) : undefined
  if (pairs?.success) return pairs.data.map(([id, text]) => ({ text, id, client: undefined }))
  return apollo
    .parse(json)
    .operations.map(({ id, body, clientName }) => ({ text: body, id, client: clientName ?? undefined }))
}
