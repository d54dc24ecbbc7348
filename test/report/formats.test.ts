/** Output for scripts and CI systems: plain columns, names, JUnit, GitHub, GitLab, Markdown. */
import { describe, expect, test } from 'vitest'
import {
  type DiagnosisReportOptions,
  diagnosisNotes,
  renderDiagnosis,
} from '../../src/report/views/diagnosis.ts'
import type { Gap } from '../../src/snapshot/snapshot.ts'
import { diagnosis, finding, incident, privateImage, typo } from './samples.ts'

const GAPS: Gap[] = [{ what: 'secrets', namespace: 'web', why: 'forbidden' }]
const all = [...incident, privateImage({ workload: null })]
const options = (fields: Partial<DiagnosisReportOptions>): DiagnosisReportOptions => ({
  format: 'table',
  width: 80,
  color: false,
  terminal: false,
  invocation: { program: 'pullguard', flags: [], fromDump: false, everywhereExcept: [] },
  ...fields,
})
const render = (findings: typeof all, fields: Partial<DiagnosisReportOptions>, gaps: Gap[] = []) =>
  renderDiagnosis(diagnosis(findings, { gaps }), options(fields))

describe('in a pipe', () => {
  test('the table is plain columns that a script can split', () => {
    const rows = render(all, {})
      .trimEnd()
      .split('\n')
      .map(line => line.split(/ {2,}/))
    expect(rows).toEqual([
      ['NAMESPACE', 'POD', 'CONTAINER', 'CAUSE', 'IMAGE', 'AGE', 'WORKLOAD', 'CREDENTIAL'],
      [
        'kube-system',
        'calico-kube-controllers-5b9b456c66-r4j2v',
        'calico-kube-controllers',
        'rate-limited',
        'docker.io/calico/kube-controllers:v3.27.0',
        '5m',
        'deployment/calico-kube-controllers',
        'none',
      ],
      [
        'default',
        'fifthnginx-5d4f8c7b9d-x2x7k',
        'nginx',
        'rate-limited',
        'nginx',
        '12m',
        'deployment/fifthnginx',
        'none',
      ],
      [
        'default',
        'sixthnginx-6d4cf56db6-9xkzv',
        'nginx',
        'rate-limited',
        'nginx',
        '12m',
        'deployment/sixthnginx',
        'none',
      ],
      [
        'payments',
        'api-7c9d8-abcde',
        'api',
        'auth-required-or-denied',
        'ghcr.io/acme/api:v2',
        '12m',
        '<none>',
        'broken',
      ],
    ])
  })

  test('everything but rows goes to the notes: gaps, summary, next step', () => {
    const of = diagnosis([], { gaps: GAPS })
    expect(renderDiagnosis(of, options({}))).toBe('')
    expect(diagnosisNotes(of, options({}))).toContain('secrets in web: access denied')
    expect(diagnosisNotes(diagnosis(all), options({ format: 'name', terminal: true }))).toContain(
      'Next (helps 3 of 4 pods): pullguard fix',
    )
  })

  test.each(['table', 'json', 'yaml', 'junit', 'github', 'gitlab', 'markdown'] as const)(
    '%s has no notes because its output is complete',
    format => {
      expect(
        diagnosisNotes(diagnosis(all, { gaps: GAPS }), options({ format, terminal: format === 'table' })),
      ).toBe('')
    },
  )

  test('wide adds columns at the end and keeps the evidence whole', () => {
    const [header = '', row = ''] = render([finding()], { format: 'wide' }).split('\n')
    expect(header).toMatch(
      /^NAMESPACE .* CREDENTIAL +SUBCAUSE +KIND +NODE +REASON +REFERENCE +REMEDIES +EVIDENCE$/,
    )
    expect(row).toContain('https://www.docker.com/increase-rate-limit')
  })
})

test('names are NAMESPACE/POD, each pod once, as `why` accepts them', () => {
  const twice = [finding(), finding({ container: 'other' }), privateImage()]
  expect(render(twice, { format: 'name' })).toBe(
    'default/fifthnginx-5d4f8c7b9d-x2x7k\npayments/api-7c9d8-abcde\n',
  )
})

