/** Kinds of values that several sections use, each with a message for people. */
import { z } from 'zod'
import { LONGEST_TIMER } from '../../../platform/data/timer-delay.ts'
import { isFieldName } from '../../../platform/http/message/fields.ts'
import { httpUrl } from '../../../platform/process/settings.ts'

/** Marks a setting whose value is never shown. */
export const hidden = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ isSecret: true })

/** Whether a setting is marked, whatever says that it may be absent. */
export function isSecret(schema: z.ZodType): boolean {
  if (schema.meta()?.['isSecret'] === true) return true
  if (schema instanceof z.ZodPipe) return isSecret(schema.in as z.ZodType)
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  return wraps && isSecret(schema.unwrap() as z.ZodType)
}

const WHOLE = 'must be a whole number'

export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z.number(WHOLE).int(WHOLE).min(least, `must be at least ${least}`).max(most, `must be at most ${most}`)

export const milliseconds = whole(1, LONGEST_TIMER)

export const onOff = z.boolean('must be on or off')

const PORT = 'must be a port, 0 to 65535'

export const port = z.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT)

const HOST = 'must be a name or an address, without brackets'

/** An empty one would be every address. */
export const host = z.string().regex(/^[^\s[\]]+$/, HOST)

/** Whether a path begins with parts that clients resolve before they ask. */
export const climbs = (start: string): boolean => /\/(\.|%2e){1,2}\//i.test(start)
export const CLIMBS = 'must have no part . or .., which clients resolve'

const HEADERS = 'must be names of headers'

export const headerName = z.string(HEADERS).refine(isFieldName, HEADERS).toLowerCase()

export const origin = httpUrl.refine((url) => URL.parse(url)?.origin === url, 'must be origins, without a path')

/** A variable's text without an item is given as it is. */
export const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: notList })

const notList = ({ input }: { readonly input?: unknown }): string =>
  typeof input === 'string' && /^[\s,]*$/.test(input) ? 'must name at least one value' : 'must be a list'
