/**
 * A front end's project outside of this one: with the library installed, type-checked and bundled
 * as users do.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { makeDataFolder } from '../support/data-folder.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Packages of such a project. */
const PACKAGES = [
  '@0no-co',
  '@apollo',
  '@graphql-typed-document-node',
  '@types',
  '@urql',
  '@wry',
  'csstype',
  'graphql',
  'graphql-tag',
  'graphql-ws',
  'oauth4webapi',
  'optimism',
  'react',
  'react-dom',
  'rxjs',
  'scheduler',
  'tslib',
  'typescript',
  'vite',
  'wonka',
]

/** Files of `npm create vite` for React, with parts that the page does not show. */
const VITE: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "my-bank", "private": true, "type": "module" }',
  'index.html':
    '<!doctype html><title>My bank</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/src/main.tsx"></script>',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['ES2023', 'DOM'],
      module: 'esnext',
      types: ['vite/client'],
      skipLibCheck: true,
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      moduleDetection: 'force',
      noEmit: true,
      jsx: 'react-jsx',
      noUnusedLocals: true,
      noUnusedParameters: true,
      erasableSyntaxOnly: true,
      noFallthroughCasesInSwitch: true,
      strict: true,
    },
    include: ['src'],
  }),
}

export interface Project {
  /** Folder of the bundled page. */
  readonly dist: string
  remove(): Promise<void>
}

/** @param sources by their paths in the project */
export async function buildProject(sources: Readonly<Record<string, string>>): Promise<Project> {
  const { path, remove } = await makeDataFolder()
  const inside = (name: string): string => join(path, name)
  await mkdir(inside('node_modules/tributary-client'), { recursive: true })
  await Promise.all(PACKAGES.map((name) => symlink(join(root, 'node_modules', name), inside(`node_modules/${name}`))))
  // Copies what `npm install --install-links` would.
  for (const name of ['package.json', 'dist'])
    await cp(join(root, 'client', name), inside(`node_modules/tributary-client/${name}`), { recursive: true })
  for (const [name, text] of Object.entries({ ...VITE, ...sources })) {
    await mkdir(dirname(inside(name)), { recursive: true })
    await writeFile(inside(name), text)
  }
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', path]).catch(say)
  await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: path,
  }).catch(say)
  return { dist: inside('dist'), remove }
}

function say({ stdout, stderr }: { stdout: string; stderr: string }): never {
  throw new Error(`The project does not build:\n${stdout}${stderr}`)
}
