/** The issuers of trusted tokens. Services read the same settings, so they are in `platform/`. */
export { identitySection } from '../../../platform/protocol/identity-settings.ts'
