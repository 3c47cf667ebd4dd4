/**
 * A Jest runtime that lets Node load the modules: once for all suites of a worker, with the
 * product's type stripping and compile cache. Jest's own runtime loads and compiles them for each
 * suite, which took a third of the test time. Module mocks and Jest's coverage do not work
 * (`NODE_V8_COVERAGE` does).
 */
import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { enter } from './globals.js'

const require = createRequire(import.meta.url)
const CIRCUS_HANDLERS = Symbol.for('EVENT_HANDLERS')

const GLOBALS = new URL('globals.js', import.meta.url).href
const INSTANCE_OF = new URL('instance-of.cjs', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === '@jest/globals') return { url: GLOBALS, shortCircuit: true }
    const isInstanceOf = specifier.endsWith('/instanceOf.js') && context.parentURL?.includes('/node_modules/graphql/')
    return isInstanceOf ? { url: INSTANCE_OF, shortCircuit: true } : next(specifier, context)
  },
})

export default class NativeRuntime {
  #environment
  static #loaded = new Set()

  constructor(_config, environment) {
    this.#environment = environment
    enter({ jest: this.#jest() })
  }

  #jest() {
    const { moduleMocker: mocks, fakeTimersModern: timers } = this.#environment
    return {
      fn: mocks.fn.bind(mocks),
      spyOn: mocks.spyOn.bind(mocks),
      replaceProperty: mocks.replaceProperty.bind(mocks),
      restoreAllMocks: () => mocks.restoreAllMocks(),
      useFakeTimers: (config) => timers.useFakeTimers(config),
      useRealTimers: () => timers.useRealTimers(),
      setSystemTime: (now) => timers.setSystemTime(now),
      getTimerCount: () => timers.getTimerCount(),
      advanceTimersByTime: (time) => timers.advanceTimersByTime(time),
      advanceTimersByTimeAsync: (time) => timers.advanceTimersByTimeAsync(time),
    }
  }

  setGlobalsForRuntime(globals) {
    enter(globals)
  }

  /** Loads the test framework for each suite, because it keeps the suite's state. */
  requireInternalModule(path) {
    delete require.cache[path]
    delete globalThis[CIRCUS_HANDLERS]
    return require(path)
  }

  unstable_shouldLoadAsEsm() {
    return true
  }

  unstable_importModule(path) {
    if (NativeRuntime.#loaded.has(path))
      throw new Error(`${path} has run in this process: Node does not load it again.`)
    NativeRuntime.#loaded.add(path)
    return import(pathToFileURL(path).href)
  }

  requireModule(path) {
    return require(path)
  }

  enterTestCode() {}
  leaveTestCode() {}
  getSourceMaps() {
    return new Map()
  }
  getAllCoverageInfoCopy() {}
  teardown() {}
}
