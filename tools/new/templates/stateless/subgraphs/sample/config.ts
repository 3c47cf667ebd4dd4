/** The settings of the service `sample`, beside those that every service has. None so far. */
export const sampleSettings = {} as const
