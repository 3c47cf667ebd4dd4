/**
 * Grafbase, a gateway written in Rust: its command line's development server, which runs its
 * gateway. It composes the services' schemas by itself.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../../platform/process/ports.ts'
import type { Grounds } from './graph.ts'
import type { Program } from './process.ts'

const binary = fileURLToPath(
  new URL('../peers/node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase', import.meta.url),
)
/** Schemas without a link are taken for ones of Federation 1, which it does not compose. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])\n'

/** Why it cannot take part; `undefined` if it can. */
export const whyNoGrafbase = (): string | undefined =>
  existsSync(binary) ? undefined : 'there is a binary for Linux on x64 only (npm ci in bench/peers installs it)'

export async function startGrafbase({ supergraph, services }: Grounds): Promise<Program> {
  const folder = await mkdtemp(join(dirname(supergraph), 'grafbase-'))
  const config = ['[[headers]]', 'rule = "forward"', 'name = "authorization"']
  for (const { name, url, schema } of services) {
    const sdl = await readFile(schema, 'utf8')
    const path = join(folder, `${name}.graphql`)
    await writeFile(path, sdl.includes('@link') ? sdl : LINK + sdl)
    // JSON's strings are TOML's, too.
    config.push(`[subgraphs.${name}]`, `url = ${JSON.stringify(url)}`, `schema_path = ${JSON.stringify(path)}`)
  }
  const file = join(folder, 'grafbase.toml')
  await writeFile(file, config.join('\n'))
  const [port] = await freePorts(1)
  return {
    command: binary,
    args: ['--home', folder, 'dev', '--config', file, '--port', String(port)],
    // It sends nothing unless told to; should that change, the proxy's port is closed.
    env: { HOME: folder, DO_NOT_TRACK: '1', HTTPS_PROXY: 'http://127.0.0.1:9' },
    ready: /GraphQL: (\S+)/,
  }
}
