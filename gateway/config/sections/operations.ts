/** Which operations run. */
import { z } from 'zod'
import { list } from './values.ts'

export const operationsSection = z
  .strictObject({
    /** If set, only these run: manifests, and folders of `.graphql` files. */
    safelist: z.strictObject({ manifests: list(z.string()).min(1) }).optional(),
  })
  .prefault({})
