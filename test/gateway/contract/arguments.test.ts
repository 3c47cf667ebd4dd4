import { expect, test } from '@jest/globals'
import { readArguments } from '../../../gateway/contract/arguments.ts'

test.each([
  [['--bass', 'main'], "Unknown option '--bass'"],
  [['--service', 'inventory'], '--service inventory: must be NAME=FILE'],
  [['--service', 'a=1', '--service', 'a=2'], '--service names a twice'],
  [['--alone'], '--alone needs a --service'],
  [['--json', '--markdown'], '--json and --markdown: choose one'],
  [['--days', '0'], '--days 0: must be a whole number, 1 to 9999'],
  [['--days', 'ten'], '--days ten: must be a whole number, 1 to 9999'],
  [['surplus'], "Unexpected argument 'surplus'"],
])('The arguments %j are refused in words', (args, words) => {
  expect(() => readArguments(args, false)).toThrow(words)
})

test('On GitHub annotations are printed unless another output is requested', () => {
  expect(readArguments([], true).output).toBe('github')
  expect(readArguments(['--json'], true).output).toBe('json')
  expect(readArguments([], false).output).toBe('table')
})
