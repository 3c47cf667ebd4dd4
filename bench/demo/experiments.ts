/** The contents page: every experiment, in the order in which it is run. */
import type { Experiment } from './experiment.ts'
import { consistency } from './experiments/consistency.ts'
import { identity } from './experiments/identity.ts'
import { state } from './experiments/state.ts'

export const experiments: readonly Experiment[] = [state, consistency, identity]
