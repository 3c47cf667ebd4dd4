/** The parts of cursors of banking's lists. Each has a form that the database can compare. */
import { z } from 'zod'
import { isPlainDate, plainDateOf } from '../dates/plain-date.ts'

/** A sequence of the ledger, or the id of a transfer. */
export const sequencePart = z.string().regex(/^\d{1,18}$/)

/** A calendar date. */
export const datePart = z.string().refine(isPlainDate)

/** An instant in UTC. */
export const instantPart = z.iso.datetime().refine((text) => isPlainDate(plainDateOf(text)))
