/**
 * Reads the files of a new service: those in `templates/`, in the same layout, with the name
 * `sample` replaced.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { capital, type Names } from './names.ts'

export interface NewFile {
  /** Path relative to the project's root. */
  readonly path: string
  readonly content: string
}

export async function filesOf(kind: 'stateful' | 'stateless', names: Names): Promise<readonly NewFile[]> {
  const folder = fileURLToPath(new URL(`templates/${kind}/`, import.meta.url))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.map(async (path) => ({
      path: rename(path.slice(folder.length), names),
      content: rename(await readFile(path, 'utf8'), names),
    })),
  )
}

/** Renames a template: `sample` becomes the name of the service or of its objects. */
const rename = (text: string, { service, one, many }: Names): string =>
  text
    .replace(/(?<=subgraphs\/)sample\b|(?<=['`])sample(?=['`])|sample(?=Service|Settings)/g, service)
    .replace(/samples|Samples|sample|Sample/g, (found) => {
      const name = found.toLowerCase() === 'samples' ? many : one
      return found.startsWith('S') ? capital(name) : name
    })
