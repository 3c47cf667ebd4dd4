/** The files that a first visit to the web app loads. */
import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'

const dist = new URL('../../../client/app/dist/', import.meta.url)
const MOST = 200_000 // bytes

/** The page's scripts, with what they import before they run. */
async function firstScripts(): Promise<ReadonlySet<string>> {
  const page = await readFile(new URL('index.html', dist), 'utf8')
  const found = new Set<string>()
  const follow = async (name: string): Promise<void> => {
    if (found.has(name)) return
    found.add(name)
    const text = await readFile(new URL(`assets/${name}`, dist), 'utf8')
    for (const [, other = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) await follow(other)
  }
  for (const [, name = ''] of page.matchAll(/(?:src|href)="\/app\/assets\/([^"]+\.js)"/g)) await follow(name)
  return found
}

test('A first visit loads less than 200 kB of gzipped script', async () => {
  const scripts = await firstScripts()
  const all = (await readdir(new URL('assets/', dist))).filter((name) => name.endsWith('.js'))
  expect(scripts.size).toBeGreaterThan(0)
  expect(scripts.size).toBeLessThan(all.length) // screens are loaded when they are opened
  let bytes = 0
  for (const name of scripts) bytes += gzipSync(await readFile(new URL(`assets/${name}`, dist))).length
  expect(bytes).toBeLessThan(MOST)
})

test('The page has no script and no style of its own', async () => {
  const page = await readFile(new URL('index.html', dist), 'utf8')
  const scripts = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)]
  expect(scripts.map(([, text]) => text)).toEqual(scripts.map(() => ''))
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
})
