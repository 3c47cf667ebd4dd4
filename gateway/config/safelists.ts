/** Reads the operations that the safelists of the settings name. */
import { filesOf, type OperationLists, readLists } from '../persisted/lists.ts'
import type { Path } from './environment.ts'
import { type Safelist, safelistSection } from './sections/operations.ts'
import type { Sources } from './sources.ts'

export const SAFELIST: Path = ['operations', 'safelist']

/** Paths of the safelists of the whole schema and of variants with their own. */
export const safelistsIn = (sources: Sources): readonly Path[] =>
  [SAFELIST, ...sources.namesAt(['variants']).map((name) => ['variants', name, ...SAFELIST])].filter(
    (path) => sources.valueAt(path) !== undefined,
  )

export interface GivenLists {
  /** Path of the safelist. */
  readonly path: Path
  readonly lists?: OperationLists
  readonly fault?: string
}

/** The files of all lists. */
export const listFilesIn = (sources: Sources): readonly string[] =>
  safelistsIn(sources).flatMap((path) => {
    const safelist = safelistAt(path, sources)
    return safelist ? filesOf(safelist) : []
  })

export const readAllListed = async (sources: Sources): Promise<readonly GivenLists[]> =>
  (await Promise.all(safelistsIn(sources).map((path) => readListed(path, sources)))).flat()

async function readListed(path: Path, sources: Sources): Promise<readonly GivenLists[]> {
  const safelist = safelistAt(path, sources)
  if (!safelist) return []
  try {
    return [{ path, lists: await readLists(safelist) }]
  } catch (error) {
    return [{ path, fault: (error as Error).message }]
  }
}

/** `undefined` for a faulty one. */
const safelistAt = (path: Path, sources: Sources): Safelist => safelistSection.safeParse(sources.valueAt(path)).data
