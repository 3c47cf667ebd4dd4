/** The weather of a place; shows nothing if there is none. */
import {
  Cloud,
  CloudDrizzle,
  CloudFog,
  CloudLightning,
  CloudRain,
  CloudSnow,
  CloudSun,
  type LucideIcon,
  Sun,
} from 'lucide-react'
import { useSpoken } from '../messages/messages.tsx'

interface Sky {
  readonly condition: string | null
  readonly description: string | null
  readonly temperature: number | null
}

const pictures: readonly (readonly [RegExp, LucideIcon])[] = [
  [/THUNDER/, CloudLightning],
  [/SNOW/, CloudSnow],
  [/DRIZZLE/, CloudDrizzle],
  [/RAIN/, CloudRain],
  [/FOG/, CloudFog],
  [/PARTLY|MAINLY/, CloudSun],
  [/CLEAR/, Sun],
]

export function SkyPicture({ condition, description, temperature }: Sky) {
  const { locale } = useSpoken()
  if (condition === null && temperature === null) return null
  const Picture = pictures.find(([words]) => words.test(condition ?? ''))?.[1] ?? Cloud
  const degrees = new Intl.NumberFormat(locale, { style: 'unit', unit: 'celsius', maximumFractionDigits: 0 })
  return (
    <span className="sky" title={description ?? undefined}>
      <Picture size={16} aria-hidden="true" />
      {temperature !== null && <span>{degrees.format(temperature)}</span>}
      <span className="sr">{description}</span>
    </span>
  )
}
