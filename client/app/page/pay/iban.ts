/** Account numbers as people type and read them. */
import { isValidIBAN } from 'ibantools' // MIT or MPL-2.0; the bank checks with the same

export const cleanIban = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase()

export const isIban = (text: string): boolean => isValidIBAN(text)
