/**
 * `npm run contract`: whether the schemas compose, what changed, who is affected, and whether
 * known operations are in order. Writes nothing. Exits 0 if the contract holds, 1 if it is broken,
 * 2 if it could not be checked.
 */
import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import {
  type Composition,
  CompositionError,
  readDescription,
  readSubgraph,
  type ServiceSchema,
  tryCompose,
} from '../composition/compose.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { services as registry } from '../config/registry.ts'
import type { Safelist } from '../config/sections/operations.ts'
import { files, subgraphFile } from '../supergraph/files.ts'
import { readRecorded } from '../usage/read.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { check, type Report } from './checks/check.ts'
import type { Fault } from './checks/check-operations.ts'
import { recordedUse } from './checks/recorded.ts'
import type { CheckedVariant } from './checks/variants.ts'
import { annotationsOf } from './output/annotations.ts'
import { markdownOf } from './output/markdown.ts'
import { tableOf } from './output/table.ts'
import { readBase } from './sources/base.ts'
import { nameOf, readOperations, type WrittenOperations } from './sources/operation-files.ts'
import { joined, readProjectOperations } from './sources/project-operations.ts'

async function run(args: Arguments): Promise<Report> {
  const services = await readServices(args)
  const named = new Set(args.services.map(({ name }) => name))
  const { config, settings } = await loadConfig({ env: process.env, file: args.config, isPartial: true })
  const { operations, unreadable } = await readAllOperations(args, settings.operations.safelist)
  const recorded = recordedUse((await Promise.all(args.use.map(readRecorded))).flat(), args.days)
  const composed = tryCompose(services, args.isAlone ? undefined : await readDescription())
  const base = await readBase({
    base: args.base,
    target: process.env['GITHUB_BASE_REF'] || process.env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME'] || undefined,
    files: services.map(({ name, sdl, file }) => ({ name, sdl, path: resolve(file) })),
    composition: composed instanceof CompositionError ? undefined : composed,
    composed: args.isAlone ? undefined : { supergraph: pathOf(files.supergraph), schema: pathOf(files.schema) },
    fileOf: (name) => pathOf(subgraphFile(name)),
  })
  const report = await check({
    services,
    composed,
    base,
    operations,
    recorded,
    accepted: args.accepted,
    limits: config.limits,
    variants: args.isAlone && args.config === undefined ? [] : await readVariants(config),
    faults: unreadable.map((one) => ({ code: 'UNREADABLE', ...one })),
  })
  const stale = composed instanceof CompositionError || named.size > 0 ? [] : await staleFiles(composed)
  return { ...report, faults: [...stale, ...report.faults], holds: report.holds && stale.length === 0 }
}

/** The variants, each with the operations of its own safelist. */
const readVariants = (config: Config): Promise<readonly CheckedVariant[]> =>
  Promise.all(
    config.variants.map(async ({ name, filter, safelist }) => {
      const isOwn = safelist !== undefined && safelist !== config.operations.safelist
      const paths = isOwn ? [...safelist.manifests, ...Object.values(safelist.clients).flat()] : []
      const read = await Promise.all(paths.map((path) => readOperations(path)))
      return { name, filter, operations: read.flatMap(({ operations }) => operations) }
    }),
  )

const pathOf = (url: URL): string => fileURLToPath(url)

/** The services of the registry, unless the arguments give others. */
async function readServices({ services, isAlone }: Arguments): Promise<readonly ServiceSchema[]> {
  const given = await Promise.all(
    services.map(async ({ name, path }) => {
      const sdl = await readFile(path, 'utf8').catch(() => {
        throw new StartRefused(`--service ${name}=${path}: the file cannot be read.`)
      })
      return { name, sdl, file: nameOf(path) }
    }),
  )
  if (isAlone) return given
  const own = registry.filter(({ name }) => !given.some((one) => one.name === name))
  const read = await Promise.all(own.map(({ name }) => readSubgraph(name)))
  return [...read.map((one) => ({ ...one, file: nameOf(pathOf(subgraphFile(one.name))) })), ...given]
}

/** Operations of the project, of its safelist, and of the arguments. */
async function readAllOperations(
  { operations, isAlone }: Arguments,
  safelist: Safelist | undefined,
): Promise<WrittenOperations> {
  const ofProject = isAlone ? [] : [readProjectOperations(safelist)]
  return joined(await Promise.all([...ofProject, ...operations.map((path) => readOperations(path))]))
}

/** Composed files that differ from what the schemas compose to. */
async function staleFiles(composition: Composition): Promise<readonly Fault[]> {
  const stale = await Promise.all(
    (['supergraph', 'schema'] as const).map(async (name): Promise<readonly Fault[]> => {
      const file = pathOf(files[name])
      if ((await readFile(file, 'utf8').catch(() => '')) === composition[name]) return []
      const place = { file: relative(process.cwd(), file), line: 1, column: 1 }
      return [{ code: 'STALE', message: `gateway/${name}.graphql is stale; \`npm run supergraph\` mends it`, place }]
    }),
  )
  return stale.flat()
}

function print(report: Report, output: Arguments['output']): void {
  if (output === 'json') console.log(JSON.stringify(report, null, 2))
  else if (output === 'markdown') console.log(markdownOf(report))
  else {
    console.log(tableOf(report))
    if (output === 'github') console.log(annotationsOf(report))
  }
}

await runCommand(async () => {
  const args = readArguments(process.argv.slice(2), process.env['GITHUB_ACTIONS'] === 'true')
  const report = await run(args)
  print(report, args.output)
  return report.holds ? 0 : 1
})
