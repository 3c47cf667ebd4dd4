/**
 * `npm run usage`: who uses what, what nobody uses, and whom a removal breaks. Writes nothing.
 * Exits 1 if a removal breaks somebody, 2 if there is nothing to report on.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { runCommand } from '../../../platform/process/command.ts'
import { StartRefused } from '../../../platform/process/settings.ts'
import { clientSchema } from '../../composition/compose.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import { files } from '../../supergraph/files.ts'
import { readRecorded } from '../../usage/read.ts'
import { recordedUse } from '../checks/recorded.ts'
import { useOf } from '../checks/use.ts'
import { readProjectOperations } from '../sources/project-operations.ts'
import { readArguments, type UsageArguments } from './arguments.ts'
import { textOf } from './output.ts'
import { isCoordinate, type UsageReport, usageReport } from './report.ts'

async function run({ use, days, schema: file, without }: UsageArguments): Promise<UsageReport> {
  const schema = await readSchema(file)
  const unknown = without.find((coordinate) => !isCoordinate(schema, coordinate))
  if (unknown !== undefined)
    throw new StartRefused(`--without ${unknown}: the schema has no such type, field, argument or value.`)
  const { config, settings } = await loadConfig({ env: process.env, isPartial: true })
  const paths = use.length > 0 ? use : [ownPlace(config)]
  const recorded = recordedUse((await Promise.all(paths.map(readRecorded))).flat(), days)
  // This project's operations say nothing about another schema.
  const written = file === undefined ? (await readProjectOperations(settings.operations.safelist)).operations : []
  return usageReport({ schema, recorded, without, written: written.map((one) => useOf(one, schema, schema)) })
}

/** The folder or Redis where the gateway records. */
function ownPlace({ usage, redis, dataDir }: Config): string {
  const { store, folder = join(dataDir, 'usage') } = usage
  return store === 'redis' && redis.url !== undefined ? redis.url : folder
}

/** @throws StartRefused */
async function readSchema(file: string | undefined): Promise<GraphQLSchema> {
  const path = file ?? fileURLToPath(files.schema)
  try {
    const text = await readFile(path, 'utf8')
    return buildSchema(/\bjoin__Graph\b/.test(text) ? clientSchema(text) : text, { assumeValidSDL: true })
  } catch (error) {
    throw new StartRefused(`--schema ${path}: cannot be read. ${(error as Error).message}`)
  }
}

await runCommand(async () => {
  const args = readArguments(process.argv.slice(2))
  const report = await run(args)
  console.log(args.output === 'json' ? JSON.stringify(report, null, 2) : textOf(report))
  return report.removals.some(({ affected }) => affected.length > 0) ? 1 : 0
})
