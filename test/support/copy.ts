/**
 * A copy of the product's sources, for tests that change them. Packages and built files are shared.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderAt, type TestFolder } from './data-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const PRODUCT =
  /^(client|gateway|install|platform|prisma|start|subgraphs)\/|^((start|tributary\.config)\.ts|package\.json)$/

/**
 * The first free folder, so that copies reuse few paths: Node's compile cache is keyed by path, so
 * each copy finds the code that the last one at its path compiled.
 */
async function freeFolder(): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = join(tmpdir(), `tributary-copy-${number}`)
    try {
      await mkdir(path)
      await chmod(path, 0o755)
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** @param which files, as paths from the root; by default everything but tests and benchmarks */
export async function copySources(which = PRODUCT): Promise<TestFolder> {
  const folder = folderAt(await freeFolder())
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = listed.split('\n').filter((file) => which.test(file) && existsSync(join(root, file)))
  for (const file of [...files, 'prisma/generated', 'gateway/playground/dist', 'client/app/dist']) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true })
    await cp(join(root, file), join(folder.path, file), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  return folder
}
