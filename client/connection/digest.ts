/** A digest of JSON that does not depend on the order of members; not for secrets. */
export function digest(value: unknown): string {
  const text = JSON.stringify(value, (_name, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )
  return fnv64(text).toString(36)
}

const PRIME = 0x100000001b3n

/**
 * FNV-1a: two inputs of one intent that collide are refused by the bank, as one key with two
 * inputs.
 */
function fnv64(text: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  return hash
}

/** 128 bits, as 22 characters that are valid in any header or address. */
export const randomId = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
