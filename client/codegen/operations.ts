/**
 * Types and documents of the operations in `.graphql` files, by GraphQL Code Generator's client
 * preset.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  printSchema,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { KEY } from '../connection/key.ts'

/** Types of the scalars in JSON. */
const scalars = {
  ID: 'string',
  CurrencyCode: 'string',
  Date: 'string',
  DateTime: 'string',
  JSON: 'unknown',
  MinorUnits: 'string',
  Percentage: 'string',
  TimeZone: 'string',
}

/** @param documents globs of `.graphql` files @param folder for the code, with a `/` at its end */
export async function generateOperations(
  schema: GraphQLSchema,
  documents: readonly string[],
  folder: string,
): Promise<void> {
  // Imported lazily: builds that have nothing to do take a quarter of the time without it.
  const { generate } = await import('@graphql-codegen/cli') // MIT; the usual generator of the field
  const files = await generate(
    {
      schema: withOptionalKeys(schema),
      documents: [...documents],
      silent: true,
      generates: {
        [folder]: {
          preset: 'client',
          // Unmasked: a fragment's type is what a component takes, and any client can read the
          // data.
          presetConfig: { fragmentMasking: false },
          documentTransforms: [{ transform: addTypenames }],
          config: {
            scalars,
            defaultScalarType: 'unknown', // for scalars of new services
            enumType: 'string-literal',
            importExtension: '.ts',
            useTypeImports: true,
            nonOptionalTypename: true,
            skipTypeNameForRoot: true,
          },
        },
      },
    },
    false,
  )
  for (const { filename, content } of files) {
    await mkdir(dirname(filename), { recursive: true })
    await writeFile(filename, content)
  }
}

/** An `idempotencyKey` may be left out in code, because the link or exchange then makes one. */
export function withOptionalKeys(schema: GraphQLSchema): string {
  const document = visit(parse(printSchema(schema)), {
    InputValueDefinition: (node) =>
      node.name.value === KEY && node.type.kind === Kind.NON_NULL_TYPE ? { ...node, type: node.type.type } : undefined,
  })
  return print(document)
}

interface DocumentFile {
  readonly document?: DocumentNode | undefined
}

/**
 * Adds `__typename` to each selection but those of roots, as the clients' caches do by themselves:
 * so the document is the text that is sent, and its hash holds for every client.
 */
function addTypenames<File extends DocumentFile>({ documents }: { readonly documents: readonly File[] }): File[] {
  return documents.map((file) => ({ ...file, document: file.document && withTypenames(file.document) }))
}

const withTypenames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet(node, _key, parent): SelectionSetNode | undefined {
      if (parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) return undefined
      const has = node.selections.some(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === TYPENAME,
      )
      if (has) return undefined
      const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: TYPENAME } }
      return { ...node, selections: [...node.selections, typename] }
    },
  })

const TYPENAME = '__typename'
