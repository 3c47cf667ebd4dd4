/** Describes a fault of a member of a contract, after its path. */
import type { z } from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  string: 'text',
}

export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is required' : `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`
  if (issue.code === 'too_small') return issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'is empty'
  if (issue.code === 'unrecognized_keys') return `has a member that is not known: ${issue.keys.join(', ')}`
  return undefined
}
