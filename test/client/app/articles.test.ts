/** The help in every language of the web app. */
import { glob, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const folderOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const page = folderOf('client/app/page/')
const library = folderOf('subgraphs/content/library/')

/** Languages of the app; the library has a folder for each. */
async function languages(): Promise<readonly string[]> {
  const files = await readdir(join(page, 'messages'))
  return files.filter((name) => /^[a-z]{2}\.ts$/.test(name)).map((name) => basename(name, '.ts'))
}

async function linkedSlugs(): Promise<readonly string[]> {
  const slugs = new Set<string>()
  for await (const path of glob('**/*.tsx', { cwd: page })) {
    const text = await readFile(join(page, path), 'utf8')
    for (const [, value = ''] of text.matchAll(/<HelpCard slug=(.+?) \/>/g))
      for (const [slug] of value.matchAll(/(?<=["'])[a-z]+(?:-[a-z]+)+(?=["'])/g)) slugs.add(slug)
  }
  return [...slugs].sort()
}

const articleIn = (language: string, slug: string): Promise<string> =>
  readFile(join(library, language, `${slug}.md`), 'utf8')

/** Targets of links and images. */
const targetsOf = (article: string): readonly string[] =>
  [...article.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).sort()

test('Every article that a screen links to exists in every language of the app', async () => {
  const slugs = await linkedSlugs()
  expect(slugs).toContain('how-savings-interest-works') // one of two that a screen chooses from
  for (const language of await languages())
    for (const slug of slugs) expect(await articleIn(language, slug)).toMatch(/^title: \S/m)
})

test('Every published article is there in every language, leads to the same places, and has the same facts', async () => {
  const factsOf = (article: string): readonly string[] =>
    article.match(/^(topics|publishedOn|products|categories|cities|image):.*$/gm)?.toSorted() ?? []
  const tablesOf = (article: string): number => article.match(/^\|/gm)?.length ?? 0
  for (const file of await readdir(join(library, 'en'))) {
    const slug = basename(file, '.md')
    const english = await articleIn('en', slug)
    if (/^draft: true$/m.test(english)) continue
    for (const language of await languages()) {
      const told = await articleIn(language, slug)
      expect({ slug, targets: targetsOf(told), facts: factsOf(told), rows: tablesOf(told) }).toEqual({
        slug,
        targets: targetsOf(english),
        facts: factsOf(english),
        rows: tablesOf(english),
      })
    }
  }
})
