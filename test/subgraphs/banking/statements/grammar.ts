/**
 * Checks an XML document against a table of types: order and number of elements, attributes, and
 * the text of simple types.
 */
import { SaxesParser } from 'saxes' // ISC; strict about well-formedness, with positions

export interface Node {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Node[]
  text: string
}

/**
 * A type: a sequence or a choice of `Name Type`, `Name? Type`, `Name+ Type`, `Name* Type`; or text
 * that must match, with the attributes it must carry. The type `-` must not occur.
 */
type Type =
  | { readonly sequence: readonly string[] }
  | { readonly choice: readonly string[] }
  | { readonly text: RegExp; readonly attributes?: Readonly<Record<string, RegExp>> }

export type Grammar = Readonly<Record<string, Type>>

/** Parses a whole document. @throws if it is not well-formed */
export function parseXml(xml: string): Node {
  const parser = new SaxesParser()
  const top: Node = { name: '', attributes: {}, children: [], text: '' }
  const path = [top]
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes: { ...attributes }, children: [], text: '' }
    path.at(-1)?.children.push(node)
    path.push(node)
  })
  parser.on('text', (text) => {
    const node = path.at(-1)
    if (node) node.text += text
  })
  parser.on('closetag', () => {
    path.pop()
  })
  parser.write(xml).close()
  return top.children[0] ?? top
}

const repeats: Readonly<Record<string, readonly [number, number]>> = {
  '': [1, 1],
  '?': [0, 1],
  '+': [1, Number.POSITIVE_INFINITY],
  '*': [0, Number.POSITIVE_INFINITY],
}

function particle(text: string): { name: string; type: string; least: number; most: number } {
  const [, name = '', suffix = '', type = ''] = /^([\w.]+)([?+*]?) (\S+)$/.exec(text) ?? []
  const [least, most] = repeats[suffix] ?? [1, 1]
  return { name, type, least, most }
}

/** Every violation of a node's type, with its path; empty if the document conforms. */
export function faults(node: Node, typeName: string, grammar: Grammar, path = node.name): string[] {
  const type = grammar[typeName]
  if (!type) return [`${path}: has the unexpected type ${typeName}`]
  if ('text' in type) return textFaults(node, type, path)
  if (node.text.trim() !== '') return [`${path}: has text beside elements`]
  const found: string[] = []
  const children = [...node.children]
  const particles = ('sequence' in type ? type.sequence : type.choice).map(particle)
  for (const { name, type: childType, least, most } of particles) {
    let count = 0
    while (children[0]?.name === name && count < most) {
      count += 1
      const child = children.shift()
      if (child) found.push(...faults(child, childType, grammar, `${path}/${name}[${count}]`))
    }
    if ('sequence' in type && count < least) found.push(`${path}: lacks ${name}, or has it out of order`)
    if ('choice' in type && count > 0) break
  }
  if ('choice' in type && node.children.length === 0) found.push(`${path}: chooses nothing`)
  return [...found, ...children.map(({ name }) => `${path}: ${name} is out of order or not allowed`)]
}

function textFaults(node: Node, type: Extract<Type, { text: RegExp }>, path: string): string[] {
  const expected = Object.entries(type.attributes ?? {})
  return [
    ...node.children.map(({ name }) => `${path}: ${name} is not allowed here`),
    ...(type.text.test(node.text) ? [] : [`${path}: "${node.text}" does not match ${type.text}`]),
    ...expected
      .filter(([name, pattern]) => !pattern.test(node.attributes[name] ?? ''))
      .map(([name]) => `${path}: lacks a proper attribute ${name}`),
    ...Object.keys(node.attributes)
      .filter((name) => !expected.some(([known]) => known === name))
      .map((name) => `${path}: has the attribute ${name}`),
  ]
}
