/** Signs people in at an OpenID Connect provider, in browsers. */
export type { ProviderOptions } from './provider.ts'
export { createSignIn, type SignedInUser, type SignIn, type SignInState } from './session.ts'
