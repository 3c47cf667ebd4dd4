/** Reads branches and merchants by id. */
import { byId } from '../request/load.ts'

export const branchById = byId((database, ids) => database.branch.findMany({ where: { id: { in: ids } } }))
export const merchantById = byId((database, ids) => database.merchant.findMany({ where: { id: { in: ids } } }))
