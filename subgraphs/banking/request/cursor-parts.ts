/** What cursors of banking's lists are made of: each part is something that the database can compare, and nothing else. */
import { z } from 'zod'
import { isPlainDate, plainDateOf } from '../dates/plain-date.ts'

/** A place in the ledger, or an id that is one. */
export const sequencePart = z.string().regex(/^\d{1,18}$/)

/** A calendar date. */
export const datePart = z.string().refine(isPlainDate)

/** An instant in UTC. */
export const instantPart = z.iso.datetime().refine((text) => isPlainDate(plainDateOf(text)))
