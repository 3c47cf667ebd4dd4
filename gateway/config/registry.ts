/** The product's services, as the shipped `tributary.config.ts` declares them. */
import config from '../../tributary.config.ts'

export const services = Object.entries(config.services ?? {}).map(([name, { kind }]) => ({ name, kind }))
