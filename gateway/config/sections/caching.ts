/** Where answers of stateless services are kept. */
import { z } from 'zod'
import { whole } from './values.ts'

export const cachingSection = z
  .strictObject({
    /** Bytes of memory, for all workers of a gateway together. */
    bytes: whole(0).default(128 * 1024 * 1024),
  })
  .prefault({})
