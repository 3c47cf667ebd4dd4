/**
 * `npm run supergraph`: composes the registry's services and writes `supergraph.graphql` and
 * `schema.graphql`.
 */
import { writeFile } from 'node:fs/promises'
import { runCommand } from '../platform/process/command.ts'
import { compose } from './composition/compose.ts'
import { services } from './config/registry.ts'
import { files } from './supergraph/files.ts'

await runCommand(async () => {
  const { supergraph, schema } = await compose(services.map(({ name }) => name))
  await writeFile(files.supergraph, supergraph)
  await writeFile(files.schema, schema)
  console.log('gateway/supergraph.graphql and gateway/schema.graphql are written.')
  return 0
})
