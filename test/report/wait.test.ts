/** A wait in text and in every format: what ended it, what is still open, and nothing that a runner would execute. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { WAIT_FORMATS, type WaitFormat } from '../../src/report/formats.ts'
import { renderWait } from '../../src/report/views/wait.ts'
import { changeLine, heartbeatLine } from '../../src/report/views/wait-progress.ts'
import type { WaitReport } from '../../src/report/words/wait/wait.ts'
import type { WaitOutcome } from '../../src/waiting/goal.ts'
import type { EndCode, SubjectState, Trouble, WaitCode } from '../../src/waiting/subject-state.ts'
import { FORBIDDEN, hostile, WORKFLOW_COMMAND } from './hostile-text.ts'
import { schemaErrors } from './published-schema.ts'
import { diagnosis, finding, HERE as invocation, privateImage, typo } from './samples.ts'

const NOW = Date.parse('2026-11-24T10:10:00Z')

const trouble = (fields: Partial<Trouble> = {}): Trouble => ({
  ...{ finding: typo(), pods: ['shop-1'], well: 0, nodes: ['node-1'], since: NOW - 45_000, attempts: 3 },
  until: NOW,
  isChosen: false,
  ...fields,
})

function state(fields: Partial<SubjectState> = {}): SubjectState {
  return {
    ...{ subject: { kind: 'Deployment', namespace: 'web', name: 'shop' }, status: 'done', code: 'ready' },
    ...{ obstacle: null, counts: { wanted: 3, pulled: 3, ready: 3 }, revision: 'r', superseded: 0 },
    ...{ troubles: [], failures: [], pulling: [], memory: new Map(), goneSince: null, seen: true },
    ...fields,
  }
}

const failed = (): SubjectState =>
  state({
    ...{
      status: 'failed',
      code: 'image',
      troubles: [trouble()],
      subject: { kind: 'Deployment', namespace: 'web', name: 'api' },
    },
    failures: [{ podUid: 'u', finding: typo(), since: NOW - 45_000, attempts: 3 }],
  })

function report(outcome: WaitOutcome, states: SubjectState[], fields: Partial<WaitReport> = {}): WaitReport {
  const findings = states.some(({ status }) => status === 'failed') ? [typo()] : []
  return {
    ...{
      outcome,
      goal: 'ready',
      waited: 46_000,
      timeout: 600_000,
      states,
      now: NOW,
      isOutdated: false,
      unfollowed: [],
    },
    diagnosis: diagnosis(findings, { takenAt: new Date(NOW).toISOString() }),
    ...fields,
  }
}

const render = (of: WaitReport, format: WaitFormat = 'table', terminal = true) =>
  renderWait(of, { format, width: 100, color: false, terminal, invocation })
const lastLines = (text: string) => text.trimEnd().split('\n').slice(-3)

const ENDS: Record<EndCode, SubjectState['status']> = {
  ready: 'done',
  pulled: 'done',
  started: 'done',
  completed: 'done',
  'none-wanted': 'done',
  suspended: 'done',
  'no-job': 'done',
  image: 'failed',
  deleted: 'unknown',
  paused: 'unknown',
  'on-delete': 'unknown',
  ended: 'unknown',
  unreadable: 'unknown',
}
const WAITS: Record<WaitCode, true> = {
  absent: true,
  unobserved: true,
  pull: true,
  pulling: true,
  refused: true,
  'not-ended': true,
  'not-made': true,
  unscheduled: true,
  initializing: true,
  starting: true,
  crashing: true,
  'not-ready': true,
  'old-pods': true,
  blocked: true,
  controller: true,
}
const everyState = [
  ...Object.entries(ENDS).map(([code, status]) => state({ code: code as EndCode, status })),
  ...Object.keys(WAITS).map(code =>
    state({
      code: code as WaitCode,
      status: 'waiting',
      obstacle: { pod: 'shop-1', container: 'app', reason: 'Why', message: 'so' },
    }),
  ),
]

describe('the verdict', () => {
  test('of a wait that is done is one line', () => {
    expect(render(report('done', [state()]))).toBe('deployment/shop: 3 pods ready after 46s.\n')
  })

  test('of one that failed has the cause, what to do, and in the last line what to do next', () => {
    const text = render(report('failed', [state(), failed()]))
    expect(text).toContain(
      "deployment/api   failed  can't pull registry.example:5000/shop:1.27.O (image-not-found) for 45s",
    )
    expect(text).toContain('what to do')
    expect(lastLines(text)[0]).toContain(
      "deployment/api can't pull its images, and waiting won't help. Stopped after 46s.",
    )
    expect(lastLines(text)[1]).toContain('Next:')
  })

  test('of one that several failed pulls have ended leads to the one that ended it', () => {
    const refused = privateImage()
    const text = render(report('failed', [failed()], { diagnosis: diagnosis([typo(), refused]) }))
    expect(lastLines(text).join(' ')).toContain('Check the name and the tag')
    const other = render(report('failed', [failed()], { diagnosis: diagnosis([refused, typo()]) }))
    expect(lastLines(other).join(' ')).not.toContain('Check the name and the tag')
  })

  test('of a limit that --patience does not wait for does not say that waiting is useless', () => {
    const limited = trouble({ finding: { ...typo(), cause: 'rate-limited' }, isChosen: true })
    expect(render(report('failed', [{ ...failed(), troubles: [limited] }]))).toContain(
      "deployment/api can't pull its images, and --patience allows no more waiting. Stopped after 46s.",
    )
  })

  test('of a workload that makes no pods says that there is nothing to wait for', () => {
    expect(render(report('done', [state({ code: 'no-job' })]))).toBe(
      'deployment/shop: has not created a Job yet; its schedule decides when it does. Nothing to wait for.\n',
    )
  })

  test('of one whose time is up says what it waited for', () => {
    const waiting = state({ status: 'waiting', code: 'starting', counts: { wanted: 3, pulled: 1, ready: 1 } })
    const text = render(report('timeout', [waiting]))
    expect(text).toContain('deployment/shop  waiting  1 of 3 pods ready: starting')
    expect(lastLines(text).at(-1)).toBe(
      'Timed out after 46s waiting for deployment/shop. Next: kubectl -n web describe deployment/shop',
    )
  })

  test('of one that lost contact with the API server says so', () => {
    const lost = report('timeout', [state({ status: 'waiting', code: 'absent' })], { isOutdated: true })
    const text = render(lost, 'table', false)
    expect(text).toContain('The API server could not be reached at the end, so this may be outdated.')
  })

  test('of one with a Rollout in its manifests says that its pods are not known, in JUnit as an error', () => {
    const done = report('unknown', [state({ status: 'done', code: 'ready' })], { unfollowed: ['Rollout'] })
    const sentence =
      "because the manifests don't tell which pods these make: Rollout (name or select them as well)"
    expect(render(done, 'table', false)).toContain(sentence)
    const junit = render(done, 'junit')
    expect(junit).toContain('tests="2" failures="0" errors="1"')
    expect(junit).toContain('these make: Rollout')
    expect(render(done, 'github')).toMatch(/^::error title=pullguard::Can't tell .*\nCan't tell .*\n$/)
  })

  test('of one that only looked once names no time', () => {
    const waiting = state({ status: 'waiting', code: 'starting' })
    expect(lastLines(render(report('timeout', [waiting], { timeout: 0 }))).at(-1)).toBe(
      'Not done yet: deployment/shop. Next: kubectl -n web describe deployment/shop',
    )
  })

  test('says what it could not read in the terms of a wait', () => {
    const gaps = [
      { what: 'deployments.apps', namespace: 'web', why: 'forbidden' as const },
      { what: 'replicasets.apps', namespace: 'web', why: 'forbidden' as const },
    ]
    const unknown = report('unknown', [state({ status: 'unknown', code: 'unreadable' })])
    const blind = { ...unknown, diagnosis: { ...unknown.diagnosis, gaps } }
    for (const format of ['table', 'github', 'gitlab', 'markdown'] as const) {
      const text = render(blind, format, false)
      expect(text).toContain('whether these workloads are ready is unknown')
      expect(text).toContain("which pods belong to a Deployment's newest revision is unknown")
      expect(text).not.toContain('topmost owner')
    }
  })

  test('names the namespaces where there are several', () => {
    const other = state({ subject: { kind: 'Job', namespace: 'blog', name: 'migrate' } })
    expect(render(report('unknown', [state(), { ...other, status: 'unknown', code: 'deleted' }]))).toContain(
      'blog/job/migrate',
    )
  })

  test('speaks of one pod where there is one', () => {
    const one = state({ status: 'unknown', code: 'on-delete', counts: { wanted: 1, pulled: 1, ready: 1 } })
    expect(render(report('unknown', [one]), 'table', false)).toContain(
      'its pod runs an older template until the pod is deleted',
    )
  })

  test('names one node of many and how many pods are well', () => {
    const states = [{ ...failed(), troubles: [trouble({ well: 499 })] }]
    expect(render(report('failed', states), 'table', false)).toContain(
      'on node node-1, while 499 other pods have all images',
    )
  })
})

describe('without an image problem, what to do next', () => {
  const obstacle = { pod: 'shop-1', container: 'app', reason: 'CrashLoopBackOff', message: '' }
  const next = (fields: Partial<SubjectState>, outcome: WaitOutcome = 'timeout') => {
    const open = report(outcome, [state(), state({ status: 'waiting', ...fields })])
    const flags = ['--context', 'prod']
    return renderWait(open, {
      ...{ format: 'table', width: 200, color: false, terminal: false },
      invocation: { ...invocation, flags },
    })
      .trimEnd()
      .split(' Next: ')[1]
  }

  test.each<[string, Partial<SubjectState>, string]>([
    ['a crash', { code: 'crashing', obstacle }, 'logs shop-1 -c app'],
    [
      'a missing config map',
      { code: 'crashing', obstacle: { ...obstacle, reason: 'CreateContainerConfigError' } },
      'describe pod shop-1',
    ],
    [
      'too little memory',
      { code: 'crashing', obstacle: { ...obstacle, reason: 'OOMKilled' } },
      'describe pod shop-1',
    ],
    ['no node', { code: 'unscheduled', obstacle: { ...obstacle, container: null } }, 'describe pod shop-1'],
    [
      'a failing probe',
      { code: 'not-ready', obstacle: { ...obstacle, container: null } },
      'describe pod shop-1',
    ],
    ['a refusal', { code: 'refused' }, 'get events --field-selector reason=FailedCreate'],
    ['a typing error', { code: 'absent', seen: false }, 'get deployment'],
    ['a pod that stays', { code: 'not-ended', obstacle }, 'get pod shop-1 -o yaml'],
    ['a pod in the way', { code: 'blocked', obstacle, troubles: [trouble()] }, 'delete pod shop-1'],
    ['a pause', { code: 'paused', status: 'unknown' }, 'rollout resume deployment/shop'],
    ['old templates', { code: 'on-delete', status: 'unknown' }, 'get pods -L controller-revision-hash'],
    ['a missing right', { code: 'unreadable', status: 'unknown' }, 'auth can-i --list'],
  ])('about %s is a command for the same cluster', (_name, fields, rest) => {
    expect(next(fields)).toBe(`kubectl --context prod -n web ${rest}`)
  })

  test('is about what nothing is known of before what is only slow', () => {
    const slow = state({ status: 'waiting', code: 'starting' })
    const text = render(report('unknown', [slow, state({ status: 'unknown', code: 'deleted' })]))
    expect(text).toContain('kubectl -n web get deployment')
  })

  test('is about a deletion and not about the pulls that failed before it', () => {
    const deleted = state({ status: 'unknown', code: 'deleted', troubles: [trouble()] })
    const text = render(report('unknown', [deleted], { diagnosis: diagnosis([typo()]) }))
    expect(text).toContain('Error: ')
    expect(text.trimEnd().split('\n').at(-1)).toContain('kubectl -n web get deployment')
  })

  test('where labels select nothing shows the labels that there are', () => {
    const nobody = report('timeout', [], {
      diagnosis: diagnosis([], { scope: { namespaces: ['web'], labelSelector: null } }),
    })
    expect(render(nobody, 'table', false)).toMatch(/Next: kubectl -n web get deployments,.* --show-labels\n$/)
  })

  test('is in every format', () => {
    const open = report('timeout', [state({ status: 'waiting', code: 'crashing', obstacle })])
    for (const format of WAIT_FORMATS)
      expect(render(open, format, false)).toContain('kubectl -n web logs shop-1 -c app')
  })
})

describe('each format', () => {
  test('JSON and YAML of everything that can be waited for fit the schema, however a wait ends', () => {
    const all = report('timeout', [...everyState, failed()])
    expect(schemaErrors(JSON.parse(render(all, 'json')))).toEqual([])
    expect(schemaErrors(parse(render(all, 'yaml')))).toEqual([])
    for (const outcome of ['done', 'failed', 'unknown'] as const)
      expect(schemaErrors(JSON.parse(render(report(outcome, [failed()]), 'json')))).toEqual([])
  })

  test('JUnit has a case for each workload: passed, failed, in error, or skipped', () => {
    const open = state({
      status: 'waiting',
      code: 'starting',
      subject: { kind: 'Job', namespace: 'web', name: 'late' },
    })
    const xml = render(report('failed', [state(), failed(), open]), 'junit')
    expect(xml).toContain('tests="3" failures="1" errors="0"')
    expect(xml).toMatch(/name="deployment\/api"[^>]*><failure type="image-not-found"/)
    expect(xml).toMatch(/name="job\/late"[^>]*><skipped\/>/)
    expect(render(report('timeout', [open]), 'junit')).toContain('<error type="starting"')
  })

  test('GitHub gets an annotation for what failed, and one for what was still open', () => {
    const open = state({ status: 'waiting', code: 'not-ready' })
    expect(render(report('failed', [failed()]), 'github')).toMatch(/^::error title=/)
    expect(render(report('timeout', [open]), 'github')).toMatch(
      /^::error title=Not ready%3A deployment\/shop::/,
    )
    expect(render(report('done', [state()]), 'github')).toMatch(/^::notice title=pullguard::/)
  })

  test('GitLab gets an entry for each, with a path that stays', () => {
    const open = state({ status: 'waiting', code: 'not-ready' })
    const entries = JSON.parse(render(report('timeout', [open, failed()]), 'gitlab'))
    expect(entries.map(({ location }: { location: { path: string } }) => location.path)).toContain(
      'web/deployment/shop',
    )
    expect(JSON.parse(render(report('done', [state()]), 'gitlab'))).toEqual([])
  })

  test('Markdown begins with the sentence and lists failed workloads first', () => {
    const text = render(report('failed', [state(), failed()]), 'markdown')
    expect(text.startsWith('### pullguard: ')).toBe(true)
    expect(text.indexOf('web/deployment/api')).toBeLessThan(text.indexOf('web/deployment/shop'))
  })

  test('shows hostile text and obeys none of it', () => {
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 4, maxLength: 4 }),
        ([name = '', image = '', message = '', node = '']) => {
          const of = typo({ image, namespace: name, node })
          const states = everyState.map(one => ({
            ...one,
            subject: { ...one.subject, name, namespace: node },
            obstacle: { pod: name, container: name, reason: message, message },
            troubles: one.code === 'image' ? [trouble({ finding: of, nodes: [node] })] : [],
          }))
          const all = report('timeout', states, { diagnosis: diagnosis([of]) })
          expect(JSON.parse(render(all, 'json', false)).workloads[0].name).toBe(name)
          for (const format of WAIT_FORMATS) {
            const text = render(all, format, false)
            expect(text, format).not.toMatch(FORBIDDEN)
            if (format !== 'github')
              for (const line of text.split('\n')) expect(line, format).not.toMatch(WORKFLOW_COMMAND)
          }
        },
      ),
      { numRuns: 10 },
    )
  })
})

describe('while it waits', () => {
  const moment = { now: NOW, left: 300_000, several: false, invocation, advise: () => typo() }
  const news = (one: Trouble, left = moment.left) =>
    changeLine({ code: 'trouble', trouble: one }, failed(), { ...moment, left })

  test('a trouble says how long it is waited for, and what would help', () => {
    expect(news(trouble({ until: NOW + 20_000 }))).toMatch(
      /\(image-not-found\) for 45s; waiting 20s more before giving up\. Next: /,
    )
    expect(news(trouble({ until: null }))).toContain('may recover by itself')
  })

  test('nothing is waited for beyond the timeout', () => {
    expect(news(trouble({ until: NOW + 20_000 }), 5000)).toContain('waiting 5s more before giving up')
    for (const until of [NOW + 20_000, null])
      expect(news(trouble({ until }), 0)).toMatch(/for 45s; the time is up\. Next: /)
    expect(news(trouble({ until: NOW }), 0)).toContain("waiting won't help")
  })

  test('a limit whose window is longer than the time left is reported as such', () => {
    const limited = finding({ cause: 'rate-limited', registry: 'docker.io' })
    expect(news(trouble({ finding: limited, until: null }))).toContain(
      "Docker Hub's limit covers 6 hours, and this wait ends in 5m",
    )
  })

  test('a sign of life counts what is settled', () => {
    expect(heartbeatLine([state(), state({ status: 'waiting', code: 'absent', seen: false })], moment)).toBe(
      'Still waiting, 5m left: 1 of 2 workloads finished · deployment/shop: does not exist in namespace web yet\n',
    )
  })
})
