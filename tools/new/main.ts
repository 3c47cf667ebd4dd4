/**
 * `npm run new -- cart --stateful`: writes a service that runs and is tested, and adds it to the
 * registry and the supergraph.
 */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'graphql'
import { variablesOf } from '../../gateway/config/environment.ts'
import { services } from '../../gateway/config/registry.ts'
import { runCommand } from '../../platform/process/command.ts'
import { settingNames } from '../../platform/process/setting-names.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { type Asked, readArguments } from './arguments.ts'
import { namesOf, refusalOf, type Taken } from './names.ts'
import { withService } from './registry.ts'
import { filesOf } from './templates.ts'
import { CONFIG, writeService } from './write.ts'

function taken(): Taken {
  const schemas = services.flatMap(({ name }) => {
    const file = new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url)
    return existsSync(file) ? [[name, parse(readFileSync(file, 'utf8'))] as const] : []
  })
  const kinds = new Map(services.map(({ name, kind }) => [name, kind]))
  const settings = new Set([...settingNames, ...variablesOf({ kinds, areOurs: true }).map(({ name }) => name)])
  return { services: services.map(({ name }) => name), settings, schemas: new Map(schemas) }
}

async function create({ name, kind }: Asked): Promise<readonly string[]> {
  const names = namesOf(name)
  const refusal = refusalOf(names, taken())
  if (refusal !== undefined) throw new StartRefused(refusal)
  const config = withService(
    await readFile(fileURLToPath(new URL(`../../${CONFIG}`, import.meta.url)), 'utf8'),
    name,
    kind,
  )
  if (config === undefined)
    throw new StartRefused(
      `${CONFIG} has no list \`services: { … }\` that can be added to. Add \`${name}: ${kind}(),\` by hand: docs/new-service.md.`,
    )
  const files = await filesOf(kind, names)
  const folder = `subgraphs/${name}`
  await writeService({
    files,
    folders: [folder, `test/${folder}`],
    config,
    database: kind === 'stateful' ? `${folder}/prisma/schema.prisma` : undefined,
  })
  return files.map(({ path }) => path).sort()
}

await runCommand(async () => {
  const asked = readArguments(process.argv.slice(2))
  for (const path of await create(asked)) console.log(`wrote ${path}`)
  console.log(
    `${asked.name} is ${asked.kind}, in ${CONFIG}, and part of gateway/supergraph.graphql and gateway/schema.graphql.`,
  )
  console.log(
    `Next: \`npm start\`, and \`npm test -- test/subgraphs/${asked.name}\`. docs/new-service.md tells the rest.`,
  )
  return 0
})
