/**
 * Tests properties with the same cases in every run, so that no run fails by chance; `SEED=7 npm
 * test` tries others.
 */
import { configureGlobal } from 'fast-check'
import { SEED } from './cases.ts'

configureGlobal({ seed: SEED })

export { default } from 'fast-check'
