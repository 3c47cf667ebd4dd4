/** The owner and the name of the embedded database. */

/** Not a superuser; no superuser can log in. */
export const ROLE = 'tributary'
export const DATABASE = 'tributary'
