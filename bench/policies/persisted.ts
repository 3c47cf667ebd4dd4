/**
 * Operations sent by an id or a hash, and a safelist that contains each, compared with plain texts.
 */

import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workloads } from '../gateway/workloads.ts'
import type { Point } from './point.ts'

const WORKLOAD = 'one field, unique'
const MORE = 1_000 // additional operations, which are not sent

const automatic = (query: string) => ({ persistedQuery: { version: 1, sha256Hash: hash('sha256', query) } })

export const point: Point = {
  workload: WORKLOAD,
  async beside() {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-manifest-'))
    const query = workloads.find(({ name }) => name === WORKLOAD)?.query
    const others = Array.from({ length: MORE }, (_, index) => [`id-${index}`, `query Other${index} { __typename }`])
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ sent: query, ...Object.fromEntries(others) }))
    return { url: join(folder, 'manifest.json'), stop: () => rm(folder, { recursive: true }) }
  },
  off: { config: '{ operations: { persisted: { automatic: false } } }' },
  on(manifest) {
    const listed = `manifests: [${JSON.stringify(manifest)}]`
    const both = (body: Readonly<Record<string, unknown>>) => () => ({ first: body, later: body })
    return {
      'automatic, by hash': {
        config: '{}',
        bodies: (query) => ({
          first: { query, extensions: automatic(query) },
          later: { extensions: automatic(query) },
        }),
      },
      'safelist enforced, by text': { config: `{ operations: { safelist: { mode: 'enforce', ${listed} } } }` },
      'safelist enforced, by id': {
        config: `{ operations: { safelist: { mode: 'enforce', ${listed} } } }`,
        bodies: both({ documentId: 'sent' }),
      },
      'safelist in mode log, by text': { config: `{ operations: { safelist: { mode: 'log', ${listed} } } }` },
    }
  },
}
