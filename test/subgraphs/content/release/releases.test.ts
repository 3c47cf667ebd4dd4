import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { followReleases } from '../../../../subgraphs/content/release/current-release.ts'
import { type Release, readRelease } from '../../../../subgraphs/content/release/release.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'
import { pngOf } from '../support/images.ts'
import { articleFile, type Files, testFolder, testService } from '../support/library.ts'

const NEVER = 2 ** 30

const title = (release: Release): string | undefined => release.published.bySlug('a', ['en'])?.title

/** A release in which every article has the same version. */
const version = (name: string, articles = 20): Files =>
  Object.fromEntries(Array.from({ length: articles }, (_, index) => [`en/a${index || ''}.md`, articleFile(name)]))

describe('releases', () => {
  test('A release is swapped by a symbolic link', async () => {
    const folder = await testFolder({ '1/en/a.md': articleFile('One'), '2/en/a.md': articleFile('Two') })
    const link = join(folder.path, 'current')
    await symlink('1', link)
    const current = await followReleases({ folder: link, watchFiles: false, log, interval: 10 })
    expect(title(current.get())).toBe('One')
    await symlink('2', `${link}.next`)
    await rename(`${link}.next`, link)
    await until(() => title(current.get()) === 'Two')
    current.close()
  })

  test('A release is swapped by renaming folders, and the previous one answers meanwhile', async () => {
    const folder = await testFolder({ 'live/en/a.md': articleFile('One'), 'next/en/a.md': articleFile('Two') })
    const live = join(folder.path, 'live')
    const current = await followReleases({ folder: live, watchFiles: false, log, interval: NEVER })
    await rename(live, join(folder.path, 'old'))
    await current.check()
    expect(title(current.get())).toBe('One')
    await rename(join(folder.path, 'next'), live)
    await current.check()
    expect(title(current.get())).toBe('Two')
    current.close()
  })

  const swaps: readonly [string, (folder: string, from: string, to: string) => Promise<void>][] = [
    [
      'a link',
      async (folder, _from, to) => {
        await symlink(to, join(folder, 'link'))
        await rename(join(folder, 'link'), join(folder, 'live'))
      },
    ],
    [
      'a rename',
      async (folder, from, to) => {
        await rename(join(folder, 'live'), join(folder, from)).catch(() => undefined)
        await rename(join(folder, to), join(folder, 'live'))
      },
    ],
  ]
  test.each(swaps)('A read never mixes articles of two releases, however often %s swaps them', async (_what, swap) => {
    const folder = await testFolder()
    for (const name of ['one', 'two']) await folder.write(prefixed(name, version(name, 100)))
    await swap(folder.path, 'two', 'one')
    const current = await followReleases({
      folder: join(folder.path, 'live'),
      watchFiles: false,
      log,
      interval: NEVER,
    })
    let swapping = true
    const swapped = (async () => {
      let [live, next] = ['one', 'two']
      for (let count = 1; count <= 84; count++) {
        await swap(folder.path, live, next)
        ;[live, next] = [next, live]
        await delay(count % 9)
        // Between bursts swaps pause, and the current release must be served.
        if (count % 21 === 0) await until(() => title(current.get()) === live)
      }
      swapping = false
    })()
    const seen = new Set<string>()
    while (swapping) {
      await current.check()
      const { articles } = current.get().published
      const titles = new Set(articles.map((article) => article.title))
      expect([titles.size, articles.length]).toEqual([1, 100])
      seen.add([...titles].join())
    }
    await swapped
    await current.check()
    expect(title(current.get())).toBe('one')
    expect([...seen].sort()).toEqual(['one', 'two'])
    current.close()
  })

  test('A release still serves files under the addresses of the previous one', async () => {
    const folder = await testFolder({
      '1/en/a.md': articleFile('One'),
      '1/assets/a.png': await pngOf(4, 4),
      '2/en/a.md': articleFile('Two'),
    })
    const link = join(folder.path, 'current')
    await symlink('1', link)
    const current = await followReleases({ folder: link, watchFiles: false, log, interval: NEVER })
    const asset = current.get().assets.byPath('a.png')
    await rm(link)
    await symlink('2', link)
    await current.check()
    expect(current.get().assets.byPath('a.png')).toBeUndefined()
    const found = await current.findManifest((manifest) => manifest.byPath('a.png') !== undefined)
    expect(found?.byPath('a.png')).toEqual(asset)
    current.close()
  })

  test('A request for an unknown file loads a newer release that has it', async () => {
    const folder = await testFolder({
      '1/en/a.md': articleFile('One'),
      '2/en/a.md': articleFile('Two'),
      '2/assets/b.png': await pngOf(4, 4),
    })
    const link = join(folder.path, 'current')
    await symlink('1', link)
    const current = await followReleases({ folder: link, watchFiles: false, log, interval: NEVER })
    await rm(link)
    await symlink('2', link)
    expect(await current.findManifest((manifest) => manifest.byPath('b.png') !== undefined)).toBeDefined()
    current.close()
  })
})

