/**
 * `npm run build`, and the end of `npm install`: makes what only development packages can make, the
 * databases' clients, the pages, and the library for front ends. An install without those packages
 * keeps what was made.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Output {
  /** The development package that makes it. */
  readonly package: string
  /** Arguments of Node. */
  readonly command: readonly string[]
  /** The last thing that is written. */
  readonly made: string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const prisma = packageFolder('prisma')
const services = join(root, 'subgraphs')
/**
 * Folders with a `schema.prisma`: the product's, and those of services with a database of their
 * own.
 */
const databases = [
  'prisma',
  ...(existsSync(services) ? readdirSync(services) : [])
    .map((name) => `subgraphs/${name}/prisma`)
    .filter((folder) => existsSync(join(root, folder, 'schema.prisma'))),
]
const outputs: readonly Output[] = [
  ...databases.map((folder) => ({
    package: 'prisma',
    command: [join(prisma ?? '', 'build/index.js'), 'generate', `--schema=${folder}/schema.prisma`],
    made: `${folder}/generated/client.ts`,
  })),
  { package: 'vite', command: ['gateway/playground/build.ts'], made: 'gateway/playground/dist/.inputs' },
  { package: '@graphql-codegen/cli', command: ['client/build.ts'], made: 'client/dist/.inputs' },
  { package: 'vite', command: ['client/app/build.ts'], made: 'client/app/dist/.inputs' },
]

const missing = outputs.filter((output) => !packageFolder(output.package))
const unmade = missing.filter(({ made }) => !existsSync(join(root, made)))
if (unmade.length > 0) {
  const names = new Intl.ListFormat('en').format(new Set(unmade.map((output) => output.package)))
  console.error(`The build needs ${names}: run \`npm ci\` first, then \`npm prune --omit=dev\`.`)
  process.exit(1)
}
for (const { command } of outputs.filter((output) => !missing.includes(output))) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))
  } catch {
    return undefined
  }
}
