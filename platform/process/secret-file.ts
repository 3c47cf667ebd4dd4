/**
 * Generated secrets: a file that only its owner can read, created once by whichever process asks
 * first.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Reads the file. If it is missing, first writes what `make` returns (mode 0600). Several processes
 * may call this at once.
 */
export async function readOrMakeSecret(file: string, make: () => string | Promise<string>): Promise<string> {
  const found = await readFile(file, 'utf8').catch(ignore('ENOENT'))
  if (found !== undefined) return found
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, await make(), { mode: 0o600 })
  // A hard link is atomic, and never replaces another process's secret.
  await link(draft, file).catch(ignore('EEXIST'))
  await rm(draft)
  return await readFile(file, 'utf8')
}

const ignore =
  (code: string) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== code) throw error
  }
