/**
 * `npm run build`, and the end of `npm install`: makes what only development packages can make, the
 * databases' clients, the pages, and the library for front ends. An install without those packages
 * keeps what was made.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
const generated: readonly Output[] = [
  ...databases.map((folder) => ({
    package: 'prisma',
    command: [join(prisma ?? '', 'build/index.js'), 'generate', `--schema=${folder}/schema.prisma`],
    made: `${folder}/generated/client.ts`,
  })),
  { package: '@graphql-codegen/cli', command: ['client/build.ts'], made: 'client/dist/.inputs' },
]
const playground = {
  package: 'vite',
  command: ['gateway/playground/build.ts'],
  made: 'gateway/playground/dist/.inputs',
}
/** Made of the library in `client/`. */
const app = { package: 'vite', command: ['client/app/build.ts'], made: 'client/app/dist/.inputs' }

const missing = [...generated, playground, app].filter((output) => !packageFolder(output.package))
const unmade = missing.filter(({ made }) => !existsSync(join(root, made)))
if (unmade.length > 0) {
  const names = new Intl.ListFormat('en').format(new Set(unmade.map((output) => output.package)))
  console.error(`The build needs ${names}: run \`npm ci\` first, then \`npm prune --omit=dev\`.`)
  process.exit(1)
}
// Side by side, but for the pages: Vite takes a gigabyte for each.
await Promise.all([make(generated), make([playground])])
await make([app])

/** Makes the outputs in order. The first failure ends the build. */
async function make(outputs: readonly Output[]): Promise<void> {
  for (const { command } of outputs.filter((output) => !missing.includes(output))) {
    const [code] = (await once(spawn(process.execPath, command, { cwd: root, stdio: 'inherit' }), 'exit')) as [number?]
    if (code !== 0) process.exit(code ?? 1)
  }
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))
  } catch {
    return undefined
  }
}
