/**
 * Thrown while compiling, for a part of a plan that the engine does not know: it refuses the
 * operation rather than answer it wrongly.
 */
export class PlanShapeError extends Error {
  constructor(part: string) {
    super(`The engine cannot execute ${part} of a plan.`)
    this.name = 'PlanShapeError'
  }
}
