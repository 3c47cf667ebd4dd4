/**
 * The format of graphql-js 17 (`incrementalSpec=v0.2`): deferred fragments are announced with a
 * number, and no field is sent twice.
 */
import type { Completed, Pending } from '../../execution/answer/part.ts'
import { errorsOf, labelOf, type PartsFormat, type ToldPart } from './format.ts'

export const incrementalV02: PartsFormat = {
  parameter: 'incrementalSpec=v0.2',
  write({ first, pending, completed, hasNext }) {
    // No list may be empty: a fragment that adds nothing is only completed.
    const incremental = completed.flatMap(added)
    return {
      ...(first && { data: first.data, ...errorsOf(first.errors) }),
      ...(pending.length > 0 && { pending: pending.map(announced) }),
      ...(incremental.length > 0 && { incremental }),
      ...(completed.length > 0 && { completed: completed.map(ended) }),
      hasNext,
    }
  },
}

type Ended = Completed<ToldPart['completed'][number]['errors'][number]>

const announced = ({ id, path, label }: Pending) => ({ id: String(id), path, ...labelOf(label) })

function added({ id, path, additions, errors }: Ended) {
  if (!additions) return []
  const entries = additions.map((addition) => {
    const subPath = addition.path.slice(path.length)
    return { id: String(id), ...(subPath.length > 0 && { subPath }), data: addition.data }
  })
  if (errors.length === 0) return entries
  const [entry = { id: String(id), data: {} }, ...others] = entries
  return [{ ...entry, errors }, ...others]
}

const ended = ({ id, additions, errors }: Ended) => ({ id: String(id), ...(!additions && { errors }) })
