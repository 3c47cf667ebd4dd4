/** The product's services, as the shipped `tributary.config.ts` declares them. */
import config from '../../tributary.config.ts'

export const services = Object.entries(config.services ?? {}).map(([name, { kind, addresses }]) => ({
  name,
  kind,
  /** True if the file gives its addresses. */
  isPlaced: addresses !== undefined,
}))

/** The file holds the secret that gateway and services share. */
export const hasSecret = config.secret !== undefined
