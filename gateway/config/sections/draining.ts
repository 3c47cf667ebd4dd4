/** How a gateway that is stopped ends what it has begun. */
import { z } from 'zod'
import { milliseconds, whole } from './values.ts'

export const drainingSection = z
  .strictObject({
    /** Milliseconds until connections that are still open are cut, all of the below included. */
    timeout: milliseconds.default(20_000),
    /** Milliseconds of these for operations on WebSockets. */
    sockets: milliseconds.default(10_000),
    /** Milliseconds without a new request after which it stops accepting. */
    quiet: whole(0).default(500),
    /** Milliseconds for which it goes on accepting at most. */
    grace: whole(0).default(5_000),
  })
  .superRefine(({ timeout, sockets, grace }, context) => {
    if (sockets + grace > timeout)
      context.addIssue({ code: 'custom', path: ['timeout'], message: 'must be at least sockets and grace together' })
  })
  .prefault({})
