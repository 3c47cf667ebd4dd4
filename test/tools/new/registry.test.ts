import { expect, test } from '@jest/globals'
import { withService } from '../../../tools/new/registry.ts'

const IMPORT = "import { defineConfig, stateful } from './gateway/config/define.ts'\n"
const config = (services: string, rest = ''): string =>
  `${IMPORT}\nexport default defineConfig({\n  services: {${services}},\n${rest}})\n`

test.each([
  ['after the last service', "\n    banking: stateful({ paths: ['/a/'] }),\n  "],
  ['after one without a comma', '\n    banking: stateful()\n  '],
  ['after a comment', '\n    banking: stateful(), // the bank\n  '],
  [
    'after texts and comments with braces',
    "\n    a: stateful({ paths: ['/}/'] }), // }\n    /* } */ b: stateful(),\n  ",
  ],
  ['into an empty list', ''],
])('A service is added %s', async (_, services) => {
  const text = withService(config(services, '  port: 1,\n'), 'cart', 'stateful') ?? ''
  const { default: added } = await import(
    `data:text/javascript,${encodeURIComponent(
      text.replace(IMPORT, 'const stateful = () => "stateful", defineConfig = (one) => one\n'),
    )}`
  )
  expect(Object.keys(added.services).at(-1)).toBe('cart')
  expect(added.port).toBe(1)
  expect(text).toMatch(/^ {4}cart: stateful\(\),$/m)
})

test('Each called function is imported once', () => {
  expect(withService(config('\n  '), 'cart', 'stateless')).toContain(
    'import { defineConfig, stateful, stateless } from',
  )
  expect(withService(config('\n  '), 'cart', 'stateful')).toContain(IMPORT)
})

test('A file without a list of services is left alone', () => {
  expect(withService(`${IMPORT}export default defineConfig({ services })`, 'cart', 'stateful')).toBeUndefined()
})
