/** The examples of the pages, as files of a configuration. */
import { readFile } from 'node:fs/promises'

const root = new URL('../../', import.meta.url)

/** The TypeScript of a page with `export default`, with imports that lead to this checkout. */
export async function exampleOf(page: string, index = 0): Promise<string> {
  const example = (await blocksOf(page, 'ts')).filter((block) => block.includes('export default'))[index]
  if (!example) throw new Error(`${page} has no example`)
  return example.replaceAll("from './gateway/", `from '${new URL('gateway/', root).href}`)
}

/** The first schema of a page. */
export async function schemaOf(page: string): Promise<string> {
  const [schema] = await blocksOf(page, 'graphql')
  if (schema === undefined) throw new Error(`${page} has no schema`)
  return schema
}

async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(new URL(page, root), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block)
}
