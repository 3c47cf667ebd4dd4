/** Runs the rules of axe in a page. */
import axe from 'axe-core' // MPL-2.0; the usual rules of accessibility
import type { Page } from 'playwright-core'

/** The violations that axe finds, one line for each element. */
export async function faultsIn(page: Page): Promise<readonly string[]> {
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, any, all, none }) => `${id} ${target.join(' ')}: ${[...any, ...all, ...none][0]?.message ?? ''}`,
    ),
  )
}

/** Pixels that the page can be scrolled sideways. */
export const sidewaysIn = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
