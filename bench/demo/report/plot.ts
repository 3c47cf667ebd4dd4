/**
 * Draws plots as SVG. Colours are variables of the page's style sheet, so that one drawing serves
 * light and dark.
 */
import { logger, parse, View, Error as vegaErrors } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { BarPlot, GridPlot, LinePlot, Plot, Series } from '../experiment.ts'

/** Pixels. */
type Width = 680 | 340

/** Maximum number of positions that are all labelled. */
const FEW = 10
const FONT = 'system-ui, sans-serif'
const axis = {
  labelColor: 'var(--muted)',
  titleColor: 'var(--muted)',
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal' as const,
  labelFont: FONT,
  titleFont: FONT,
  gridColor: 'var(--line)',
  domainColor: 'var(--line)',
  tickColor: 'var(--line)',
  labelLimit: 220,
}

export async function drawPlot(plot: Plot, width: Width): Promise<string> {
  // Its compiler warns about its own adjustments.
  const { spec } = compile(specOf(plot, width), { logger: logger(vegaErrors) })
  const view = new View(parse(spec), { renderer: 'none' })
  try {
    // The page describes a plot as one picture: its parts have no roles of their own.
    return (await view.toSVG()).replaceAll(/ (role|aria-[a-z]+)="[^"]*"/g, '')
  } finally {
    view.finalize()
  }
}

function specOf(plot: Plot, width: Width): TopLevelSpec {
  if (plot.kind === 'bars') return bars(plot, width)
  return plot.kind === 'lines' ? lines(plot, width) : grid(plot, width)
}

const common = (width: Width) => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'transparent',
  autosize: { type: 'fit-x', contains: 'padding' } as const,
  // Slanted names of columns reach out to the right.
  padding: { left: 4, top: 4, bottom: 4, right: width === 340 ? 26 : 4 },
  width,
  config: {
    axis,
    font: FONT,
    view: { stroke: null },
    legend: {
      orient: 'top' as const,
      title: null,
      labelColor: 'var(--ink)',
      labelFontSize: 13,
      labelFont: FONT,
      labelLimit: width - 40,
      columns: width === 340 ? 1 : 3,
      symbolStrokeWidth: 3,
    },
  },
})

const colours = (series: readonly Series[]) => ({
  domain: series.map(({ name }) => name),
  range: series.map(({ tone, soft }) => `var(--${tone}${soft ? '-soft' : ''})`),
})

function bars({ measure, series, values }: BarPlot, width: Width): TopLevelSpec {
  const names = new Set(values.map(({ name }) => name))
  const several = series.length > 1 && values.length > names.size
  const left = 'datum.value < 0'
  return {
    ...common(width),
    height: { step: several ? 18 : 28 },
    data: { values: values.map((each) => ({ ...each, text: textOf(each.value) })) },
    encoding: {
      y: { field: 'name', type: 'nominal', sort: null, title: null, axis: { grid: false, labelColor: 'var(--ink)' } },
      x: {
        field: 'value',
        type: 'quantitative',
        title: measure,
        axis: { tickCount: 4 },
      },
      ...(several && { yOffset: { field: 'series', sort: series.map(({ name }) => name) } }),
    },
    layer: [
      {
        mark: { type: 'bar', cornerRadius: 2 },
        encoding: {
          color: { field: 'series', type: 'nominal', scale: colours(series), legend: series.length > 1 ? {} : null },
        },
      },
      {
        mark: {
          type: 'text',
          fill: 'var(--ink)',
          fontSize: 12,
          align: { expr: `${left} ? 'right' : 'left'` },
          dx: { expr: `${left} ? -4 : 4` },
        },
        encoding: { text: { field: 'text' } },
      },
    ],
  }
}

const textOf = (value: number): string =>
  value.toLocaleString('en', {
    maximumSignificantDigits: Math.abs(value) < 100 ? 3 : Math.ceil(Math.log10(Math.abs(value) + 1)),
  })

function lines({ across, measure, series, values, marks = [], stepped }: LinePlot, width: Width): TopLevelSpec {
  const places = [...new Set(values.map(({ x }) => x))]
  // Names of marks stand above the lines.
  const room = marks.length > 0 ? { domainMax: 1.4 * Math.max(1, ...values.map(({ y }) => y)) } : {}
  return {
    ...common(width),
    height: 220,
    layer: [
      {
        data: { values: [...values] },
        mark: { type: 'line', strokeWidth: 2.5, interpolate: stepped ? 'step-after' : 'linear' },
        encoding: {
          x: {
            field: 'x',
            type: 'quantitative',
            title: across,
            axis: {
              grid: false,
              ...(places.length <= FEW
                ? { values: places, labelExpr: 'datum.value', labelOverlap: false, labelFlush: false }
                : { tickCount: 6 }),
            },
          },
          y: {
            field: 'y',
            type: 'quantitative',
            title: measure,
            axis: { tickCount: 4 },
            scale: { zero: true, ...room },
          },
          color: { field: 'series', type: 'nominal', scale: colours(series), legend: {} },
        },
      },
      {
        data: { values: [...marks] },
        mark: { type: 'rule', stroke: 'var(--muted)', strokeDash: [3, 3] },
        encoding: { x: { field: 'x', type: 'quantitative' } },
      },
      {
        data: { values: [...marks] },
        mark: { type: 'text', angle: 270, align: 'right', dx: -4, dy: 9, y: 0, fill: 'var(--muted)', fontSize: 11 },
        encoding: { x: { field: 'x', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  }
}

function grid({ cells }: GridPlot, width: Width): TopLevelSpec {
  const values = cells.map(({ row, column, tone }) => ({
    row,
    column,
    fill: `var(--${tone ?? 'line'})`,
    seen: tone !== undefined,
  }))
  return {
    ...common(width),
    height: { step: 22 },
    data: { values },
    mark: { type: 'rect', cornerRadius: 3, stroke: 'var(--paper)', strokeWidth: 3 },
    encoding: {
      x: {
        field: 'column',
        type: 'nominal',
        sort: null,
        title: null,
        axis: { orient: 'top', labelAngle: width === 340 ? -40 : 0, domain: false, ticks: false },
      },
      y: {
        field: 'row',
        type: 'nominal',
        sort: null,
        title: null,
        axis: { domain: false, ticks: false, labelColor: 'var(--ink)' },
      },
      fill: { field: 'fill', type: 'nominal', scale: null },
    },
  }
}
