/**
 * `npm run supergraph`: composes the registry's services and writes `supergraph.graphql` and
 * `schema.graphql`.
 */
import { writeFile } from 'node:fs/promises'
import { announceRefusal } from '../platform/process/lifecycle.ts'
import { CompositionError, compose } from './composition/compose.ts'
import { services } from './config/registry.ts'
import { files } from './supergraph/files.ts'

try {
  const { supergraph, schema } = await compose(services.map(({ name }) => name))
  await writeFile(files.supergraph, supergraph)
  await writeFile(files.schema, schema)
  console.log('gateway/supergraph.graphql and gateway/schema.graphql are written.')
} catch (error) {
  if (!(error instanceof CompositionError)) throw error
  await announceRefusal(error)
  process.exitCode = 1
}
