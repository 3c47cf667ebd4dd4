/**
 * Makes names comparable: without accents, case or the many kinds of apostrophe, hyphen and blank.
 */

/** Letters that Unicode does not take apart into a base letter and an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ə: 'a',
}
const OTHER_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/**
 * `São João` → `sao joao`, `L’Aquila` → `l'aquila`, `Saint-Denis` → `saint denis`. Folding twice
 * changes nothing.
 */
export function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(OTHER_LETTERS, (letter) => LETTERS[letter] ?? letter)
    .replace(/[‘’ʻʼʽ`´ʹ]/g, "'")
    .replace(/[\s\-‐‑–—]+/g, ' ')
    .trim()
}
