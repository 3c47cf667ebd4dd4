/** Reads and writes the manifest of a backup's folder. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'

const fileIn = (folder: string): string => join(folder, 'manifest.json')

/** Written last: a backup without it is incomplete. */
export const writeManifest = (folder: string, manifest: object): Promise<void> =>
  writeFile(fileIn(folder), `${JSON.stringify(manifest, null, 2)}\n`)

/** @throws Error if there is none, or one of another shape */
export async function readManifest<Shape extends z.ZodType>(folder: string, shape: Shape): Promise<z.output<Shape>> {
  try {
    return shape.parse(JSON.parse(await readFile(fileIn(folder), 'utf8')))
  } catch (cause) {
    throw new Error(`${folder} holds no whole backup: ${faultOf(cause)}.`, { cause })
  }
}

function faultOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return 'its manifest.json is damaged'
  return code === 'ENOENT'
    ? 'manifest.json, which is written last, is missing'
    : `manifest.json cannot be read (${code})`
}
