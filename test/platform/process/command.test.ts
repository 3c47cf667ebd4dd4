import { expect, test } from '@jest/globals'
import { parseCommand, readNamed, readWhole } from '../../../platform/process/command.ts'
import { StartRefused } from '../../../platform/process/settings.ts'

const options = { days: { type: 'string' } } as const

test.each<[string, () => unknown, string]>([
  ['flag with its usage in one line', () => parse('There is --days.'), "Unknown option '--hours'. There is --days."],
  ['flag with a longer usage below', () => parse('first\nsecond'), "Unknown option '--hours'.\nfirst\nsecond"],
  ['name without a value', () => readNamed('--service', 'a=', 'NAME=FILE'), '--service a=: must be NAME=FILE.'],
  ['number below the least', () => readWhole('--days', '0', 1, 9), '--days 0: must be a whole number, 1 to 9.'],
  ['number above the most', () => readWhole('--days', '10', 1, 9), '--days 10: must be a whole number, 1 to 9.'],
  ['fraction', () => readWhole('--days', '1.5', 1, 9), '--days 1.5: must be a whole number, 1 to 9.'],
])('A %s is refused in words', (_, read, words) => {
  expect(read).toThrow(new StartRefused(words))
})

const parse = (usage: string) => parseCommand({ args: ['--hours'], options }, usage)

test('The arguments of a command are read', () => {
  expect(parseCommand({ args: ['--days', '3'], options }, '').values.days).toBe('3')
  expect(readNamed('--service', 'a=b=c', 'NAME=FILE')).toEqual(['a', 'b=c'])
  expect(readWhole('--days', '9', 1, 9)).toBe(9)
})
