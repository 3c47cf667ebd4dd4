/** What a caller must have. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  /** All scopes, or all policies, of at least one of the lists. */
  | { readonly kind: 'scopes' | 'policies'; readonly anyOf: readonly (readonly string[])[] }
