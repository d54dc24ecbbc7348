/** The screen before the user confirms a plan. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Plan } from '../../src/plan/plan.ts'
import type { PlanFormat } from '../../src/report/formats.ts'
import { type PlanReportContext, renderPlan } from '../../src/report/views/plan.ts'
import {
  attach,
  createSecret,
  everyDeclined,
  incidentPlan,
  plan,
  recreate,
  template,
} from './plan-samples.ts'
import { ON_SCREEN, typo } from './samples.ts'

const APPLY: PlanReportContext = { findings: [], gaps: [], mode: { code: 'apply' } }
const show = (of: Plan, news: Partial<PlanReportContext> = {}, format: PlanFormat = 'table', width = 80) =>
  renderPlan(of, { ...APPLY, ...news }, { ...ON_SCREEN, format, width })
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

describe('a plan on a terminal', () => {
  test('shows what is written, why, with which login, and last the totals', () => {
    expect(show(incidentPlan)).toMatchInlineSnapshot(`
      "Plan for prod (https://prod.example), every namespace

      Create secret dockercreds in 2 namespaces
        why         pods there can pull from Docker Hub with a login
        login       bob for Docker Hub, from file ~/.docker/config.json
        namespaces  default and kube-system

      Add pull secret dockercreds to service account default in 2 namespaces
        why         new pods use this service account by default and get its pull
                    secrets; existing entries keep their order
        namespaces  default and kube-system

      Recreate 2 stuck pods
        why         pull secrets are added only when a pod is created; its controller
                    will create a replacement
          default      deployment/fifthnginx               1 pod
          kube-system  deployment/calico-kube-controllers  1 pod

      Anyone who can read Secrets or create pods in default and kube-system will be
      able to read and use the login of bob for Docker Hub (from file
      ~/.docker/config.json). An access token with read-only permission is safer:
      https://app.docker.com/settings/personal-access-tokens.

      6 changes in 2 namespaces: 2 secrets, 2 service accounts, 2 pods; at most 2
      Docker Hub pulls.
      "
    `)
  })

  test('says which logins of others it replaces, because no undo restores them', () => {
    const replaces = [
      { key: 'docker.io', username: 'bob\x1b[31m' },
      { key: 'quay.io', username: null },
    ]
    const change = { ...createSecret('web'), action: 'update-secret' as const, ours: false, replaces }
    expect(show(plan([change])).replace(/\s+/g, ' ')).toContain(
      "replaces the login of bob\\u001b[31m under docker.io and the unreadable entry quay.io in web; undo can't restore them",
    )
  })

  test('for some workloads only names them, and what else gets the login', () => {
    const scope = {
      namespaces: ['web'],
      affected: false,
      excluded: [],
      subjects: [
        { kind: 'Deployment', namespace: 'web', name: 'shop', named: [{ kind: 'Pod', name: 'shop-1' }] },
      ],
    } as const
    const sharedWith = ['deployment/cart', 'pod/bare']
    const changes = [
      { ...createSecret('web'), action: 'update-secret' as const, ours: true },
      attach('web', 'default', { sharedWith }),
      attach('web', 'robot', { sharedWith: [] }),
      attach('web', 'runner', { sharedWith: null }),
    ]
    const text = show(plan(changes, { scope: scope as never })).replace(/\s+/g, ' ')
    expect(text).toContain('deployment shop of namespace web (to which pod shop-1 belongs)')
    expect(text).toContain(
      'Service account default of namespace web is also used by deployment/cart and pod/bare: pods created for them will get pull secret dockercreds too. Other pods in web that run as service account runner will get pull secret dockercreds too when they are created. Other pods in web that use pull secret dockercreds will pull with this login too.',
    )
    expect(text).not.toContain('robot of namespace')
  })

  test.each<[Partial<Plan['scope']>, number, string]>([
    [{}, 0, 'No image pulls are failing. Nothing to fix.'],
    [
      { selector: 'app=shop' },
      3,
      'No image pulls are failing for pods with app=shop in namespace web. Nothing to fix.',
    ],
    [{ selector: 'app=shop' }, 0, 'There are no pods with app=shop in namespace web. Nothing to fix.'],
    [
      { subjects: [{ kind: 'StatefulSet', namespace: 'web', name: 'db' }] },
      2,
      'No image pulls are failing in statefulset db of namespace web. Nothing to fix.',
    ],
  ])('without a failing pull says where it looked: %j with %i pods', (scope, pods, sentence) => {
    const healthy = plan([], { scope: { namespaces: ['web'], affected: false, excluded: [], ...scope } })
    expect(show(healthy, { pods }).replace(/\s+/g, ' ')).toContain(sentence)
  })

  test('shows a template as a diff', () => {
    expect(show(plan([template()]))).toMatchInlineSnapshot(`
      "Plan for prod (https://prod.example), every namespace

      Change the template of deployment/shop in web
        why         tags can move between starts; a digest always names the same image
        effect      a rollout replaces its pods, including 1 stuck pod
            container shop:
          -   image: nginx
          +   image: nginx@sha256:abababababababababababababababababababababababababababababababab

      1 change in 1 namespace: 1 template; at most 1 Docker Hub pull.
      "
    `)
  })

  test("warns that a StatefulSet's rolling update also replaces running pods, and only for StatefulSets", () => {
    const planText = (kind: string) =>
      show(plan([template({ target: { ...template().target, kind }, rollsOut: false })]))
    expect(planText('StatefulSet')).toContain('including running ones')
    expect(planText('StatefulSet')).not.toContain('stay unchanged')
    expect(planText('ReplicaSet')).toContain('running pods stay unchanged')
  })

  test("prints the patch of a managed object in its owner's terms", () => {
    const [managed] = everyDeclined
    const text = show(plan([], { declined: managed ? [managed] : [] }))
    expect(text).toContain('Helm release shop')
    expect(text).toContain('helm -n web get values shop --all')
    expect(text).toContain('- name: dockercreds')
    const elsewhere = (...flags: string[]) =>
      renderPlan(plan([], { declined: managed ? [managed] : [] }), APPLY, {
        ...{ format: 'table', width: 120, color: false, terminal: true },
        invocation: { program: 'pullguard', flags, fromDump: false },
      })
    expect(elsewhere('--context', 'prod', '--as', 'me')).toContain(
      'helm --kube-context prod --kube-as-user me -n web get values shop --all',
    )
    // Without a flag for it, Helm could show another cluster's release.
    expect(elsewhere('--cluster', 'prod')).not.toContain('helm ')
  })

  test('explains everything it leaves unchanged and says what to do about it', () => {
    const text = show(plan([], { declined: everyDeclined }))
    expect(text).not.toContain('undefined')
    expect(text.match(/what to do/g)).toHaveLength(everyDeclined.length - 1)
  })

  test('explains findings without a remedy in the words of their cause', () => {
    const found = typo()
    const { cause, container, image } = found
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: found.namespace, name: found.pod, uid: null }
    const declined = [{ code: 'no-remedy' as const, cause, target: pod, container, image }]
    const text = show(plan([], { declined }), { findings: [found] })
    expect(text).toContain('remedy')
    expect(text).not.toContain("that pullguard can't fix (image-not-found)")
    const unneeded = { code: 'no-credential', registry: 'docker.io', detail: null, findings: 0 } as const
    const also = show(plan([], { declined: [unneeded, ...declined] }), { findings: [found] })
    expect(also).toContain('no failing pull needs it now')
    expect(lastLine(also)).not.toContain('docker login')
  })

  test('that is empty says that nothing is written', () => {
    expect(lastLine(show(plan([])))).toBe('No image pulls are failing. Nothing to fix.')
  })

  test('after a dry run says that nothing was written and what the next command is', () => {
    const text = show(incidentPlan, { mode: { code: 'dry-run' } })
    expect(text).toContain('Nothing was written')
    expect(text).toMatch(/run the same command\s+without --dry-run/)
  })

  test('that was saved ends in the command that applies it', () => {
    const mode = { code: 'saved', file: 'p.json', command: 'pullguard fix --apply p.json' } as const
    expect(lastLine(show(incidentPlan, { mode }))).toBe('Next: pullguard fix --apply p.json')
  })

  test.each([40, 80, 120])('fits into %i columns', width => {
    const everything = plan([...incidentPlan.changes, template(), attach('web', 'shop')], {
      declined: everyDeclined,
    })
    const wide = show(everything, {}, 'table', width)
      .split('\n')
      .filter(line => stringWidth(line) > width)
    // One long word stays whole; YAML for pasting is not broken either.
    expect(wide.filter(line => !/sha256|^ {6}|^ *\S+$/.test(line))).toEqual([])
  })

  test('for five hundred namespaces fits on a screen or two', () => {
    const many = Array.from({ length: 500 }, (_, index) => `team-${index}`)
    const large = plan(many.flatMap(name => [createSecret(name), attach(name), recreate(name, 'shop')]))
    expect(show(large).split('\n').length).toBeLessThan(50)
    expect(lastLine(show(large, {}, 'table', 200))).toContain('500 secrets, 500 service accounts, 500 pods')
  })
})

describe('a plan as a patch', () => {
  const text = show(plan([...incidentPlan.changes, template()], { declined: everyDeclined }), {}, 'patch')

  test('is YAML with one object for each change that belongs in Git, managed objects included', () => {
    const objects = parseAllDocuments(text).map(document => document.toJS())
    const kinds = objects.flatMap(object => (object === null ? [] : [object.kind]))
    expect(kinds).toEqual([
      'Secret',
      'Secret',
      'ServiceAccount',
      'ServiceAccount',
      'Deployment',
      'ServiceAccount',
    ])
    expect(objects.find(object => object?.kind === 'ServiceAccount')?.imagePullSecrets).toEqual([
      { name: 'regcred' },
      { name: 'dockercreds' },
    ])
  })

  test('shows the kubectl command of each change', () => {
    expect(text).toContain('# kubectl -n default patch serviceaccount/default --type=json -p ')
    expect(text).toContain('# kubectl -n kube-system delete pod calico-kube-controllers-x2x7k')
  })

  test('has commands for the cluster of the run only', () => {
    const invocation = { program: 'pullguard', flags: ['--context', 'prod'], fromDump: false }
    const options = { format: 'patch', width: 80, color: false, terminal: true, invocation } as const
    const changes = [...incidentPlan.changes, template()]
    const lines = renderPlan(plan(changes, { declined: everyDeclined }), APPLY, options).split('\n')
    const commands = lines.filter(line => line.startsWith('# kubectl'))
    expect(commands.length).toBeGreaterThan(5)
    for (const command of commands) expect(command).toMatch(/^# kubectl --context prod -n /)
  })

  test('of some workloads says who else gets the login', () => {
    const subjects = [{ kind: 'Deployment', namespace: 'default', name: 'shop' }] as const
    const scope = { namespaces: ['default'], affected: false, excluded: [], subjects: [...subjects] }
    const shared = { ...attach('default'), sharedWith: ['deployment/cart'] }
    expect(show(plan([shared], { scope }), {}, 'patch')).toContain(
      '# Service account default of namespace default is also used by deployment/cart: ',
    )
  })
})

test('hostile names can neither move the cursor, nor end a comment or a shell word', () => {
  const evil = "x';\n\u001b[2Jrm -rf ~"
  const hostile = plan([template({ target: { ...template().target, name: evil } })])
  for (const format of ['table', 'patch', 'json', 'yaml'] as const) {
    const text = show(hostile, {}, format)
    expect(text).not.toContain('\u001b')
    expect(text).not.toMatch(/^rm -rf/m)
  }
})
