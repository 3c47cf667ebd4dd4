/** Values that follow from a seed and a name: the same for the same, in any order of asking. */
// MIT, no dependencies; the standard generator of fake data.
import { base, en, Faker, type Randomizer } from '@faker-js/faker'

/** The day on which all data looks: values do not change from one day to the next. */
export const TODAY = new Date('2026-06-01T12:00:00.000Z')

/** 32 bits of a text (FNV-1a, with a final mix, so that similar texts differ in all bits). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Mulberry32: small, and seeded in no time, as each value has a seed of its own. */
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

/** The generator, at the beginning of what follows from a name. Use it before the next call. */
export function fakerFor(name: string): Faker {
  faker.seed(hashOf(name))
  return faker
}
