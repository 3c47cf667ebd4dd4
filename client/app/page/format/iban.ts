/** Formats in groups of four. */
export const formatIban = (number: string): string => number.replace(/(.{4})(?=.)/g, '$1 ')
