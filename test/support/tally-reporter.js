/** Ends a test run with one plain line, `N passed, N failed`, for people and CI alike. A suite that could not run counts as failed. */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    console.log(`${results.numPassedTests} passed, ${failed} failed`)
  }
}
