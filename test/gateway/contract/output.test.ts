import { expect, test } from '@jest/globals'
import { annotationsOf } from '../../../gateway/contract/output/annotations.ts'
import { markdownOf } from '../../../gateway/contract/output/markdown.ts'
import { tableOf } from '../../../gateway/contract/output/table.ts'
import { checkPlanted, shop } from './small-graph.ts'

const report = await checkPlanted({
  shop: shop.replace('  name: String!\n  price', '  price').replace('OPEN DONE', 'OPEN DONE LOST'),
})

test('The table has the gravest first, each with its place, verdict and who is affected', () => {
  expect(tableOf(report)).toMatch(
    /^Compared with the base; 5 written operations, no recorded use \(--use\)\.\n\nbreaking .*`name`.*\n.*shop\.graphql:\d+: breaks: affects 1\n +Page \(page\.graphql:4\)\ndangerous .*`LOST`/,
  )
  expect(tableOf(report)).toMatch(/\n\nThe contract is broken: 1 change breaks somebody\.$/)
})

test('Markdown has a row for each change, and cells keep their bars', () => {
  expect(markdownOf(report)).toMatch(
    /^\| breaking \| .*`name`.* \| shop\.graphql:\d+ \| breaks: affects 1 \| Page .* \|$/m,
  )
  const [finding] = report.findings
  if (!finding) throw new Error('There is a finding.')
  expect(markdownOf({ ...report, findings: [{ ...finding, message: 'a | b\nc' }] })).toContain('| a \\| b c |')
})

test('Names that clients chose are no markup in Markdown, and no control characters anywhere', () => {
  const [finding] = report.findings
  if (!finding) throw new Error('There is a finding.')
  const affected = [{ operation: 'Page', client: '[x](//a.example)<b>@all', version: '\u001b[2J\n1' }]
  const named = { ...report, findings: [{ ...finding, affected }] }
  expect(markdownOf(named)).toContain('Page of \\[x\\](//a.example)\\<b\\>@\u200ball \ufffd\\[2J\ufffd1 |')
  expect(tableOf(named)).toContain('Page of [x](//a.example)<b>@all \ufffd[2J\ufffd1\n')
})

test('Annotations are errors for what breaks and warnings for what may, with special characters escaped', () => {
  const lines = annotationsOf(report).split('\n')
  expect(lines[0]).toMatch(/^::error file=shop\.graphql,line=\d+,col=\d+,title=breaking%3A FIELD_REMOVED::.*%0APage/)
  expect(lines[1]).toMatch(/^::error file=page\.graphql,line=4,col=5,title=/)
  expect(lines[2]).toMatch(/^::warning file=shop\.graphql,.*LOST/)
})
