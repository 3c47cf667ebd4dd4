/**
 * Jest's environment is the process itself: suites share loaded modules, as programs do. After each
 * suite it restores variables, folder, console, clock, mocks and timers.
 */
import { ModernFakeTimers } from '@jest/fake-timers'
import { ModuleMocker } from 'jest-mock'

export default class ProcessEnvironment {
  global = globalThis
  moduleMocker = new ModuleMocker(globalThis)
  #env = { ...process.env }
  #folder = process.cwd()
  #console = globalThis.console
  #exit = process.exit
  #now = Date.now

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis })
  }

  setup() {
    // With Jest's 100 frames an error costs four times as much, and tests make thousands.
    Error.stackTraceLimit = 20
  }

  teardown() {
    this.fakeTimersModern.dispose()
    this.moduleMocker.restoreAllMocks()
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name]
    Object.assign(process.env, this.#env)
    process.chdir(this.#folder)
    process.exit = this.#exit
    Date.now = this.#now
    globalThis.console = this.#console
  }

  /** Required by Jest, for runtimes that compile into a context. */
  getVmContext() {
    return null
  }
}