test('JSON has the documented shape, with a command for each remedy and without sort keys', () => {
  const document = JSON.parse(
    render(
      [finding()],
      {
        format: 'json',
        invocation: { program: 'kubectl pullguard', flags: [], fromDump: false, everywhereExcept: [] },
      },
      GAPS,
    ),
  )
  expect(document).toMatchObject({
    apiVersion: 'pullguard.dev/v1',
    kind: 'Diagnosis',
    complete: false,
    gaps: GAPS,
  })
  expect(document.findings[0]).not.toHaveProperty('priority')
  expect(document.findings[0].remedies).toEqual([
    { remedy: 'authenticate', command: 'kubectl pullguard fix -n default' },
    { remedy: 'pin', command: 'kubectl pullguard fix -n default --pin --no-authenticate' },
    {
      remedy: 'replace-registry',
      command:
        'kubectl pullguard fix -n default --replace-registry docker.io=public.ecr.aws/docker --no-authenticate',
    },
  ])
})

test('YAML quotes what older parsers would read as a date', () => {
  expect(render([], { format: 'yaml' })).toContain('takenAt: "2026-11-24T10:00:00Z"')
})

describe('JUnit', () => {
  test('has a failure for each failing container of a workload, and an error for each gap', () => {
    const xml = render(all, { format: 'junit' }, GAPS)
    expect(xml).toContain('<testsuites name="pullguard" tests="5" failures="4" errors="1" time="0">')
    expect(xml.match(/<failure type="rate-limited" message="Docker Hub&apos;s limit/g)).toHaveLength(3)
    expect(xml).toContain('<error type="forbidden" message="secrets in web: access denied')
    expect(xml).toContain('To do: ask for permission to get and list secrets (a Role in web)</error>')
  })

  test('repeats the message of a failure in its text, because some readers show only the text', () => {
    const [, message, text] = /message="([^"]*)">([^<]*)</.exec(render(all, { format: 'junit' })) ?? []
    expect(message).toBe('Docker Hub&apos;s limit for anonymous pulls is used up')
    expect(text?.startsWith(`${message}\nPods: calico-kube-controllers-5b9b456c66-r4j2v\nEvidence: `)).toBe(
      true,
    )
  })

  test('has stable names when pods are replaced', () => {
    const nameOf = (...pods: string[]) =>
      [
        ...render(
          pods.map(pod => finding({ pod })),
          { format: 'junit' },
        ).matchAll(/<testcase ([^>]*)>/g),
      ].map(([, name]) => name)
    expect(nameOf('a', 'b')).toEqual([
      'classname="default.deployment/fifthnginx" name="nginx: nginx" time="0"',
    ])
    expect(nameOf('c')).toEqual(nameOf('a', 'b'))
  })

  test('has one passing case if nothing fails, with the same name in every run', () => {
    const xml = render([], { format: 'junit' })
    expect(xml).toContain('tests="1" failures="0" errors="0"')
    expect(xml).toContain(
      '<testcase classname="pulls" name="no image pull fails" time="0"><system-out>No image pulls are failing in all namespaces of prod (50,000 pods checked).</system-out>',
    )
  })

  test('passes findings below --fail-on, like the exit code', () => {
    const throttled = finding({ cause: 'kubelet-qps', subcause: null, severity: 'warning' })
    expect(render([throttled], { format: 'junit' })).toContain('failures="0"')
    expect(render([throttled], { format: 'junit', failOn: 'warning' })).toContain('failures="1"')
    expect(render(all, { format: 'junit', failOn: 'never' })).toContain('failures="0"')
  })
})

describe('GitHub', () => {
  test('gets one annotation for each cause and image, then the summary', () => {
    const lines = render(all, { format: 'github' }, GAPS).trimEnd().split('\n')
    expect(lines.map(line => line.replace(/::[^:]*$/, '').slice(0, 60))).toHaveLength(5)
    expect(lines[1]).toMatch(
      /^::error title=Docker Hub's limit for anonymous pulls is used up::nginx: 2 pods of default\/deployment\/fifthnginx and default\/deployment\/sixthnginx%0AFailed to pull .*%0ANext: pullguard fix -n default$/,
    )
    expect(lines[3]).toMatch(/^::warning title=Not everything could be read::secrets in web/)
    expect(lines[4]).toMatch(
      /^4 of 50,000 pods in all namespaces of prod can't pull their images: .* Next \(helps 3 of 4 pods\): pullguard fix --all-namespaces --affected$/,
    )
  })

  test('gets one annotation for each cause if there are more images than GitHub shows', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      finding({ image: `img-${index}`, pod: `p-${index}` }),
    )
    const lines = render([...many, typo()], { format: 'github' })
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain(
      '::img-0, img-1, img-2, img-3, img-4, and 7 more: 12 pods of default/deployment/fifthnginx%0A',
    )
    expect(lines[1]).toContain('::error title=registry.example%3A5000 has no image with this name and tag::')
  })

  test('gets a notice if nothing fails', () => {
    expect(render([], { format: 'github' })).toBe(
      '::notice title=pullguard::No image pulls are failing in all namespaces of prod (50,000 pods checked).\n',
    )
  })
})

