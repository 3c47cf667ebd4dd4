/** The interface of experiments and their findings. Types only. */
import type { Product } from './product.ts'

export interface Experiment {
  /** On the command line. */
  readonly name: string
  /** The question that it answers. */
  readonly title: string
  /** @param note called with the progress */
  run(product: Product, note: (text: string) => void): Promise<Findings>
}

export interface Findings {
  /** The method, in a sentence or two. */
  readonly did: string
  /** The figures that distinguish the kinds; a kind without measurements has none. */
  readonly atAGlance: { readonly stateless?: string; readonly stateful?: string }
  readonly measured: Table
  readonly plots: readonly Plot[]
  readonly claims: readonly Claim[]
  /** What follows if all claims hold. Without any figure. */
  readonly follows: string
}

/** A claim of the product, and its result in this run. */
export interface Claim {
  readonly says: string
  readonly holds: boolean
  /** The findings, in figures of this run. */
  readonly seen: string
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Colours by the meaning of a series. */
export type Tone = 'stateless' | 'stateful' | 'neutral'

export interface Series {
  readonly name: string
  readonly tone: Tone
  /** Distinguishes two series of one tone. */
  readonly soft?: boolean
}

/** A plot as data, which the report draws. */
export type Plot = BarPlot | LinePlot | GridPlot

interface PlotBase {
  readonly title: string
}

export interface BarPlot extends PlotBase {
  readonly kind: 'bars'
  /** What the values are, with their unit. */
  readonly measure: string
  readonly series: readonly Series[]
  readonly values: readonly { readonly name: string; readonly series: string; readonly value: number }[]
}

export interface LinePlot extends PlotBase {
  readonly kind: 'lines'
  readonly across: string
  readonly measure: string
  readonly series: readonly Series[]
  readonly values: readonly { readonly series: string; readonly x: number; readonly y: number }[]
  /** Moments of actions. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[]
  /** Values hold until the next. */
  readonly stepped?: boolean
}

export interface GridPlot extends PlotBase {
  readonly kind: 'grid'
  /** Cells of the table, each with whether the thing was seen. */
  readonly cells: readonly { readonly row: string; readonly column: string; readonly tone: Tone | undefined }[]
}
