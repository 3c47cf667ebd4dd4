/**
 * The shipped operations (`gateway/operations/*.graphql`), for the playground's tabs, warming and
 * the contract. Does not check them against a schema.
 */
import { readdir, readFile } from 'node:fs/promises'

/** One file of `gateway/operations`. */
export interface ShippedOperation {
  /** The file's name without its ending, for example `1-overview`. */
  readonly name: string
  /** The document with its comments. */
  readonly document: string
  /** Parsed from the `.json` of the same name; empty if there is none. */
  readonly variables: Readonly<Record<string, unknown>>
}

const FOLDER = new URL('.', import.meta.url)

/**
 * All of them, in the order of their names.
 * @throws SyntaxError if a `.json` file is not JSON
 */
export async function readShippedOperations(folder: URL = FOLDER): Promise<readonly ShippedOperation[]> {
  const files = await readdir(folder)
  const names = files.filter((file) => file.endsWith('.graphql')).map((file) => file.slice(0, -'.graphql'.length))
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      document: await readFile(new URL(`${name}.graphql`, folder), 'utf8'),
      variables: files.includes(`${name}.json`)
        ? (JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8')) as Record<string, unknown>)
        : {},
    })),
  )
}
