/**
 * The supervisor of `npm start`, which stops and starts services for the playground of the demo.
 */
import { z } from 'zod'
import { isLoopback } from '../../../platform/http/message/loopback.ts'
import { httpUrl } from '../../../platform/process/settings.ts'
import { hidden } from './values.ts'

export const supervisorSection = z
  .strictObject({
    url: httpUrl.refine((url) => isLoopback(new URL(url).hostname), 'must be on loopback'),
    token: hidden(z.string().min(16, 'must have at least 16 characters')),
  })
  .optional()
