/** Joins the records of objects whose fields two answers, or two parts of one, give. */
import { SURPRISE } from '../../../platform/data/json-bytes.ts'
import type { Joint } from './compile.ts'
import { LIST_WORDS, LISTS, NO_OBJECT, ONE_OBJECT } from './scan.ts'
import type { Tapes } from './tapes.ts'

/**
 * Joins the records of both sides, for all objects. Both answers have arrived.
 * @throws SURPRISE if their numbers or types differ
 */
export function joinRecords(joint: Joint, tapes: Tapes): void {
  const { arena, words, first, second } = joint
  const tape = tapes.arenas[arena] as Int32Array
  const top = tapes.tops[arena] as number
  for (let record = words; record < top; record += words) {
    if ((tape[record] as number) <= 0) continue
    const one = first.join < 0 ? record : (tape[record + first.join] as number)
    const other = second.join < 0 ? record : (tape[record + second.join] as number)
    if (other === 0) continue
    const others = tapes.arenas[second.arena] as Int32Array
    if ((others[other] as number) <= 0) continue
    const link = other + second.link
    if (one === 0) {
      if (others[link + 1] !== NO_OBJECT) throw SURPRISE
      continue
    }
    const ones = tapes.arenas[first.arena] as Int32Array
    const at = one + first.link
    joinLinks(
      joint,
      tapes,
      ones[at] as number,
      ones[at + 1] as number,
      others[link] as number,
      others[link + 1] as number,
    )
  }
}

function joinLinks(joint: Joint, tapes: Tapes, one: number, ones: number, other: number, others: number): void {
  if (others === NO_OBJECT) return
  if (ones !== others) throw SURPRISE
  if (ones === ONE_OBJECT) {
    joinRecord(joint, tapes, one, other)
    return
  }
  const lists = tapes.arenas[LISTS] as Int32Array
  for (let index = 0; index < ones; index++) {
    if (one >= 0) {
      joinRecord(joint, tapes, one + index * joint.firstChild.words, other + index * joint.secondChild.words)
      continue
    }
    const left = -one + index * LIST_WORDS
    const right = -other + index * LIST_WORDS
    joinLinks(
      joint,
      tapes,
      lists[left] as number,
      lists[left + 1] as number,
      lists[right] as number,
      lists[right + 1] as number,
    )
  }
}

function joinRecord({ firstChild, secondChild, join, isTyped }: Joint, tapes: Tapes, one: number, other: number): void {
  const ones = tapes.arenas[firstChild.arena] as Int32Array
  const others = tapes.arenas[secondChild.arena] as Int32Array
  if ((others[other] as number) <= 0) return
  if ((ones[one] as number) <= 0 || (isTyped && ones[one] !== others[other])) throw SURPRISE
  // One object must not be joined with two different ones.
  const known = ones[one + join] as number
  if (known !== 0 && known !== other) throw SURPRISE
  ones[one + join] = other
}
