/** The content of a parsed Markdown file, and its possible faults. */

export interface Article {
  /** `<locale>/<slug>`. */
  readonly id: string
  readonly slug: string
  /** The locale the text is in: the name of its folder, canonical. */
  readonly locale: string
  readonly title: string
  readonly summary: string | null
  readonly topics: readonly string[]
  /** `YYYY-MM-DD`. */
  readonly publishedOn: string | null
  /** Drafts are for the preview perspective only. */
  readonly draft: boolean
  /** Path of an asset, as `image` in the front matter gives it. */
  readonly image: string | null
  /** Name of the product whose terms these are. */
  readonly productName: string | null
  /** Product ids the article is about. */
  readonly products: readonly string[]
  /** Merchant categories it helps with. */
  readonly categories: readonly string[]
  /** GeoNames ids of the cities it is about. */
  readonly cities: readonly string[]
  /** The body: everything after the front matter. */
  readonly markdown: string
  /** Line of the file the body starts on, from 1. */
  readonly bodyLine: number
}

/**
 * Something wrong with one file of the library. An `error` costs the file its place; a `warning`
 * costs nothing.
 */
export interface Fault {
  readonly severity: 'error' | 'warning'
  /** Path from the library's folder. */
  readonly file: string
  /** Line number, from 1. */
  readonly line: number
  readonly message: string
}

/** Takes what is wrong at a line of the file being read. */
export type Report = (severity: Fault['severity'], line: number, message: string) => void
