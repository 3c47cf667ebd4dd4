/** Merges values from file and environment, and remembers where each comes from. */
import type { Path } from './environment.ts'

interface Source {
  /** The variable that gave the value. */
  readonly variable?: string
  /** True for a path that was given, false below one. */
  readonly isGiven: boolean
}

export interface Sources {
  /** @param variable that the value comes from */
  set(path: Path, value: unknown, variable?: string): void
  /** Sets a placeholder for a value that is not known yet. */
  assume(path: Path, value: unknown): void
  isAssumed(path: Path): boolean
  valueAt(path: Path): unknown
  /** The keys of the object at a path; empty if there is none. */
  namesAt(path: Path): readonly string[]
  /** Where the value at a path comes from; `undefined` for a default. */
  find(path: Path): Source | undefined
  /** The variables that gave parts of the value at a path. */
  variablesWithin(path: Path): readonly string[]
  /** Paths of keys named `__proto__`, which no check of the values would find. */
  reservedKeys(): readonly Path[]
  /** The file's values with those of the environment over them. */
  readonly values: Readonly<Record<string, unknown>>
}

type Tree = Record<string | number, unknown>

/** @param file what the file exports */
export function createSources(file: Readonly<Record<string, unknown>>): Sources {
  const values = copyOf(file) as Record<string, unknown>
  const variables = new Map<string, string>()
  const assumed = new Set<string>()
  return {
    values,
    set(path, value, variable) {
      put(values, path, value)
      if (variable !== undefined) variables.set(path.join('.'), variable)
    },
    assume(path, value) {
      put(values, path, value)
      assumed.add(path.join('.'))
    },
    isAssumed: (path) => assumed.has(path.join('.')),
    valueAt: (path) => valueAt(values, path),
    reservedKeys: () => [...reservedIn(values, [])],
    namesAt(path) {
      const value = valueAt(values, path)
      return isPlain(value) ? Object.keys(value) : []
    },
    variablesWithin(path) {
      const start = `${path.join('.')}.`
      return [...variables].filter(([key]) => key.startsWith(start)).map(([, name]) => name)
    },
    find(path) {
      for (let length = path.length; length > 0; length--) {
        const variable = variables.get(path.slice(0, length).join('.'))
        if (variable !== undefined) return { variable, isGiven: length === path.length }
      }
      return valueAt(values, path) === undefined || assumed.has(path.join('.')) ? undefined : { isGiven: true }
    },
  }
}

/**
 * An object that is neither plain nor a list (a promise that nobody awaited, a `Map`) becomes a
 * symbol with its name, which every check refuses: its settings would be passed over.
 * @param within the objects that the value is in
 * @throws Error for an object that contains itself
 */
function copyOf(value: unknown, within: readonly unknown[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (within.includes(value)) throw new Error('an object of it contains itself')
  const inner = [...within, value]
  if (Array.isArray(value)) return value.map((one) => copyOf(one, inner))
  if (!isPlain(value)) return Symbol(value.constructor?.name)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one, inner)]))
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const RESERVED = '__proto__'

function* reservedIn(tree: unknown, path: Path): Generator<Path, void, undefined> {
  const entries = Array.isArray(tree) ? tree.entries() : isPlain(tree) ? Object.entries(tree) : []
  for (const [key, value] of entries) {
    if (key === RESERVED) yield [...path, key]
    else yield* reservedIn(value, [...path, key])
  }
}

function put(tree: Tree, [key, ...rest]: Path, value: unknown): void {
  if (key === undefined) return
  const known = ownAt(tree, key)
  // A value that should be an object is a fault, which is to be told, not written over.
  if (rest.length > 0 && known !== undefined && !isTree(known)) return
  const next = rest.length === 0 ? value : isTree(known) ? known : typeof rest[0] === 'number' ? [] : {}
  // An assignment to `__proto__` would change what the object inherits.
  Object.defineProperty(tree, key, { value: next, writable: true, enumerable: true, configurable: true })
  if (rest.length > 0) put(next as Tree, rest, value)
}

const isTree = (value: unknown): value is Tree => isPlain(value) || Array.isArray(value)

/** Reads own properties only: a service may be named like an inherited one. */
function ownAt(tree: unknown, key: string | number): unknown {
  return typeof tree === 'object' && tree !== null && Object.hasOwn(tree, key) ? (tree as Tree)[key] : undefined
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(ownAt, tree)
}
