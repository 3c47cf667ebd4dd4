/** A browser and a running product, which the tests of several files share. */
import type { Browser, Page } from 'playwright-core'
import { type Product, startProduct } from '../../support/product.ts'
import { closePages, launchBrowser } from './browser.ts'

/** @param given arguments of `startProduct` */
export function browserProduct(...given: Parameters<typeof startProduct>) {
  let product: Product | undefined
  let browser: Browser | undefined
  return {
    async startWorld(): Promise<void> {
      browser = await launchBrowser()
      product = await startProduct(...given)
    },
    async stopWorld(): Promise<void> {
      await browser?.close()
      await product?.stop()
    },
    product: (): Product => started(product),
    browser: (): Browser => started(browser),
    /** Ends the visits of a test. @param staying the page of one that goes on */
    closeVisits: (staying?: Page): Promise<void> => closePages(started(browser), staying),
  }
}

function started<Part>(part: Part | undefined): Part {
  if (!part) throw new Error('Ask for it inside a test.')
  return part
}
