/** The registered operations, by client name. */
import { hash } from 'node:crypto'
import { type ListedOperation, readManifest } from './manifest.ts'

/** What one client may run. */
interface OperationList {
  has(text: string): boolean
  /** @param id of a manifest, or the SHA-256 of a text in hex, with `sha256:` before it or not */
  textOf(id: string): string | undefined
}

export interface OperationLists {
  /** @param client a name; a client without its own list has that of all clients */
  listFor(client: string | undefined): OperationList
  /** All texts of all clients. */
  readonly texts: readonly string[]
}

export interface ListFiles {
  /** Manifests for all clients. */
  readonly manifests: readonly string[]
  /** Additional manifests for some clients, by name. */
  readonly clients: Readonly<Record<string, readonly string[]>>
}

export const filesOf = ({ manifests, clients }: ListFiles): readonly string[] => [
  ...manifests,
  ...Object.values(clients).flat(),
]

/** @throws Error that says of each file that cannot be used why */
export async function readLists({ manifests, clients }: ListFiles): Promise<OperationLists> {
  const files = [
    ...manifests.map((path) => ({ path, client: undefined })),
    ...Object.entries(clients).flatMap(([client, paths]) => paths.map((path) => ({ path, client }))),
  ]
  const settled = await Promise.allSettled(files.map(({ path }) => readNamed(path)))
  const faults = settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))
  if (faults.length > 0) throw new Error([...new Set(faults)].join('; '))
  const operations = settled.flatMap((one, at) =>
    one.status === 'rejected'
      ? []
      : one.value.map((operation) => ({ ...operation, client: operation.client ?? files[at]?.client })),
  )
  return createLists(operations, Object.keys(clients))
}

/** @throws Error that names the file */
const readNamed = (path: string): Promise<readonly ListedOperation[]> =>
  readManifest(path).catch((error: Error) => {
    throw new Error(`${path} ${error.message}`)
  })

/** @throws Error if an id stands for two texts */
function createLists(operations: readonly ListedOperation[], names: readonly string[] = []): OperationLists {
  const clients = new Set([...names, ...operations.flatMap(({ client }) => client ?? [])])
  const common = createList(operations.filter(({ client }) => client === undefined))
  const lists = new Map(
    [...clients].map((name) => [
      name,
      createList(operations.filter(({ client }) => client === undefined || client === name)),
    ]),
  )
  return {
    listFor: lists.size === 0 ? () => common : (client = '') => lists.get(client) ?? common,
    texts: [...new Set(operations.map(({ text }) => text))],
  }
}

const SHA256 = 'sha256:'

function createList(operations: readonly ListedOperation[]): OperationList {
  const texts = new Set(operations.map(({ text }) => text))
  const byId = new Map([...texts].map((text) => [hash('sha256', text, 'hex'), text]))
  for (const { id, text } of operations) {
    if (id === undefined) continue
    const bare = id.startsWith(SHA256) ? id.slice(SHA256.length) : id
    const other = byId.get(bare)
    if (other !== undefined && other !== text) throw new Error(`has two operations with the id ${id}`)
    byId.set(bare, text)
  }
  return {
    has: (text) => texts.has(text),
    textOf: (id) => byId.get(id.startsWith(SHA256) ? id.slice(SHA256.length) : id),
  }
}
