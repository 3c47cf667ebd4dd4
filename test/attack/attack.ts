/** The interface of an attack. Types only. */
import type { Target } from './target.ts'

export interface Attack {
  /** Its name in the table and on the command line. */
  readonly name: string
  /**
   * Another stage than the running product: a gateway of its own, over services that misbehave.
   * Attacks in a row share the one they both name.
   */
  readonly stage?: () => Promise<Stage>
  /** Carries it out and gives the status its sender saw. */
  run(target: Target): Promise<string>
  /** The status of a product that holds. */
  readonly expected: RegExp
  /** The innocent caller's query, if not the usual small one. */
  readonly question?: string
  /** True if each query of the innocent caller is a new document. */
  readonly asksAnew?: boolean
}

export interface Stage {
  readonly target: Omit<Target, 'scale'>
  close(): Promise<void>
}
