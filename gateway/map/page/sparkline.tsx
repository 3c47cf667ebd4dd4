/** A small chart of the last minute. */
import { area, line } from 'd3-shape' // ISC; paths of charts

const WIDTH = 120
const HEIGHT = 28
const SECONDS = 60

interface SparklineProps {
  /** Of each second, the oldest first. */
  readonly values: readonly number[]
  /** What is shown, with its unit. */
  readonly label: string
}

/** The latest second is at the right edge, however few there are yet. */
export function Sparkline({ values, label }: SparklineProps) {
  const highest = Math.max(...values, 0)
  const x = (_: number, at: number): number => WIDTH * (1 - (values.length - 1 - at) / (SECONDS - 1))
  const y = (value: number): number => HEIGHT - 1 - (HEIGHT - 3) * (highest === 0 ? 0 : value / highest)
  const path = line<number>(x, y)([...values])
  const filled = area<number>(x, HEIGHT, y)([...values])
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}, last minute: at most ${highest.toLocaleString('en', { maximumFractionDigits: 1 })}`}
    >
      {filled && <path d={filled} className="filled" />}
      {path && <path d={path} className="line" />}
    </svg>
  )
}
