/** What an attack is. Types only. */
import type { Target } from './target.ts'

export interface Attack {
  /** What it is called in the table and on the command line. */
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
  /** What the innocent caller asks meanwhile, where it is not the usual small question. */
  readonly question?: string
  /** Each of the innocent caller's questions is a document that nobody sent before. */
  readonly asksAnew?: boolean
}

export interface Stage {
  readonly target: Omit<Target, 'scale'>
  close(): Promise<void>
}
