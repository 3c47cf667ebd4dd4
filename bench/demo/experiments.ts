/** All experiments, in order. */
import type { Experiment } from './experiment.ts'
import { caching } from './experiments/caching.ts'
import { consistency } from './experiments/consistency.ts'
import { deployment } from './experiments/deployment.ts'
import { faultTolerance } from './experiments/fault-tolerance.ts'
import { identity } from './experiments/identity.ts'
import { recovery } from './experiments/recovery.ts'
import { scaling } from './experiments/scaling.ts'
import { speed } from './experiments/speed.ts'
import { state } from './experiments/state.ts'

export const experiments: readonly Experiment[] = [
  state,
  scaling,
  faultTolerance,
  recovery,
  consistency,
  speed,
  deployment,
  caching,
  identity,
]