describe('development', () => {
  test('In development, changed, new and removed files are seen', async () => {
    const folder = await testFolder({ 'en/a.md': articleFile('One') })
    const current = await followReleases({ folder: folder.path, watchFiles: true, log, interval: NEVER })
    await folder.write({ 'en/a.md': articleFile('Two') })
    await until(() => title(current.get()) === 'Two')
    await folder.write({ 'pt/b.md': articleFile('Novo') })
    await until(() => current.get().published.locales.includes('pt'))
    await rm(join(folder.path, 'en/a.md'))
    await until(() => title(current.get()) === undefined)
    current.close()
  })

  test('In development, a broken file disappears, and comes back once it is corrected', async () => {
    const folder = await testFolder({ 'en/a.md': articleFile('One') })
    const current = await followReleases({ folder: folder.path, watchFiles: true, log, interval: NEVER })
    await writeFile(join(folder.path, 'en/a.md'), '---\ntitle: [\n---\n')
    await until(() => current.get().faults.length === 1 && title(current.get()) === undefined)
    await folder.write({ 'en/a.md': articleFile('Mended') })
    await until(() => title(current.get()) === 'Mended')
    current.close()
  })
})

test('In production, a file that changes in place is not read again', async () => {
  const folder = await testFolder({ 'en/a.md': articleFile('One') })
  const current = await followReleases({ folder: folder.path, watchFiles: false, log, interval: NEVER })
  await folder.write({ 'en/a.md': articleFile('Two') })
  await current.check()
  expect(title(current.get())).toBe('One')
  current.close()
})

test('The service starts over a library with broken files, and serves the valid ones', async () => {
  const folder = await testFolder({
    'en/sound.md': articleFile('Sound'),
    'en/untitled.md': '---\nsummary: x\n---\n',
    'en/not-closed.md': '---\ntitle: x\n',
    'en/Bad Name.md': articleFile('x'),
    'assets/broken.png': 'no image',
  })
  await symlink('/etc/passwd', join(folder.path, 'en/passwd.md'))
  await using service = await testService(folder.path)
  const { data } = await service.ask('{ articles { edges { node { slug } } } }')
  expect(data.articles.edges).toEqual([{ node: { slug: 'sound' } }])
  expect((await readRelease(folder.path)).faults).toHaveLength(5)
})

test('The service does not start without a library, and names the wrong setting', async () => {
  await expect(testService('/does/not/exist')).rejects.toThrow('CONTENT_DIR: is not a readable folder')
})

test('An empty content library is valid', async () => {
  const folder = await testFolder()
  await using service = await testService(folder.path)
  const { data } = await service.ask(
    '{ articles { totalCount } search(text: "x") { totalCount } article(slug: "x") { id } }',
  )
  expect(data).toEqual({ articles: { totalCount: 0 }, search: { totalCount: 0 }, article: null })
})

const prefixed = (prefix: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${prefix}/${name}`, content]))
