/**
 * Splits a Markdown file into front matter and body, and checks the front matter; reports every
 * fault with its line.
 */
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml' // ISC; YAML 1.2 with positions
import { z } from 'zod'
import type { Report } from './article.ts'

const FENCE = /^---[ \t]*\r?\n/
const CLOSING_FENCE = /^---[ \t]*(?:\r?\n|$)/m

// One form of Unicode: topics of two would be two topics that look the same.
const text = z
  .string('must be text')
  .normalize()
  .trim()
  .min(1, 'must not be empty')
  .max(300, 'has more than 300 characters')
const list = z.array(text, 'must be a list').max(50, 'has more than 50 values').default([])
// Ids of cities are digits, which YAML reads as numbers.
const id = z.union([text, z.number().int().transform(String)], 'must be an id')

const frontMatter = z.object({
  title: z.string('is required: the title of the article').trim().min(1, 'must not be empty').max(300),
  summary: text.nullable().default(null),
  topics: list,
  publishedOn: z.iso.date('must be a date, YYYY-MM-DD').nullable().default(null),
  draft: z.boolean('must be true or false').default(false),
  image: text.nullable().default(null),
  product: text.nullable().default(null),
  products: list,
  categories: list,
  cities: z.array(id, 'must be a list').max(50, 'has more than 50 values').default([]),
})

type FrontMatter = z.output<typeof frontMatter>

interface ParsedFile {
  readonly matter: FrontMatter
  readonly body: string
  /** Line of the file the body starts on, from 1. */
  readonly bodyLine: number
}

/** @returns undefined after an error, which was reported */
export function parseFile(source: string, report: Report): ParsedFile | undefined {
  const content = source.replace(/^\uFEFF/, '')
  const open = FENCE.exec(content)
  if (!open) return refuse(report, 1, 'has no front matter: the first line must be ---')
  const rest = content.slice(open[0].length)
  const close = CLOSING_FENCE.exec(rest)
  if (!close) return refuse(report, 1, 'the front matter is not closed: --- is missing')
  const matter = parseMatter(rest.slice(0, close.index), report)
  if (!matter) return undefined
  const bodyStart = open[0].length + close.index + close[0].length
  return { matter, body: content.slice(bodyStart), bodyLine: content.slice(0, bodyStart).split('\n').length }
}

function parseMatter(yaml: string, report: Report): FrontMatter | undefined {
  const lines = new LineCounter()
  // The fence is line 1 of the file.
  const lineAt = (offset: number): number => lines.linePos(offset).line + 1
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false })
  for (const error of document.errors) report('error', lineAt(error.pos[0]), `front matter: ${error.message}`)
  if (document.errors.length > 0) return undefined
  const value = toValue(document)
  if (value === undefined) return refuse(report, 1, 'the front matter must be names with values')
  const lineOf = (key: string): number => {
    const offset = offsetOf(document, key)
    return offset === undefined ? 1 : lineAt(offset)
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(frontMatter.shape, key)) report('warning', lineOf(key), `front matter: "${key}" has no meaning`)
  }
  const result = frontMatter.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const key = String(issue.path[0] ?? '')
    report('error', lineOf(key), `front matter: "${issue.path.join('.')}" ${issue.message}`)
  }
  return undefined
}

/** Aliases that would blow up in memory throw inside `yaml`, and count as no value. */
function toValue(document: Document.Parsed): Record<string, unknown> | undefined {
  try {
    const value: unknown = document.toJS() ?? {}
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function offsetOf(document: Document.Parsed, key: string): number | undefined {
  if (!isMap(document.contents)) return undefined
  const pair = document.contents.items.find((item) => isNode(item.key) && String(item.key) === key)
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined
}

function refuse(report: Report, line: number, message: string): undefined {
  report('error', line, message)
}
