/** Manifests of the operations: what a gateway's safelist reads, and Apollo's format. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DocumentNode, Kind, type OperationDefinitionNode, print } from 'graphql'

interface Operation {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly body: string
}

/** @param folder of generated code; each of its documents is printed as clients print it */
export async function writeManifests(folder: string): Promise<void> {
  const operations = await operationsIn(folder)
  const texts = Object.fromEntries(operations.map(({ id, body }) => [id, body]))
  await writeJson(join(folder, 'persisted-documents.json'), texts)
  await writeJson(join(folder, 'persisted-queries.json'), {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations,
  })
}

async function operationsIn(folder: string): Promise<readonly Operation[]> {
  const file = join(folder, 'graphql.ts')
  const version = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  const generated: Readonly<Record<string, unknown>> = await import(`${pathToFileURL(file)}?${version}`)
  return Object.values(generated)
    .filter(isDocument)
    .flatMap((document) => {
      const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
      return operation ? [operationOf(document, operation)] : []
    })
}

function operationOf(document: DocumentNode, { name, operation: type }: OperationDefinitionNode): Operation {
  const body = print(document)
  return { id: createHash('sha256').update(body).digest('hex'), name: name?.value ?? '', type, body }
}

const isDocument = (value: unknown): value is DocumentNode =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === Kind.DOCUMENT

const writeJson = (file: string, content: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`)
