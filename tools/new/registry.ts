/** Adds a service to the text of `tributary.config.ts`. */

/** The text with the service added; `undefined` if its form is not recognized. */
export function withService(text: string, name: string, kind: 'stateful' | 'stateless'): string | undefined {
  const opening = /^([ \t]*)services: \{(?=\r?\n|\s*\})/m.exec(text)
  if (!opening) return undefined
  const from = opening.index + opening[0].length
  const end = closing(text, from)
  if (end === undefined) return undefined
  const [, indent = ''] = opening
  const before = text.slice(0, end).trimEnd()
  const comma = /[,{]$/.test(withoutComments(before)) ? '' : ','
  const added = `${before}${comma}\n${indent}  ${name}: ${kind}(),\n${indent}${text.slice(end)}`
  return withImport(added, kind)
}

const SKIPPED = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').trimEnd()

/**
 * The position of the brace that closes the one at `from`; braces in comments and strings do not
 * count.
 */
function closing(text: string, from: number): number | undefined {
  const plain = text.replace(SKIPPED, (found) => ' '.repeat(found.length))
  for (let at = from, depth = 1; at < plain.length; at += 1) {
    if (plain[at] === '{') depth += 1
    if (plain[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return undefined
}

function withImport(text: string, kind: string): string | undefined {
  const found = /import \{([^}]*)\} from '(\.\/gateway\/config\/define\.ts)'/.exec(text)
  if (!found) return undefined
  const [whole, names = '', module] = found
  const list = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (list.includes(kind)) return text
  return text.replace(whole, `import { ${[...list, kind].sort().join(', ')} } from '${module}'`)
}
