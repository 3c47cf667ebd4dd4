/**
 * How an instance of a stateful service says whether it is the one that writes, where several share
 * their data and one writes for all: in each answer, of itself only.
 */

export const WRITER_HEADER = 'tributary-writer'

/** The header's value. Where it is left out, any instance may write as well as another. */
export const writerValue = (writes: boolean): string => (writes ? 'yes' : 'no')

export const saysItWrites = (value: string | undefined): boolean => value === 'yes'
