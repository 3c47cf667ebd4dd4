/**
 * How subscriptions are kept. Their numbers are limits: `streams`, `streamsPerCaller` and others.
 */
import { z } from 'zod'
import { whole } from './values.ts'

export const subscriptionsSection = z
  .strictObject({
    /**
     * Tries in a row to reach a service again that has gone away, where a stream can be resumed.
     */
    reconnects: whole(0, 1_000).default(30),
  })
  .prefault({})
