/**
 * The operations the product ships (`gateway/operations/*.graphql`): one list for the playground's tabs, for warm-up and for contract checks.
 * Reads files only; whether an operation fits a schema is for the caller to decide.
 */
import { readdir, readFile } from 'node:fs/promises'

/** One file of `gateway/operations`. */
export interface ShippedOperation {
  /** The file's name without its ending, for example `1-overview`. */
  readonly name: string
  /** The document as written, comments included. */
  readonly document: string
  /** Parsed from the `.json` of the same name; empty where there is none. */
  readonly variables: Readonly<Record<string, unknown>>
}

const FOLDER = new URL('.', import.meta.url)

/**
 * All of them, in the order of their names.
 * @throws SyntaxError where a `.json` is not JSON
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
