/** In a process of its own: whoever has registered the hooks keeps them. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from '@jest/globals'
import { type Packed, readPacked } from '../../../../gateway/execution/plan/packed/packages.ts'
import { composeTest } from '../support/federation.ts'
import { club, desk } from '../support/members.ts'

const run = promisify(execFile)
const supergraph = composeTest({ club, desk })
const plan = new URL('../../../../gateway/execution/plan/', import.meta.url).href

beforeAll(() => run(process.execPath, [fileURLToPath(`${plan}packed/build.ts`)])) // if that is not done

/** What the planner says, and from which folder of `plan` its packages come, if from any. */
async function planWith(packed: Packed | undefined): Promise<{ readonly told: unknown; readonly from: string[] }> {
  const script = `
    const { PACKAGES, preferPacked } = await import('${plan}packed/packages.ts')
    preferPacked(${JSON.stringify(packed)})
    const { createPlanner } = await import('${plan}planner.ts')
    const { facts, plan } = createPlanner(${JSON.stringify(supergraph)})
    const told = { services: facts.services, schema: facts.apiSchema, plan: plan('{ me { id } }') }
    const from = PACKAGES.map((name) => import.meta.resolve(name).replace('${plan}', '').replace(/[^/]*$/, ''))
    console.log(JSON.stringify({ told, from }))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  return JSON.parse(stdout)
}

test('Packed packages plan as the packages do, which are used once one of them has another version', async () => {
  const packed = readPacked()
  if (packed === undefined) throw new Error('Nothing is packed.')
  const [used, other] = await Promise.all([planWith(packed), planWith({ ...packed, versions: 'others' })])
  expect(used.from).toEqual(used.from.map(() => 'packed/dist/'))
  expect(other.from.join()).not.toContain('packed')
  expect(used.told).toEqual(other.told)
  expect(used.told).toMatchObject({ plan: { node: { kind: 'Fetch', serviceName: 'club' } } })
})
