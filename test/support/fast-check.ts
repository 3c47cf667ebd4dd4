/**
 * Properties that are tried with the same cases in every run, so that no run fails by chance;
 * `SEED=7 npm test` tries others.
 */
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: Number(process.env['SEED'] ?? 1) })

export { default } from 'fast-check'
