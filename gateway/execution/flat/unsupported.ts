/** Thrown while an operation is compiled for the flat path, which then leaves it to the exact path. */
export class Unsupported extends Error {}
