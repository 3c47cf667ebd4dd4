/** Whether the window is as narrow as a phone: the same bound as in `page.css`. */
export const isNarrow = (): boolean => matchMedia('(max-width: 50rem)').matches
