/** Reads customers by id. */
import { byId } from '../request/load.ts'

export const customerById = byId((database, ids) => database.customer.findMany({ where: { id: { in: ids } } }))
