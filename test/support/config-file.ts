/** A `tributary.config.ts` in a folder of its own. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const define = new URL('../../gateway/config/define.ts', import.meta.url).href

export interface ConfigFile {
  readonly path: string
  readonly folder: string
  /**
   * Replaces the file atomically, as editors do. @param config source of the argument of
   * `defineConfig`
   */
  write(config: string): Promise<void>
  remove(): Promise<void>
}

export async function makeConfigFile(config: string): Promise<ConfigFile> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-config-'))
  const path = join(folder, 'tributary.config.ts')
  const write = async (source: string): Promise<void> => {
    const text = `import { defineConfig, stateful, stateless } from '${define}'\nexport default defineConfig(${source})\n`
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  await write(config)
  return { path, folder, write, remove: () => rm(folder, { recursive: true }) }
}
