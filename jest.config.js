/** Tests run as ES modules on the type stripping of the product: no second compiler has a say. */
export default {
  testEnvironment: '<rootDir>/test/support/runner/environment.js',
  runtime: '<rootDir>/test/support/runner/runtime.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  injectGlobals: false,
  transform: {},
  workerIdleMemoryLimit: '1.5GB', // modules stay in memory from suite to suite
  modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/bench/peers'],
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testSequencer: '<rootDir>/test/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/support/tally-reporter.js'],
  maxWorkers: 3, // of two cores Jest would use one, and tests also wait: two leave a fifth idle
  testTimeout: 600_000, // tests wait for conditions, 120 s each: this ends only what hangs otherwise
}
