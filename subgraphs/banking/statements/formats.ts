/** The formats of statements. A new format needs one row here and nothing else. */
import { camt053 } from './camt053.ts'
import { csv } from './csv.ts'
import { ofx } from './ofx.ts'
import type { StatementFormat } from './statement.ts'

export const formats = { CSV: csv, OFX: ofx, CAMT_053: camt053 } as const satisfies Readonly<
  Record<string, StatementFormat>
>

export type FormatName = keyof typeof formats

export const isFormatName = (name: string): name is FormatName => Object.hasOwn(formats, name)
