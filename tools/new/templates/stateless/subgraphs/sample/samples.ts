/** The data of the service. It ships with the program, so that every instance has the same. */
export interface Sample {
  readonly id: string
  readonly name: string
}

/** In the order of their ids. */
export const samples: readonly Sample[] = ['Ash', 'Birch', 'Cedar', 'Elm', 'Oak'].map((name) => ({
  id: name.toLowerCase(),
  name,
}))
