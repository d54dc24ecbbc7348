/** An audit in every format: each meets its readers' requirements and has the same findings, and no text from a file breaks out. */
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { auditReport } from '../../src/audit/report.ts'
import { AUDIT_FORMATS, type AuditFormat } from '../../src/report/formats.ts'
import { auditPieces } from '../../src/report/views/audit.ts'
import { findingText, RULE_WORDS } from '../../src/report/words/audit.ts'
import type { AuditSnapshot } from '../../src/snapshot/audit-snapshot.ts'
import { findings, liveScope, only, podWith, scopeOf, secret } from '../audit/scopes.ts'
import { FORBIDDEN, hostile, WORKFLOW_COMMAND } from './hostile-text.ts'
import { schemaErrors } from './published-schema.ts'
import { SARIF_SUBSET } from './sarif-subset.ts'

const YAML = `${podWith('bad/Name:1')}---\n${podWith('nginx')}---\n${podWith('nginx:1.27.3', 'Always')}`
const UNREAD = [{ path: 'x.yaml', problem: 'syntax', line: 3, column: 1 }] as const

function rendered(
  format: AuditFormat,
  scope: AuditSnapshot,
  failOn: 'error' | 'info' = 'error',
  found = findings(scope),
): string {
  const report = auditReport(scope, found, { ignored: 1, known: 2 })
  const invocation = { program: 'pullguard', flags: [], fromDump: scope.source.type === 'file' }
  const options = {
    format,
    failOn,
    version: '1.2.3',
    cwd: '/repo',
    inputFlags: [],
    terminal: false,
    invocation,
    width: 100,
    color: false,
  }
  return [...auditPieces(report, options)].join('')
}

const SCOPE = scopeOf(YAML, { unread: [...UNREAD] })
const FOUND = findings(SCOPE)
/** As many findings as an audit of many such files has. */
const renderedMany = (format: AuditFormat, times: number) =>
  rendered(format, SCOPE, 'error', Array(times).fill(FOUND).flat())

/** A pod of these names, whatever is in them. */
const podOf = (name: string, image: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: ${JSON.stringify({ name, namespace: name })}\nspec: ${JSON.stringify({ containers: [{ name, image }] })}\n`

describe('SARIF', () => {
  const validate = new Ajv({ allErrors: true, code: { optimize: false } }).compile(SARIF_SUBSET)
  const sarif = (scope: AuditSnapshot) => JSON.parse(rendered('sarif', scope))

  test('fits the standard, worst first, with exact regions', () => {
    const document = sarif(SCOPE)
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    const [run] = document.runs
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual([
      'error',
      'warning',
      'warning',
      'note',
    ])
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'deploy.yaml' },
      region: { startLine: 8, startColumn: 12, endLine: 8, endColumn: 22 },
    })
    expect(run.invocations[0].executionSuccessful).toBe(false)
  })

  test('a fingerprint stays when lines and tags change', () => {
    const prints = (yaml: string) =>
      sarif(scopeOf(yaml)).runs[0].results.map(
        (result: { partialFingerprints: object }) => result.partialFingerprints,
      )
    expect(prints(`# one\n# two\n${podWith('nginx:1.28.0')}`)).toEqual(prints(podWith('nginx:1.27.3')))
  })

  test('has at most 5,000 results', () => {
    const document = JSON.parse(renderedMany('sarif', 1300))
    expect(document.runs[0].results).toHaveLength(5000)
    expect(validate(document)).toBe(true)
  })

  test('stays valid whatever a file holds', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, image) => {
        const document = sarif(scopeOf(podOf(name, image)))
        expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})

test('JSON and YAML say the same, and fit the published schema', () => {
  for (const scope of [SCOPE, liveScope(YAML)]) {
    const document = JSON.parse(rendered('json', scope))
    expect(parse(rendered('yaml', scope))).toEqual(document)
    expect(schemaErrors(document)).toEqual([])
    expect(document.summary.findings).toMatchObject({ error: 1, info: 1 })
  }
})

test('JUnit has a case for each finding, a failure where the exit code says so, and no name twice', () => {
  const xml = rendered('junit', scopeOf(`${YAML}---\n${YAML}`, { unread: [...UNREAD] }))
  expect(xml).toContain('failures="2" errors="1"')
  const names = [...xml.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)].map(([all]) => all)
  expect(new Set(names).size).toBe(names.length)
  expect(rendered('junit', SCOPE, 'info')).toContain('failures="4"')
  expect(rendered('junit', scopeOf(podWith(`ghcr.io/a/b@sha256:${'a'.repeat(64)}`)))).toContain(
    'tests="1" failures="0"',
  )
})

test('GitHub gets the ten worst as annotations at their lines, and a word on the rest', () => {
  const out = rendered('github', scopeOf(`${YAML}---\n`.repeat(6)))
  const commands = out.split('\n').filter(line => line.startsWith('::'))
  expect(commands).toHaveLength(10)
  expect(commands[0]).toMatch(
    /^::error file=deploy\.yaml,line=8,endLine=8,col=12,endColumn=22,title=Invalid image name/,
  )
  expect(out).toContain('… and 14 more findings')
})

