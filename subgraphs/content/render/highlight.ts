/**
 * Colours code in a tree that is already safe. Grammars are loaded when first met, so that an
 * instance without code pays nothing.
 */

import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore, type LanguageInput } from '@shikijs/core' // MIT; TextMate grammars, as in editors
import { createJavaScriptRawEngine } from '@shikijs/engine-javascript/raw' // for grammars whose patterns were compiled beforehand
import type { Element, Root } from 'hast'
import { toString as textOf } from 'hast-util-to-string'
import { visit } from 'unist-util-visit'

/**
 * Characters of one block; a longer one stays plain, because grammars are slow on very long text.
 */
const MAX_CODE = 20_000
const MAX_LINE = 2_000

type LoadLanguage = () => Promise<LanguageInput>
const load = (language: Promise<{ default: LanguageInput }>): Promise<LanguageInput> =>
  language.then((module) => module.default)

const languages: ReadonlyMap<string, LoadLanguage> = new Map<string, LoadLanguage>([
  ['bash', () => load(import('@shikijs/langs-precompiled/bash'))],
  ['csv', () => load(import('@shikijs/langs-precompiled/csv'))],
  ['graphql', () => load(import('@shikijs/langs-precompiled/graphql'))],
  ['http', () => load(import('@shikijs/langs-precompiled/http'))],
  ['javascript', () => load(import('@shikijs/langs-precompiled/javascript'))],
  ['json', () => load(import('@shikijs/langs-precompiled/json'))],
  ['python', () => load(import('@shikijs/langs-precompiled/python'))],
  ['sql', () => load(import('@shikijs/langs-precompiled/sql'))],
  ['typescript', () => load(import('@shikijs/langs-precompiled/typescript'))],
  ['xml', () => load(import('@shikijs/langs-precompiled/xml'))],
  ['yaml', () => load(import('@shikijs/langs-precompiled/yaml'))],
])

const aliases: Readonly<Record<string, string>> = {
  js: 'javascript',
  py: 'python',
  sh: 'bash',
  shell: 'bash',
  ts: 'typescript',
  yml: 'yaml',
}

// Colours are CSS variables (`--shiki-token-string`, …): the page decides on them, dark or light.
const theme = createCssVariablesTheme({ name: 'variables' })
let highlighter: Promise<HighlighterCore> | undefined

/** Colours each code block of a known language, in place. */
export async function highlightCode(tree: Root): Promise<void> {
  const blocks: { pre: Element; code: string; language: string }[] = []
  visit(tree, 'element', (pre) => {
    const [code] = pre.children
    if (pre.tagName !== 'pre' || code?.type !== 'element' || code.tagName !== 'code') return
    const language = languageOf(code)
    const text = textOf(code).replace(/\n$/, '')
    if (language !== undefined && text.length <= MAX_CODE) blocks.push({ pre, code: text, language })
  })
  for (const { pre, code, language } of blocks) {
    const shiki = await withLanguage(language)
    const [coloured] = shiki.codeToHast(code, {
      lang: language,
      theme: 'variables',
      // The limit of time that shiki has by default leaves the rest of a block plain on a busy
      // machine: another answer than elsewhere.
      tokenizeTimeLimit: 0,
      tokenizeMaxLineLength: MAX_LINE,
    }).children
    if (coloured?.type === 'element') Object.assign(pre, coloured)
  }
}

function languageOf(code: Element): string | undefined {
  const classes = code.properties['className']
  const name = Array.isArray(classes) ? /^language-(.+)$/.exec(String(classes[0]))?.[1]?.toLowerCase() : undefined
  const language = name === undefined ? undefined : Object.hasOwn(aliases, name) ? aliases[name] : name
  return language !== undefined && languages.has(language) ? language : undefined
}

async function withLanguage(language: string): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({ themes: [theme], langs: [], engine: createJavaScriptRawEngine() })
  const shiki = await highlighter
  const grammar = languages.get(language)
  if (grammar && !shiki.getLoadedLanguages().includes(language)) await shiki.loadLanguage(await grammar())
  return shiki
}
