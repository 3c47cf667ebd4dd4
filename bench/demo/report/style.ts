/** The report's style sheet, light and dark. Plots use its colours: the playground's. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --card: #f6f7f9; --ink: #1b1f24; --muted: #57606a; --line: #d6dbe1;
  --stateless: #a14a00; --stateless-soft: #dd9c69; --stateful: #0f5a78; --stateful-soft: #66a3bd; --neutral: #8a94a0;
  --well: #1a7f37; --ill: #c02030 }
@media (prefers-color-scheme: dark) { :root { --paper: #12161b; --card: #1b2128; --ink: #e6eaef; --muted: #a0aab5; --line: #39424d;
  --stateless: #f2b366; --stateless-soft: #9c6a38; --stateful: #7cc4e4; --stateful-soft: #35708c; --neutral: #7d8894;
  --well: #56d37a; --ill: #ff7b86 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 }
p { margin: .75rem 0 }
a { color: inherit }
.stateless { color: var(--stateless) }
.stateful { color: var(--stateful) }
.verdict { font-size: 1.2rem; font-weight: 600 }
.mark { color: var(--well) }
.mark[aria-label="does not hold"] { color: var(--ill) }
.mark { font-style: normal; font-weight: 700 }
.glance a { text-decoration-color: var(--line); text-underline-offset: .2em }
.glance th:first-child { width: 40% }
dl { margin: 1rem 0; font-size: .875rem; color: var(--muted) }
dl div { display: flex; gap: .75rem }
dt { flex: 0 0 5rem }
dd { margin: 0 }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem }
.name { margin: .15rem 0 .75rem; font-size: .875rem; color: var(--muted) }
figure { margin: 1.25rem 0 }
figcaption { font-weight: 600; margin-bottom: .5rem }
svg { display: block; max-width: 100%; height: auto }
.narrow { display: none }
.table { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
thead th { color: var(--muted); font-weight: 600 }
tbody th { font-weight: 400 }
td { font-variant-numeric: tabular-nums; overflow-wrap: break-word }
.claims { list-style: none; padding: 0; margin: 1rem 0 }
.claims li { display: flex; gap: .6rem; padding: .35rem 0 }
small { display: block; font-size: .875rem; color: var(--muted) }
.follows { background: var(--card); border-radius: .5rem; padding: .75rem 1rem }
@media (max-width: 40rem) { .wide { display: none } .narrow { display: block }
  .glance, .glance tbody, .glance tr, .glance th, .glance td { display: block }
  .glance thead { display: none }
  .glance th:first-child { width: auto; border: 0; padding-bottom: 0 }
  .glance td { padding: 0 0 0 1.2rem; border: 0 }
  .glance tr { padding-bottom: .5rem; border-bottom: 1px solid var(--line) }
  .glance td::before { content: attr(data-kind) ": "; color: var(--stateless) }
  .glance td[data-kind="stateful"]::before { color: var(--stateful) } }
`
