/**
 * Blocks the second click of a double click on a button that has replaced the first one: between
 * the clicks a payment can be made and its receipt shown.
 */

/** Buttons and links ignore such a click, and work again from the next single click. */
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
        // React Aria must get a click, or it simulates one; React must not get it.
        control.addEventListener('click', (stray) => stray.stopPropagation(), { once: true })
      }
    },
    { capture: true },
  )
}

/** The target of the first click, with its label: the element may get another label and action. */
interface Met {
  readonly control: Element | null
  readonly label: string
}