test('GitLab gets entries with a line and fingerprints of their own', () => {
  const entries = JSON.parse(rendered('gitlab', scopeOf(`${YAML}---\n${YAML}`, { unread: [...UNREAD] })))
  expect(entries).toHaveLength(9)
  expect(new Set(entries.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(9)
  expect(entries[0]).toMatchObject({
    check_name: 'invalid-reference',
    severity: 'major',
    location: { path: 'deploy.yaml', lines: { begin: 8 } },
  })
})

test('plain columns have one row a finding', () => {
  const rows = rendered('table', SCOPE).trimEnd().split('\n')
  expect(rows[0]).toMatch(/^SEVERITY +RULE +WHERE +NAMESPACE +WORKLOAD +CONTAINER +IMAGE$/)
  expect(rows).toHaveLength(5)
})

test('the text names each rule once, why it matters and what to do, and ends with the count', () => {
  const text = rendered('text', SCOPE)
  expect(text).toContain('Error: Invalid image name: 1 finding (invalid-reference)')
  expect(text).toContain('deploy.yaml:8:12')
  expect(text).toContain('Also noted: no-digest (1).')
  expect(text).toContain('x.yaml:3:1: this is not valid YAML or JSON')
  expect(text.trimEnd().split('\n').at(-1)).toBe('Next: pullguard audit -f deploy.yaml --diff')
})

test('no next command reads a pipe again', () => {
  const from = (path: string) => {
    const scope = scopeOf(YAML, { source: { type: 'file', files: [path] } })
    const workloads = scope.workloads.map(one => ({ ...one, source: one.source && { ...one.source, path } }))
    return rendered('text', { ...scope, workloads })
  }
  expect(from('k8s/a.yaml')).toContain('Next: pullguard audit -f k8s/a.yaml --diff')
  expect(from('/dev/fd/63')).not.toContain('Next:')
})

test('what could not be read in a cluster is described in the terms of an audit, once where it hides the same', () => {
  const gaps = ['deployments.apps', 'jobs.batch', 'pods'].map(what => ({
    what,
    namespace: 'web',
    why: 'forbidden' as const,
  }))
  const text = rendered('text', liveScope(YAML, { gaps }))
  expect(text).toContain('deployments.apps and jobs.batch in web: access denied; these workloads were not')
  expect(text).toContain(
    '→ ask for permission to get and list deployments.apps and jobs.batch (a Role in web)',
  )
  expect(text).not.toContain('failing pulls')
})

test('Markdown never outgrows a comment', () => {
  const text = renderedMany('markdown', 200)
  expect(text.length).toBeLessThanOrEqual(65_536)
  expect(text).toMatch(/… and [\d,]+ more findings/)
})

test('nothing in a file breaks out of any format', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, image) => {
      const scope = scopeOf(podOf(name, image), {
        unread: [{ path: name, problem: 'missing', line: null, column: null }],
      })
      const found = findings(scope)
      for (const format of AUDIT_FORMATS) {
        const out = rendered(format, scope, 'error', found)
        expect(out, format).not.toMatch(FORBIDDEN)
        const commands = out.split('\n').filter(line => WORKFLOW_COMMAND.test(line))
        const own = format === 'github' ? /^::(?:error|warning|notice) / : /^(?!)/
        expect(
          commands.filter(line => !own.test(line)),
          format,
        ).toEqual([])
      }
    }),
    { numRuns: 20 },
  )
})

test('every rule has words that end as sentences do, and examples that differ', () => {
  for (const { title, why, todo, example } of Object.values(RULE_WORDS)) {
    expect(title).not.toMatch(/\.$/)
    expect(why).toMatch(/[.)]$/)
    expect(todo).not.toMatch(/\.$/)
    if (example !== null) expect(example.before).not.toBe(example.after)
  }
})

describe('a pull secret', () => {
  const texts = (
    rule: 'unusable-pull-secret' | 'unmatched-pull-secret',
    content: Parameters<typeof secret>[1],
  ) => {
    const own = podWith('ghcr.io/acme/shop:1.4.2', undefined, 'imagePullSecrets: [{name: regcred}]')
    return only(liveScope(own, { pullSecrets: [secret('regcred', content)] }), rule).map(findingText)
  }

  test.each([
    ['wrong-type', 'Opaque', 'has the wrong type Opaque, so the kubelet ignores it'],
    ['malformed', 'ghcr.io', 'is malformed at ghcr.io, which fails every image of the pod'],
    ['creds-store-only', undefined, 'has no login, only the name of a credential helper'],
  ] as const)('that is %s is described as that of a pod', (problem, detail, text) => {
    const content = { problem, entries: [], ...(detail !== undefined && { detail }) }
    expect(texts('unusable-pull-secret', content)).toEqual([
      `The template names the pull secret regcred, but it ${text}.`,
    ])
  })

  test('whose key nearly fits says what is different', () => {
    const entries = [{ key: 'ghcr.io:443', username: 'mara', problem: null }]
    expect(texts('unmatched-pull-secret', { entries })).toEqual([
      'The pull secret regcred has a login for "ghcr.io:443", which the kubelet does not match with ghcr.io: it has a port that the image\'s name does not have.',
    ])
  })
})

test.each([
  [
    'k8s.gcr.io/pause:3.9',
    /^k8s\.gcr\.io\/pause is frozen and has moved \(since 2023-04-03, https:\S+; checked \S+\); it is published as registry\.k8s\.io\/pause:3\.9/,
  ],
  [
    'gcr.azk8s.cn/a/b:1.2.3',
    /^The registry gcr\.azk8s\.cn serves only addresses of Azure China now .*; the image is published as gcr\.io\/a\/b:1\.2\.3\.$/,
  ],
])(
  'of an image that moved, it says what became of the old place, and whom that still serves: %s',
  (image, text) => {
    const [found = ''] = only(scopeOf(podWith(image)), 'moved-image').map(findingText)
    expect(found).toMatch(text)
  },
)
