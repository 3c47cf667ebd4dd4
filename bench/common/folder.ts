import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs with an empty folder, which is removed afterwards. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'))
  try {
    await chmod(folder, 0o755) // if this runs as root, the database server's user needs access
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
