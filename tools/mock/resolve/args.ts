/** Arguments of a field. */
export type Args = Readonly<Record<string, unknown>>
