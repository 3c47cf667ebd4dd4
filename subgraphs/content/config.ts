/** The settings of the content service, beside those that every service has. */
import { readdirSync } from 'node:fs'
import { z } from 'zod'
import { processSettings } from '../../platform/process/settings.ts'
import { OWN_LIBRARY } from './articles/own-library.ts'

export const contentSettings = {
  /** The folder of the library. */
  CONTENT_DIR: z.string().refine(isReadableFolder, 'is not a readable folder').default(OWN_LIBRARY),
  NODE_ENV: processSettings.NODE_ENV,
} as const

function isReadableFolder(path: string): boolean {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}
