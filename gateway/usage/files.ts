/**
 * Files of recorded use: one a day, to which every process on the folder adds. A reader never sees
 * half of one.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { tryLock } from '../../platform/process/lock.ts'
import { mergeUse, type UseRecords, useRecords } from './records.ts'

const FORMAT = 'tributary-usage'
const DAY_FILE = /^(\d{4}-\d\d-\d\d)\.json$/
const DAY = 86_400_000 // milliseconds

const usageFile = useRecords.extend({ format: z.literal(FORMAT), version: z.literal(1), day: z.iso.date() })

/** The use of one day (UTC). */
export interface DayOfUse extends UseRecords {
  readonly day: string
}

/**
 * Adds to the file of today. Resolves to false, with nothing written, while another process writes.
 * @param days whose files are kept
 */
export async function addToday(folder: string, records: UseRecords, days: number, now = Date.now()): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  const lock = tryLock(join(folder, 'lock'), 0)
  if (!lock) return false
  try {
    const day = dayOf(now)
    const file = join(folder, `${day}.json`)
    const before = await readFile(file, 'utf8').then(parseFile, () => undefined)
    const sum = mergeUse(before ? [before, records] : [records])
    const draft = join(folder, `${day}.${randomUUID()}.draft`)
    await writeFile(draft, JSON.stringify({ format: FORMAT, version: 1, day, ...sum }))
    await rename(draft, file)
    await removeBefore(folder, dayOf(now - days * DAY))
    return true
  } finally {
    lock.release()
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** Days that are over, and drafts of processes that were killed. */
async function removeBefore(folder: string, first: string): Promise<void> {
  const names = await readdir(folder)
  const old = names.filter((name) => name.endsWith('.draft') || (DAY_FILE.exec(name)?.[1] ?? first) < first)
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })))
}

/** `undefined` for another file, or one that was cut short. */
function parseFile(text: string): DayOfUse | undefined {
  try {
    return usageFile.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Why a path cannot be read, in words. */
export class NoUse extends Error {}

/**
 * The days in a file, or in a folder and those in it: of several gateways, one a folder.
 * @throws NoUse
 */
export async function readUse(path: string): Promise<readonly DayOfUse[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new NoUse(`${path}: there is no such file or folder.`)
  if (!found.isDirectory()) {
    const day = parseFile(await readFile(path, 'utf8'))
    if (!day) throw new NoUse(`${path}: is no file of recorded use.`)
    return [day]
  }
  const names = await readdir(path, { recursive: true })
  const files = names.filter((name) => name.endsWith('.json')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(path, name), 'utf8').catch(() => '')))
  const days = texts.flatMap((text) => parseFile(text) ?? [])
  if (days.length === 0) throw new NoUse(`${path}: has no file of recorded use.`)
  return days
}
