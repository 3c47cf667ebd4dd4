/** Who owns the embedded database, and what it is called. */

/** No superuser; nobody can sign in as one. */
export const ROLE = 'tributary'
export const DATABASE = 'tributary'
