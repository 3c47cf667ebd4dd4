/** Writes all files of a new service, or none. Never replaces a file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { StartRefused } from '../../platform/process/settings.ts'
import type { NewFile } from './templates.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const CONFIG = 'tributary.config.ts'

interface NewService {
  readonly files: readonly NewFile[]
  /** The folders of all files, which do not exist yet. */
  readonly folders: readonly string[]
  /** The registry with the service. */
  readonly config: string
  /** Path of the Prisma schema, relative to the project's root. */
  readonly database: string | undefined
}

/** @throws StartRefused if something exists already, or does not fit; then nothing is changed */
export async function writeService({ files, folders, config, database }: NewService): Promise<void> {
  const there = folders.find((folder) => existsSync(join(root, folder)))
  if (there !== undefined) throw new StartRefused(`${there} exists: nothing was written.`)
  const before = await readFile(join(root, CONFIG), 'utf8')
  try {
    for (const { path, content } of files) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), content, { flag: 'wx' })
    }
    await writeFile(join(root, CONFIG), config)
    await node('node_modules/@biomejs/biome/bin/biome', 'check', '--write', CONFIG, ...folders)
    if (database !== undefined) await node('node_modules/prisma/build/index.js', 'generate', `--schema=${database}`)
    await node('gateway/compose.ts')
  } catch (error) {
    await writeFile(join(root, CONFIG), before)
    for (const folder of folders) await rm(join(root, folder), { recursive: true, force: true })
    throw error
  }
}

/** @throws StartRefused with the program's output */
async function node(program: string, ...args: readonly string[]): Promise<void> {
  if (!existsSync(join(root, program)))
    throw new StartRefused(`${program} is missing: run \`npm install\` with development packages first.`)
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const said = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await ended
  if (code !== 0) throw new StartRefused(`Nothing was written: ${program} failed.\n${said.join('').trim()}`)
}
