import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { type Shop, startShop } from './shop.ts'

/** A gateway with its own shop, which stops with it. */
export interface ShopGateway extends TestGateway {
  readonly shop: Shop
}

export async function startShopGateway(options: Omit<TestGatewayOptions, 'services'> = {}): Promise<ShopGateway> {
  const shop = await startShop()
  const gateway = await startTestGateway({ ...options, services: shop.services })
  return { ...gateway, shop, stop: () => gateway.stop().then(() => shop.close()) }
}
