/** Reads the operations that the project sends: its own, its clients' and its safelist's. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Safelist } from '../../config/sections/operations.ts'
import { readOperations, type WrittenOperations } from './operation-files.ts'

const OPERATIONS = fileURLToPath(new URL('../../operations', import.meta.url))
const CLIENTS = fileURLToPath(new URL('../../../client', import.meta.url))

/** @throws StartRefused if a manifest of the safelist cannot be read */
export async function readProjectOperations(safelist: Safelist | undefined): Promise<WrittenOperations> {
  const paths = [OPERATIONS, ...(existsSync(CLIENTS) ? [CLIENTS] : []), ...(safelist?.manifests ?? [])]
  return joined(
    await Promise.all([
      ...paths.map((path) => readOperations(path)),
      ...Object.entries(safelist?.clients ?? {}).flatMap(([client, manifests]) =>
        manifests.map((path) => readOperations(path, client)),
      ),
    ]),
  )
}

export const joined = (read: readonly WrittenOperations[]): WrittenOperations => ({
  operations: read.flatMap(({ operations }) => operations),
  unreadable: read.flatMap(({ unreadable }) => unreadable),
})
