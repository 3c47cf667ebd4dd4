/**
 * The format of August 2022 (`deferSpec=20220824`): each part is a whole fragment, and says for
 * which object. Clients merge it into what they have.
 */
import { errorsOf, labelOf, type PartsFormat } from './format.ts'

export const defer2022: PartsFormat = {
  parameter: 'deferSpec=20220824',
  write({ first, completed, hasNext }) {
    if (first) return { data: first.data, ...errorsOf(first.errors), hasNext }
    const incremental = completed.map(({ path, label, additions, errors, whole }) => ({
      ...labelOf(label),
      path,
      data: additions ? whole() : null,
      ...errorsOf(errors),
    }))
    return { incremental, hasNext }
  },
}
