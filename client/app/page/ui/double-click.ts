/**
 * Keeps the second click of a double click from a button that has taken the place of the first
 * one's: a payment can be made, and its receipt be shown, between the two.
 */

/** Buttons and links do nothing with such a click; they act again from the next single click on. */
export function guardDoubleClicks(): void {
  let met: Met | undefined
  addEventListener(
    'click',
    (event) => {
      const control = event.target instanceof Element ? event.target.closest('a, button') : null
      const label = control?.textContent ?? ''
      if (event.detail < 2) met = { control, label }
      else if (control && (control !== met?.control || label !== met.label)) {
        event.preventDefault()
        // React Aria has to see a click, or it makes one of its own: React must not.
        control.addEventListener('click', (stray) => stray.stopPropagation(), { once: true })
      }
    },
    { capture: true },
  )
}

/** What the first click met. The same element may get another label, and do something else. */
interface Met {
  readonly control: Element | null
  readonly label: string
}
