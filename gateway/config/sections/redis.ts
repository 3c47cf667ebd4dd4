/** What several gateways share. */
import { z } from 'zod'
import { redisUrl } from '../../../platform/process/settings.ts'

export const redisSection = z
  .strictObject({
    url: redisUrl.optional(),
  })
  .prefault({})
