/** The effects of a changed source, as data: which processes restart, and what runs before. */
import { services } from '../gateway/config/registry.ts'

type Job = 'build' | 'migrate' | 'compose'

interface Concerns {
  /** Names of processes: `gateway`, `database`, `identity`, or a service's. */
  readonly names: ReadonlySet<string>
  readonly jobs: ReadonlySet<Job>
  /** Changed sources of the supervisor itself, which cannot start itself again. */
  readonly again: readonly string[]
}

interface Rule {
  readonly path: RegExp
  /** `$1` is the first group of the path. */
  readonly names?: readonly string[]
  readonly job?: Job
  readonly again?: true
}

const all = services.map(({ name }) => name)
const stateful = services.filter(({ kind }) => kind === 'stateful').map(({ name }) => name)

/** The first matching rule counts; a path without one has no effect. */
const rules: readonly Rule[] = [
  { path: /^gateway\/composition\/description\.md$/, job: 'compose' },
  {
    path: /\.md$|(^|\/)(prisma|client|page)\/generated\/|^(gateway\/(map|playground)|client(\/app)?)\/dist\/|(^|\/)\.|~$/,
  }, // documents, outputs, editors' files
  { path: /^gateway\/(supergraph|schema)\.graphql$/ }, // the gateway looks at it by itself
  { path: /^start\/identity\//, names: ['identity'] },
  { path: /^start\/|^tributary\.config\.ts$/, again: true }, // of the latter the gateway takes in what it can
  { path: /^(gateway\/(map|playground)\/page|client)\//, names: ['gateway'], job: 'build' },
  { path: /^gateway\//, names: ['gateway'] },
  { path: /^platform\//, names: ['gateway', 'identity', ...all] },
  { path: /^prisma\/schema\.prisma$/, names: stateful, job: 'build' },
  { path: /^prisma\/migrations\//, names: stateful, job: 'migrate' },
  { path: /^prisma\/embedded/, names: ['database'] },
  { path: /^prisma\//, names: stateful },
  { path: /^subgraphs\/shared\//, names: all },
  { path: /^subgraphs\/([^/]+)\/library\// }, // content looks at its library by itself
  { path: /^subgraphs\/([^/]+)\/schema\.graphql$/, names: ['$1'], job: 'compose' },
  { path: /^subgraphs\/([^/]+)\/prisma\/schema\.prisma$/, names: ['$1'], job: 'build' },
  { path: /^subgraphs\/([^/]+)\/prisma\/migrations\//, names: ['$1'], job: 'migrate' },
  { path: /^subgraphs\/([^/]+)\//, names: ['$1'] },
]

/** @param paths from the root of the project, with slashes */
export function concerns(paths: readonly string[]): Concerns {
  const names = new Set<string>()
  const jobs = new Set<Job>()
  const again: string[] = []
  for (const path of paths) {
    const rule = rules.find((rule) => rule.path.test(path))
    const [, group = ''] = rule?.path.exec(path) ?? []
    for (const name of rule?.names ?? []) names.add(name.replace('$1', group))
    if (rule?.job) jobs.add(rule.job)
    if (rule?.again) again.push(path)
  }
  return { names, jobs, again }
}
