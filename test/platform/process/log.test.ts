import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'

/** The standard error of a process that runs `script` with a logger. */
async function logged(script: string): Promise<string> {
  const file = new URL('../../../platform/process/log.ts', import.meta.url).href
  const source = `import { createLogger } from '${file}'; const log = createLogger('test', 'info'); ${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'ignore', 'pipe'] })
  return text(child.stderr)
}

test.each([
  ['message', "new Error('x'.repeat(1e6))"],
  ['cause', "new Error('outer', { cause: new Error('x'.repeat(1e6)) })"],
  ['member', "Object.assign(new Error('outer'), { detail: 'x'.repeat(1e6) })"],
  ['path', "Object.assign(new Error('outer'), { path: ['x'.repeat(1e6), 1, ...Array(1e5).fill(0)] })"],
])("An error's long %s is shortened in its line", async (_what, error) => {
  const line = await logged(`log.error({ err: ${error} }, 'failed')`)
  expect(line.length).toBeLessThan(10_000)
  expect(JSON.parse(line)).toMatchObject({ msg: 'failed', err: { type: 'Error' } })
  expect(line).toContain('x…x')
})
