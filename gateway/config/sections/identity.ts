/**
 * Who issues the tokens that the gateway trusts: services read the same, so it is kept where they
 * can.
 */
export { identitySection } from '../../../platform/protocol/identity-settings.ts'
