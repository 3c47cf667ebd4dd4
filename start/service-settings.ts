/** The settings of the registry's services, by the `config.ts` of each. */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import { services } from '../gateway/config/registry.ts'
import { program } from './programs.ts'

type Shape = Readonly<Record<string, z.ZodType>>

/** A service without settings of its own, or in another language, has no such file. */
export async function serviceSettings(): Promise<Shape> {
  const shapes = services.map(async ({ name }): Promise<Shape> => {
    const file = program(`subgraphs/${name}/config.ts`)
    if (!existsSync(file)) return {}
    const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, Shape>>
    return exported[`${name}Settings`] ?? {}
  })
  return Object.assign({}, ...(await Promise.all(shapes))) as Shape
}