describe('GitLab', () => {
  const entries = (findings: typeof all) => JSON.parse(render(findings, { format: 'gitlab' }))

  test('gets one entry for each container of a workload, whose fingerprint does not depend on pod names', () => {
    const [before] = entries([finding(), finding({ pod: 'fifthnginx-other' })])
    const [after, ...others] = entries([finding({ pod: 'fifthnginx-new', since: null })])
    expect(others).toEqual([])
    expect(before).toMatchObject({
      check_name: 'rate-limited',
      severity: 'major',
      location: { path: 'default/deployment/fifthnginx', lines: { begin: 1 } },
    })
    expect(before.description).toContain('in container nginx of 2 pods')
    expect(after.fingerprint).toBe(before.fingerprint)
  })

  test('gives different findings different fingerprints', () => {
    const prints = entries([...all, typo(), finding({ container: 'b' })]).map(
      (entry: { fingerprint: string }) => entry.fingerprint,
    )
    expect(new Set(prints).size).toBe(6)
  })

  test('gets an empty report if nothing fails', () => {
    expect(entries([])).toEqual([])
  })
})

test('Markdown starts with the summary, lists workloads in a table and folds the evidence', () => {
  expect(render([privateImage()], { format: 'markdown' }, GAPS)).toMatchInlineSnapshot(`
    "### pullguard: 1 of 50,000 pods in all namespaces of prod can't pull its images: access denied by ghcr.io.

    | Cause | Image | Workload | Pods | Age |
    | --- | --- | --- | ---: | ---: |
    | auth-required-or-denied | \`ghcr.io/acme/api:v2\` | \`payments/statefulset/api\` | 1 | 12m |

    **ghcr.io refused the pull, and the pod's pull secret can't be used** (1 pod)

    The pods name a pull secret, but the kubelet finds no usable login in it for this image.

    - Recreate secret regcred with the type kubernetes.io/dockerconfigjson, for example with \`kubectl create secret docker-registry\` and --docker-server=ghcr.io, or correct it where it is created: it has the wrong type Opaque, so the kubelet ignores it
    - Run \`docker login ghcr.io\` with an account that can pull the image; the password is a personal access token (classic) with read:packages, authorized for the organization if that enforces single sign-on (SSO). Then distribute that login: \`pullguard fix -n payments\`
    - See what the kubelet reads in each pull secret: \`pullguard why payments/api-7c9d8-abcde\`
    - Check the name ghcr.io/acme/api:v2 for a typo, and whether the repository was renamed or removed: for a name that does not exist, ghcr.io gives the same answer as for a private image
    - Credential: secret payments/regcred has the wrong type Opaque, so the kubelet ignores it
    - More: \`pullguard explain auth-required-or-denied\`

    <details><summary>Evidence</summary>

    \`Back-off pulling image "ghcr.io/acme/api:v2": ErrImagePull: failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized\`

    </details>

    **Not everything could be read**

    - secrets in web: access denied; whether those pulls had a login is unknown → ask for permission to get and list secrets (a Role in web)
    "
  `)
})

test.each([1, 2500])('Markdown stays short enough for a comment, with names %i times as long', times => {
  const many = Array.from({ length: 60 }, (_, index) =>
    finding({
      image: 'a|'.repeat(times),
      registry: `r${index % 15}.example`,
      workload: { kind: 'Deployment', name: `worker-${index}` },
      evidence: { from: 'event', text: '|'.repeat(3000) },
    }),
  )
  const text = render(many, { format: 'markdown' })
  expect(text.length).toBeLessThanOrEqual(65_536)
  expect(text).toMatch(/… and [\d,]+ more rows/)
  expect(text).toMatch(/… and \d+ more causes/)
})
