/** The examples of the pages, as files of a configuration. */
import { readFile } from 'node:fs/promises'

const root = new URL('../../', import.meta.url)

/** The TypeScript of a page with `export default`, with imports that lead to this checkout. */
export async function exampleOf(page: string, index = 0): Promise<string> {
  const text = await readFile(new URL(page, root), 'utf8')
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
  const example = blocks.filter((block) => block.includes('export default'))[index]
  if (!example) throw new Error(`${page} has no example`)
  return example.replaceAll("from './gateway/", `from '${new URL('gateway/', root).href}`)
}
