/**
 * Addresses for all services of the registry at which nothing listens; tests replace those that
 * they use.
 */
import { addressSetting } from '../../gateway/config/environment.ts'
import { services } from '../../gateway/config/registry.ts'

export const nowhere: Readonly<Record<string, string>> = Object.fromEntries(
  services.map(({ name }) => [addressSetting(name), 'http://127.0.0.1:1']),
)
