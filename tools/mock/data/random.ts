/** Values determined by a seed and a name, in any order of requests. */
// MIT, no dependencies; the standard generator of fake data.
import { base, en, Faker, type Randomizer } from '@faker-js/faker'

/** The date of all data, so that values do not change from day to day. */
export const TODAY = new Date('2026-06-01T12:00:00.000Z')

/** 32 bits of a text (FNV-1a, with a final mix, so that similar texts differ in all bits). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Mulberry32: small, and fast to seed, as each value has its own seed. */
function createRandomizer(): Randomizer {
  let state = 0
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
    seed(seed) {
      state = typeof seed === 'number' ? seed : (seed[0] ?? 0)
    },
  }
}

const faker = new Faker({ locale: [en, base], randomizer: createRandomizer() })
faker.setDefaultRefDate(TODAY)

/** The shared generator, seeded by a name. Use it before the next call. */
export function fakerFor(name: string): Faker {
  faker.seed(hashOf(name))
  return faker
}
