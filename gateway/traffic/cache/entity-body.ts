/** Splits a request for entities, and makes one for fewer of them. */
import type { RequestBody } from '../call/send.ts'

/** A body that requests only entities. */
export interface EntityBody extends RequestBody {
  readonly representations: NonNullable<RequestBody['representations']>
}

export const asksForEntities = (body: RequestBody): body is EntityBody =>
  body.representations !== undefined && body.representations.length > 0

const placeOf = ({ representations }: EntityBody, index: number): readonly [begin: number, end: number] => [
  representations[2 * index] as number,
  representations[2 * index + 1] as number,
]

/** The bytes of each representation, a letter for each byte. */
export function representationsOf(body: EntityBody): string[] {
  const texts: string[] = []
  for (let index = 0; index < body.representations.length / 2; index += 1)
    texts.push(body.bytes.toString('latin1', ...placeOf(body, index)))
  return texts
}

/** The selection of each entity: the bytes before and after the representations. */
export function questionOf({ bytes, representations }: EntityBody): readonly [head: Buffer, tail: Buffer] {
  const [begin] = representations
  return [bytes.subarray(0, begin), bytes.subarray(representations.at(-1))]
}

/** The same request for some of the entities, by their indexes. */
export function bodyOfSome(body: EntityBody, indexes: readonly number[]): EntityBody {
  const [head, tail] = questionOf(body)
  const pieces = [head]
  const representations: number[] = []
  let at = head.length
  for (const index of indexes) {
    const representation = body.bytes.subarray(...placeOf(body, index))
    if (representations.length > 0) {
      pieces.push(COMMA)
      at += COMMA.length
    }
    pieces.push(representation)
    representations.push(at, at + representation.length)
    at += representation.length
  }
  return { bytes: Buffer.concat([...pieces, tail]), representations }
}

const COMMA = Buffer.from(',')
