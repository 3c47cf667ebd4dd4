/** The operators' port. */
import { z } from 'zod'
import { isLoopback } from '../../../platform/http/message/loopback.ts'
import { hidden, host, port } from './values.ts'

export const adminSection = z
  .strictObject({
    /** The address to listen on. */
    host: host.default('127.0.0.1'),
    /** 0 takes any free one. */
    port: port.default(4090),
    /** Asked of everybody but readers of metrics and health; required beyond loopback. */
    token: hidden(z.string().regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 visible ASCII characters')).optional(),
  })
  .superRefine(({ host, token }, context) => {
    if (isLoopback(host) || token !== undefined) return
    context.addIssue({ code: 'custom', path: ['token'], message: `is required with ADMIN_HOST=${host}` })
  })
  .prefault({})

export type AdminSettings = z.output<typeof adminSection>
