/**
 * `npm run contract`: checks that the schemas compose, that the committed files are current, and
 * that no known operation breaks. Writes nothing.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Source } from 'graphql'
import { findBreakage } from './composition/breakage.ts'
import { CompositionError, compose } from './composition/compose.ts'
import { services } from './config/registry.ts'
import { readShippedOperations } from './operations/shipped.ts'
import { files } from './supergraph/files.ts'

/** Every fault, with its remedy. */
async function faults(): Promise<readonly string[]> {
  const composed = await compose(services.map(({ name }) => name))
  const stale = await Promise.all(
    (['supergraph', 'schema'] as const).map(async (name) =>
      (await readFile(files[name], 'utf8').catch(() => '')) === composed[name]
        ? []
        : [`gateway/${name}.graphql is stale; \`npm run supergraph\` mends it.`],
    ),
  )
  const broken = await findBreakage(await committedSchema(), composed.schema, await readOperations())
  return [...stale.flat(), ...broken]
}

/** The public schema of the last commit; `undefined` outside a Git checkout. */
async function committedSchema(): Promise<string | undefined> {
  const cwd = fileURLToPath(new URL('.', files.schema))
  const shown = promisify(execFile)('git', ['show', 'HEAD:./schema.graphql'], { cwd, maxBuffer: 16 * 1024 * 1024 })
  return shown.then(({ stdout }) => stdout).catch(() => undefined)
}

async function readOperations(): Promise<readonly Source[]> {
  const shipped = await readShippedOperations()
  return shipped.map(({ name, document }) => new Source(document, `gateway/operations/${name}.graphql`))
}

try {
  const found = await faults()
  if (found.length === 0) console.log('The contract holds.')
  for (const fault of found) console.error(fault)
  process.exitCode = found.length === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof CompositionError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
