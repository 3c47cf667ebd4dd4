/** Code examples of the docs, as configuration files. */
import { readFile } from 'node:fs/promises'

const root = new URL('../../', import.meta.url)

/** A page's TypeScript example with `export default`, with imports from this checkout. */
export async function exampleOf(page: string, index = 0): Promise<string> {
  const example = (await examplesOf(page, root.href))[index]
  if (!example) throw new Error(`${page} has no example`)
  return example
}

/** All examples of a page. @param checkout prefix of their imports */
export async function examplesOf(page: string, checkout: string): Promise<string[]> {
  const examples = (await blocksOf(page, 'ts')).filter((block) => block.includes('export default'))
  return examples.map((example) => example.replaceAll("from './gateway/", `from '${checkout}gateway/`))
}

/** The first GraphQL schema of a page. */
export async function schemaOf(page: string): Promise<string> {
  const [schema] = await blocksOf(page, 'graphql')
  if (schema === undefined) throw new Error(`${page} has no schema`)
  return schema
}

async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(new URL(page, root), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block)
}
