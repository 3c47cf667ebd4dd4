import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { OWN_LIBRARY } from '../../../../subgraphs/content/articles/own-library.ts'
import { readArticles } from '../../../../subgraphs/content/articles/read-articles.ts'
import { checkLibrary } from '../../../../subgraphs/content/check/check-library.ts'
import { pngOf } from '../support/images.ts'
import { articleFile, type Files, testFolder } from '../support/library.ts'

const faultsOf = async (files: Files): Promise<readonly string[]> => {
  const folder = await testFolder(files)
  return (await checkLibrary(folder.path)).map(
    ({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`,
  )
}

describe('npm run content:check', () => {
  test.each([
    ['a file without front matter', 'Text', 'en/a.md:1: error: has no front matter: the first line must be ---'],
    [
      'front matter that is not closed',
      '---\ntitle: A\n',
      'en/a.md:1: error: the front matter is not closed: --- is missing',
    ],
    [
      'a missing title',
      '---\nsummary: A\n---\n',
      'en/a.md:1: error: front matter: "title" is required: the title of the article',
    ],
    [
      'an empty title',
      '---\ntopics: []\ntitle: ""\n---\n',
      'en/a.md:3: error: front matter: "title" must not be empty',
    ],
    [
      'a list that is none',
      '---\ntitle: A\ntopics: x\n---\n',
      'en/a.md:3: error: front matter: "topics" must be a list',
    ],
    [
      'a date that is none',
      '---\ntitle: A\n\npublishedOn: 2026-02-30\n---\n',
      'en/a.md:4: error: front matter: "publishedOn" must be a date, YYYY-MM-DD',
    ],
    [
      'a draft that is not said plainly',
      '---\ntitle: A\ndraft: "yes"\n---\n',
      'en/a.md:3: error: front matter: "draft" must be true or false',
    ],
    ['front matter that is a list', '---\n- a\n---\n', 'en/a.md:1: error: the front matter must be names with values'],
    [
      'quotes without end',
      `---\ntitle: A\n---\nText.\n\n${'> '.repeat(5_000)}x`,
      'en/a.md:6: error: is nested deeper than 40 levels',
    ],
    [
      'lists without end',
      `---\ntitle: A\n---\n${'- '.repeat(5_000)}x`,
      'en/a.md:4: error: is nested deeper than 40 levels',
    ],
    [
      'a file without end',
      `---\ntitle: A\n---\n${'word '.repeat(20_000)}`,
      'en/a.md:1: error: is larger than 65536 bytes',
    ],
    [
      'a name without meaning',
      '---\ntitle: A\nauthr: B\n---\n',
      'en/a.md:3: warning: front matter: "authr" has no meaning',
    ],
  ])('The check reports %s', async (_what, file, fault) => {
    expect(await faultsOf({ 'en/a.md': file })).toEqual([fault])
  })

  test('The check reports the line of a YAML error', async () => {
    const [fault] = await faultsOf({ 'en/a.md': '---\ntitle: A\nsummary: "open\n---\n' })
    expect(fault).toMatch(/^en\/a\.md:4: error: front matter: Missing closing "quote/)
  })

  test('The check refuses expanding YAML aliases', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    )
    expect(await faultsOf({ 'en/a.md': `---\ntitle: A\nl0: &l0 x\n${levels.join('\n')}\n---\n` })).toEqual([
      'en/a.md:1: error: the front matter must be names with values',
    ])
  })

  test('The check reports broken links and images with their lines', async () => {
    const body = [
      'See [gone](gone.md) and',
      '[fine](b.md), [fine](b.md#part), [wrong](b.md#other), [own](#here).',
      '',
      '## Here',
      '',
      '![](../assets/gone.png) ![x](../assets/dot.png)',
      '[elsewhere](../../secret.txt) [script](javascript:alert)',
      '',
      '[definition]: nowhere.md',
      '<b>raw</b>',
    ].join('\n')
    expect(
      await faultsOf({
        'en/a.md': articleFile('A', 'products: [gold]\nimage: no.png', body),
        'en/b.md': articleFile('B', '', '## Part'),
        'assets/dot.png': await pngOf(1, 1),
      }),
    ).toEqual([
      'en/a.md:1: error: the image "no.png" is missing',
      'en/a.md:1: error: the product "gold" has no terms: en/gold-terms.md is missing',
      'en/a.md:6: error: the link "gone.md" leads nowhere: there is no gone.md in any locale',
      'en/a.md:7: error: en/b.md has no heading "#other"',
      'en/a.md:11: error: the image "../assets/gone.png" is missing',
      'en/a.md:11: warning: the image "../assets/gone.png" has no alternative text',
      'en/a.md:12: error: the link "../../secret.txt" leads nowhere: an article is linked to as other-article.md',
      'en/a.md:12: error: the link "javascript:alert" leads nowhere: an article is linked to as other-article.md',
      'en/a.md:14: error: the link "nowhere.md" leads nowhere: there is no nowhere.md in any locale',
      'en/a.md:15: warning: raw HTML is left out',
      'en/a.md:15: warning: raw HTML is left out',
    ])
  })

  test('The check reports an article whose language is written in two ways', async () => {
    const faults = await faultsOf({ 'he/a.md': articleFile('A'), 'iw/a.md': articleFile('A') })
    expect(faults).toContain('iw/a.md:1: error: is the same article as he/a.md: both are in he')
  })

  test('The check reports missing translations at the original, and translations without one', async () => {
    expect(await faultsOf({ 'en/a.md': articleFile('A'), 'pt/b.md': articleFile('B') })).toEqual([
      'en/a.md:1: warning: has no translation: pt/a.md is missing',
      'pt/b.md:1: warning: has no translation: en/b.md is missing',
    ])
  })

  test('The command prints all findings, and fails on errors only', async () => {
    const folder = await testFolder({ 'en/a.md': articleFile('A', '', '[x](gone.md)') })
    const check = (path: string) =>
      promisify(execFile)(process.execPath, ['subgraphs/content/check/main.ts', path]).then(
        ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      )
    expect(await check(folder.path)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^en\/a\.md:4: error: .*\n1 errors, 0 warnings\.\n$/),
    })
    expect(await check(`${folder.path}/gone`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    })
    expect(await check(OWN_LIBRARY)).toMatchObject({ code: 0 })
  })
})

test("The project's own library is valid, large enough, and has the terms of every product", async () => {
  const faults = await checkLibrary(OWN_LIBRARY)
  expect(faults.filter(({ message }) => !message.startsWith('has no translation'))).toEqual([])
  const { articles } = await readArticles(OWN_LIBRARY)
  const isTerms = ({ slug }: { slug: string }): boolean => slug.endsWith('-terms')
  const written = (locale: string) => articles.filter((article) => article.locale === locale && !isTerms(article))
  expect(written('en').length).toBeGreaterThanOrEqual(12)
  expect(written('pt').length).toBeGreaterThanOrEqual(4)
  for (const product of ['current-account', 'savings-account', 'foreign-currency-account', 'loan'])
    expect(articles.map(({ id }) => id)).toContain(`en/${product}-terms`)
})
