/**
 * `@jest/globals` for modules that Node loads. Each name refers to the running suite's, since
 * modules of `test/support` are loaded once for many suites.
 */
let current = {}

/** @param globals of the suite that runs next */
export function enter(globals) {
  current = { ...current, ...globals }
}

const led = (name) =>
  new Proxy(() => {}, {
    apply: (_, self, values) => Reflect.apply(current[name], self, values),
    get: (_, property) => current[name][property],
  })

export const afterAll = led('afterAll')
export const afterEach = led('afterEach')
export const beforeAll = led('beforeAll')
export const beforeEach = led('beforeEach')
export const describe = led('describe')
export const expect = led('expect')
export const jest = led('jest')
export const test = led('test')
