/** The report as one page without any other file: `demo-report.html`. */
import { cpus, loadavg, totalmem } from 'node:os'
import type { Claim, Findings, Plot, Table } from '../experiment.ts'
import { claimsOf, holds, type Outcome, verdictOf } from './outcome.ts'
import { drawPlot } from './plot.ts'
import { STYLE } from './style.ts'

interface Run {
  readonly outcomes: readonly Outcome[]
  /** Number of instances of each service. */
  readonly instances: Readonly<Record<string, number>>
  readonly startedAt: Date
  /** Milliseconds. */
  readonly took: number
}

export async function pageOf(run: Run): Promise<string> {
  const { outcomes } = run
  const sections = await Promise.all(outcomes.map(sectionOf))
  const isWell = outcomes.every(holds)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Stateful and stateless: ${html(verdictOf(outcomes))}</title>
<style>${STYLE}</style>
</head>
<body id="top">
<header>
<h1>What is the difference between stateful and stateless services?</h1>
<p>Tributary joins a <b class="stateful">stateful</b> bank with <b class="stateless">stateless</b> weather and content under one GraphQL schema. Each experiment below was carried out on a running product, and each claim was checked in this run.</p>
<p class="verdict ${isWell ? 'well' : 'ill'}">${mark(isWell)} ${html(verdictOf(outcomes))}.</p>
<table class="glance">
<thead><tr><th scope="col">question</th><th scope="col" class="stateless">stateless</th><th scope="col" class="stateful">stateful</th></tr></thead>
<tbody>${outcomes.map(lineOf).join('\n')}</tbody>
</table>
${factsOf(run)}
</header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`
}

function lineOf(outcome: Outcome): string {
  const { stateless = '–', stateful = '–' } = outcome.result instanceof Error ? {} : outcome.result.atAGlance
  return `<tr><th scope="row">${mark(holds(outcome))} <a href="#${outcome.name}">${html(outcome.title)}</a></th><td data-kind="stateless">${html(stateless)}</td><td data-kind="stateful">${html(stateful)}</td></tr>`
}

function factsOf({ instances, startedAt, took }: Run): string {
  const facts = [
    ['run', `${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${(took / 1000).toFixed(0)} s`],
    [
      'instances',
      Object.entries(instances)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    ],
    [
      'machine',
      `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')} at the end`,
    ],
    ['Node', process.version],
  ]
  return `<dl>${facts.map(([name = '', fact = '']) => `<div><dt>${name}</dt><dd>${html(fact)}</dd></div>`).join('')}</dl>`
}

async function sectionOf(outcome: Outcome): Promise<string> {
  const { name, title, took, result } = outcome
  const body = result instanceof Error ? '' : await bodyOf(result)
  const follows =
    result instanceof Error || !holds(outcome)
      ? 'A claim does not hold in this run, so nothing follows from it.'
      : result.follows
  return `<section id="${name}">
<h2>${html(title)}</h2>
<p class="name">${(took / 1000).toFixed(0)} s · again with <code>npm run demo -- ${html(name)}</code> · <a href="#top">to the top</a></p>
${body}
<ul class="claims">${claimsOf(outcome).map(claimOf).join('')}</ul>
<p class="follows"><b>What follows.</b> ${html(follows)}</p>
</section>`
}

async function bodyOf({ did, measured, plots }: Findings): Promise<string> {
  const figures = await Promise.all(plots.map(figureOf))
  return `<p>${html(did)}</p>\n${figures.join('\n')}\n${tableOf(measured)}`
}

/** Drawn for wide and for narrow screens: a drawing that is only scaled cannot be read. */
async function figureOf(plot: Plot): Promise<string> {
  const [wide, narrow] = await Promise.all([drawPlot(plot, 680), drawPlot(plot, 340)])
  return `<figure><figcaption>${html(plot.title)}</figcaption><div class="wide" role="img" aria-label="${html(plot.title)}">${wide}</div><div class="narrow" role="img" aria-label="${html(plot.title)}">${narrow}</div></figure>`
}

const tableOf = ({ head, rows }: Table): string => `<div class="table" tabindex="0"><table>
${head.some(Boolean) ? `<thead><tr>${head.map((cell) => (cell ? `<th scope="col">${html(cell)}</th>` : '<td></td>')).join('')}</tr></thead>` : ''}
<tbody>${rows.map(rowOf).join('\n')}</tbody>
</table></div>`

const rowOf = ([first = '', ...others]: readonly string[]): string =>
  `<tr><th scope="row">${html(first)}</th>${others.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`

const claimOf = ({ says, holds, seen }: Claim): string =>
  `<li class="${holds ? 'well' : 'ill'}">${mark(holds)} <div>${html(says)}<small>${holds ? 'Holds' : 'Does not hold'}: ${html(seen)}.</small></div></li>`

const mark = (isWell: boolean): string =>
  isWell
    ? '<i class="mark" role="img" aria-label="holds">✓</i>'
    : '<i class="mark" role="img" aria-label="does not hold">✗</i>'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const html = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
