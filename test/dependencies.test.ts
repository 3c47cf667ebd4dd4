/** `DEPENDENCIES.md` describes the packages; the size of a production install is bounded. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

interface Package {
  readonly license?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
}

/** One place of the lock file. */
interface Locked extends Package {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly link?: boolean
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const readText = (path: string): string => readFileSync(join(root, path), 'utf8')
const readJson = <Content>(path: string): Content => JSON.parse(readText(path)) as Content

const own = readJson<Package>('package.json')
const node = readJson<Package>('install/node/package.json')
const locked = readJson<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json').packages
const atRunTime = { ...own.dependencies, ...own.optionalDependencies }

/** Package and licence of each row of the table under a heading. */
function rowsUnder(heading: string): readonly (readonly [name: string, licence: string])[] {
  const [, rest = ''] = readText('DEPENDENCIES.md').split(`## ${heading}\n`)
  const [section = ''] = rest.split('\n## ')
  return [...section.matchAll(/^\| `(.+?)` \| (.+?) \| .+ \|$/gm)].map(([, name = '', licence = '']) => [name, licence])
}

/** The declared licence, or the one recognized by the beginning of its text. */
function licenceOf(name: string): string | undefined {
  const folder = `node_modules/${name}`
  const { license } = name === 'tributary-node' ? node : readJson<Package>(`${folder}/package.json`)
  if (license !== undefined) return license
  const text = readText(`${folder}/LICENSE`).replace(/\s+/g, ' ')
  const isBsd = text.includes('Redistribution and use in source and binary forms')
  return isBsd && !text.includes('endorse or promote') ? 'BSD-2-Clause' : undefined
}

describe.each([
  ['At run time', atRunTime],
  ['For development and the build', own.devDependencies ?? {}],
])('DEPENDENCIES.md, "%s"', (heading, listed) => {
  const rows = rowsUnder(heading)

  test('DEPENDENCIES.md lists every package of package.json, and no other', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(listed).sort())
  })

  test('DEPENDENCIES.md gives each package the licence it declares', () => {
    expect(rows).toEqual(rows.map(([name]) => [name, licenceOf(name)]))
  })
})

test('Every version is exact and equals the locked one', () => {
  const files = [own, node, readJson<Package>('bench/peers/package.json')]
  for (const { dependencies, devDependencies, optionalDependencies, overrides } of files) {
    const versions = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides }
    const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$|^file:/.test(version))
    expect(loose).toEqual([])
  }
  const { dependencies, devDependencies, optionalDependencies } = own
  expect(locked['']).toMatchObject({ dependencies, devDependencies, optionalDependencies })
  const direct = Object.entries({ ...dependencies, ...devDependencies, ...node.dependencies })
  expect(direct.map(([name]) => [name, locked[`node_modules/${name}`]?.version])).toEqual(direct)
})

test('Every required peer is installed, since npm does not install peers', () => {
  const isInstalled = (from: string, name: string): boolean => {
    const places = from.split('/node_modules/').map((_, at, parts) => parts.slice(0, at + 1).join('/node_modules/'))
    return [...places.map((place) => `${place}/`), ''].some((place) => `${place}node_modules/${name}` in locked)
  }
  const lost = Object.entries(locked).flatMap(
    ([place, { optional, peerDependencies = {}, peerDependenciesMeta = {} }]) =>
      Object.keys(peerDependencies)
        .filter((name) => !optional && !peerDependenciesMeta[name]?.optional && !isInstalled(place, name))
        .map((name) => `${place} needs ${name}`),
  )
  expect(lost).toEqual([])
})

test('A production install is under 300 MB, without Node', () => {
  const bytes = Object.entries(locked)
    .filter(([place, { dev, link }]) => place.startsWith('node_modules/') && !dev && !link)
    .filter(([place]) => !/^node_modules\/node(-bin-setup)?$/.test(place))
    .reduce((sum, [place]) => sum + sizeOf(join(root, place)), 0)
  expect(bytes).toBeGreaterThan(100_000_000) // fails if no packages were found
  expect(bytes).toBeLessThan(300 * 1024 * 1024)
})

/** Size on disk of a package's files, without nested packages; 0 for another platform's package. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'node_modules')
  return entries.reduce((sum, entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sum + sizeOf(path)
    return sum + (entry.isFile() ? statSync(path).blocks * 512 : 0)
  }, 0)
}
