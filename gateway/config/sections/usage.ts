/** Recording of who uses which part of the schema. */
import { z } from 'zod'
import { milliseconds, onOff, whole } from './values.ts'

export const usageSection = z
  .strictObject({
    /** Fields, arguments, input fields and enum values by client and version; no other values. */
    record: onOff.default(true),
    /** `redis`: of all gateways together. */
    store: z.enum(['files', 'redis'], 'must be files or redis').default('files'),
    /** Folder of the files; by default `usage` in the folder `dataDir`. */
    folder: z.string().optional(),
    /** Milliseconds between two writes. */
    every: milliseconds.default(60_000),
    /** Days that are kept. */
    days: whole(1, 3_660).default(60),
  })
  .prefault({})

export type UsageSettings = z.output<typeof usageSection>
