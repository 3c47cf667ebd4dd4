/** What several gateways share. */
import { z } from 'zod'

export const redisSection = z
  .strictObject({
    url: z.url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' }).optional(),
  })
  .prefault({})
