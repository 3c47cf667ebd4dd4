/** What the commands have in common on the command line. */

/** Why the arguments cannot be used, in words. */
export class WrongArguments extends Error {}

/** @throws WrongArguments */
export function readDays(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,3}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new WrongArguments(`--days ${text}: must be a number of days.`)
}
