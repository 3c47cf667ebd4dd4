/** Reads and writes the manifest of a backup's folder. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'

const fileIn = (folder: string): string => join(folder, 'manifest.json')

/** Written last: a backup without it is incomplete. */
export const writeManifest = (folder: string, manifest: object): Promise<void> =>
  writeFile(fileIn(folder), `${JSON.stringify(manifest, null, 2)}\n`)

/** @throws Error if there is none, or one of another shape */
export const readManifest = async <Shape extends z.ZodType>(folder: string, shape: Shape): Promise<z.output<Shape>> =>
  shape.parse(JSON.parse(await readFile(fileIn(folder), 'utf8')))
