/** The settings of the service `sample`, in addition to those of every service. None so far. */
export const sampleSettings = {} as const
