/** The remedy `authenticate`: where a pull secret goes, and how it is attached. */
import { describe, expect, test } from 'vitest'
import { account, changesOf, declinedOf, finding, planFor, stuckPod, tried, workload } from './inputs.ts'

const namespaces = ['api', 'kube-system', 'web'].map(name => ({ name, terminating: false }))
const accounts = namespaces.map(({ name }) => account({ namespace: name }))
const managed = { tool: 'argocd' as const, name: 'shop' }
const secret = {
  namespace: 'web',
  name: 'dockercreds',
  uid: 'uid-secret',
  type: 'kubernetes.io/dockerconfigjson',
  ours: false,
  immutable: false,
  served: [] as string[],
  keys: ['https://index.docker.io/v1/'],
  managedBy: null,
}

describe('the keys of the pull secret', () => {
  const HUB = 'https://index.docker.io/v1/'
  const beside = (key: string, fields: { secret?: string; problem?: 'other-registry' } = {}) => {
    const credential = tried({ key, ...fields })
    const findings = [finding(stuckPod(), { cause: 'auth-required-or-denied', subcause: null, credential })]
    const [first] = planFor({
      findings,
      fixObjects: { namespaces, serviceAccounts: accounts },
    }).changes.filter(({ target }) => target.namespace === 'web')
    return first && 'keys' in first ? first.keys : null
  }

  test.each([
    ['docker.io', [HUB, 'docker.io']],
    ['https://docker.io', [HUB, 'docker.io']],
    [HUB, [HUB]],
    ['index.docker.io', [HUB]],
  ])('beside another secret with the key %s are %j', (key, keys) => {
    expect(beside(key)).toEqual(keys)
  })

  test('ignore our own secret and one that never matched', () => {
    expect(beside('docker.io', { secret: 'dockercreds' })).toEqual([HUB])
    expect(beside('docker.io/other', { problem: 'other-registry' })).toEqual([HUB])
  })

  test('are the usual ones in every other namespace', () => {
    const plan = planFor({ fixObjects: { namespaces, serviceAccounts: accounts } })
    expect(plan.changes.flatMap(change => ('keys' in change ? [change.keys] : []))).toEqual(
      namespaces.map(() => [HUB]),
    )
  })

  test('are completed if our own secret lacks the plain name', () => {
    const findings = [finding(stuckPod(), { credential: tried() })]
    const ours = { ...secret, ours: true, served: secret.keys }
    const without = planFor({ findings, fixObjects: { secrets: [ours] } })
    const having = { ...ours, keys: [HUB, 'docker.io'] }
    expect(changesOf(without)).toContain('update-secret web/dockercreds')
    expect(changesOf(planFor({ findings, fixObjects: { secrets: [having] } }))).not.toContain(
      'update-secret web/dockercreds',
    )
  })
})

describe('where the service accounts can not be read', () => {
  const gaps = [{ what: 'serviceaccounts', namespace: 'web', why: 'forbidden' as const }]
  const unread = { serviceAccounts: [], gaps }

  test('no Secret is created that nothing would use, and the accounts are named', () => {
    const pods = [stuckPod({ serviceAccount: 'builder' })]
    const plan = planFor({ pods, fixObjects: unread })
    expect(changesOf(plan)).toEqual([])
    expect(declinedOf(plan)).toEqual([
      'unread-account ServiceAccount web/default',
      'unread-account ServiceAccount web/builder',
    ])
    const subjects = [{ kind: 'Deployment' as const, namespace: 'web', name: 'shop' }]
    const scope = { namespaces: ['web'], affected: false, excluded: [], subjects }
    const narrow = planFor({ pods, scope, fixObjects: unread })
    expect([changesOf(narrow), declinedOf(narrow)]).toEqual([
      [],
      ['unread-account ServiceAccount web/builder'],
    ])
  })

  test('other namespaces get theirs', () => {
    const plan = planFor({ fixObjects: { namespaces, serviceAccounts: accounts.slice(0, 2), gaps } })
    expect(changesOf(plan)).toEqual([
      'create-secret api/dockercreds',
      'create-secret kube-system/dockercreds',
      'patch-serviceaccount api/default',
      'patch-serviceaccount kube-system/default',
    ])
  })

  test.each([
    ['a template has its own list', {}, { imagePullSecrets: [{ name: 'old' }] }],
    ['a template names it already', {}, { imagePullSecrets: [{ name: 'dockercreds' }] }],
    ['a pod names it already', { pullSecrets: ['dockercreds'] }, {}],
    ['a bare pod can name it', { controller: null }, {}],
  ])('the Secret is created if %s', (_why, ofPod, ofWorkload) => {
    const plan = planFor({
      pods: [stuckPod(ofPod)],
      fixObjects: { ...unread, workloads: [workload(ofWorkload)] },
      recreateBarePods: true,
    })
    expect(changesOf(plan)).toContain('create-secret web/dockercreds')
    expect(plan.changes.length).toBeGreaterThan(1)
  })
})

describe('the pull secret', () => {
  test('goes to every namespace in scope and to its default account, Secrets first', () => {
    const plan = planFor({ fixObjects: { namespaces, serviceAccounts: accounts } })
    expect(changesOf(plan)).toEqual([
      'create-secret api/dockercreds',
      'create-secret kube-system/dockercreds',
      'create-secret web/dockercreds',
      'patch-serviceaccount api/default',
      'patch-serviceaccount kube-system/default',
      'patch-serviceaccount web/default',
      'recreate-pod web/shop-1',
    ])
  })

  test('goes to other accounts that pods in scope run as', () => {
    const serviceAccounts = [account(), account({ name: 'builder' })]
    const pods = [stuckPod({ serviceAccount: 'builder' })]
    const plan = planFor({ pods, fixObjects: { serviceAccounts } })
    expect(changesOf(plan)).toContain('patch-serviceaccount web/builder')
    expect(plan.changes.at(-1)?.needs).toEqual(['serviceaccount:web/builder'])
  })

  test('skips terminating namespaces and pods outside the scope', () => {
    const pods = [stuckPod({ namespace: 'ending', uid: 'a' }), stuckPod({ namespace: 'excluded', uid: 'b' })]
    const fixObjects = {
      namespaces: [{ name: 'ending', terminating: true }],
      serviceAccounts: [],
      workloads: [],
    }
    const plan = planFor({ pods, fixObjects, recreateBarePods: true })
    expect(plan.changes).toEqual([])
    expect(plan.declined).toEqual([{ code: 'terminating-namespace', namespace: 'ending' }])
  })

  const UPDATE = ['update-secret web/dockercreds']
  test.each<[string, object, string[] | null, string?]>([
    ['the same content is left unchanged', { served: secret.keys }, []],
    ['our own with another content is completed', { ours: true }, UPDATE],
    ['our own of a type that no kubelet reads stays', { ours: true, type: 'Opaque' }, null, 'foreign-secret'],
    ['our own that is immutable is left alone', { ours: true, immutable: true }, null, 'immutable-secret'],
    ["another owner's that is immutable can't be overwritten", { immutable: true }, null, 'immutable-secret'],
    ["another owner's is left alone", {}, null, 'foreign-secret'],
    ['our own that a tool manages is declined', { ours: true, managedBy: managed }, null, 'foreign-secret'],
    [
      'our own that is being deleted is left alone, even if it has the login',
      { ours: true, ending: true, served: secret.keys },
      null,
      'ending-object',
    ],
  ])('if one with that name exists: %s', (_name, fields, first, declined) => {
    const plan = planFor({ fixObjects: { secrets: [{ ...secret, ...fields }] } })
    const rest = ['patch-serviceaccount web/default', 'recreate-pod web/shop-1']
    expect(changesOf(plan)).toEqual(first === null ? [] : [...first, ...rest])
    if (declined) expect(declinedOf(plan)).toContain(`${declined} Secret web/dockercreds`)
  })

  test('replaces a foreign Secret only on request, and never one of another type', () => {
    const overwrite = { overwriteSecret: true }
    expect(changesOf(planFor({ ...overwrite, fixObjects: { secrets: [secret] } }))[0]).toBe(
      'update-secret web/dockercreds',
    )
    const opaque = { ...secret, type: 'Opaque' }
    expect(changesOf(planFor({ ...overwrite, fixObjects: { secrets: [opaque] } }))).toEqual([])
  })

  test('says which logins of others it replaces', () => {
    const quay = { key: 'quay.io', username: null }
    const bob = { key: 'docker.io', username: 'bob' }
    const unneeded = { key: 'ghcr.io', username: 'carol' }
    const { changes } = planFor({
      overwriteSecret: true,
      fixObjects: { secrets: [{ ...secret, replaced: [bob, quay, unneeded] }] },
    })
    expect(changes[0]).toMatchObject({ action: 'update-secret', replaces: [bob, quay] })
  })

  test('is not added to a service account that is being deleted', () => {
    const accounts = [account({ ending: true })]
    const plan = planFor({ fixObjects: { serviceAccounts: accounts } })
    // Nothing would use the Secret, either.
    expect(changesOf(plan)).toEqual([])
    expect(declinedOf(plan)).toContain('ending-object ServiceAccount web/default')
  })

  test('is not planned without a login for it', () => {
    const missing = [{ registry: 'docker.io', detail: 'no entry' }]
    const plan = planFor({ credentials: [], missing })
    expect(plan.changes).toEqual([])
    expect(plan.declined).toEqual([
      { code: 'no-credential', registry: 'docker.io', detail: 'no entry', findings: 1 },
    ])
  })
})

describe('a login', () => {
  const GHCR = { registry: 'ghcr.io', key: 'ghcr.io', username: 'joe', origin: 'a file' }
  const HUB_LOGIN = { ...GHCR, registry: 'docker.io', key: 'https://index.docker.io/v1/', username: 'alice' }
  const victim = stuckPod()
  const wants = (reference: string) =>
    finding(victim, { cause: 'auth-required-or-denied', subcause: null, reference, registry: 'ghcr.io' })
  const empty = ['kube-node-lease', 'kube-public'].map(name => ({ name, terminating: false }))
  const reach = (plan: ReturnType<typeof planFor>) =>
    Object.fromEntries(
      plan.changes.flatMap(change => ('keys' in change ? [[change.target.namespace, change.keys]] : [])),
    )
  const fixObjects = { namespaces: [...namespaces, ...empty], serviceAccounts: accounts }
  const hub = [HUB_LOGIN.key]

  test("for Docker Hub goes everywhere with -A except to the cluster's own namespaces, others only where pods fail", () => {
    const plan = planFor({
      findings: [finding(victim), wants('ghcr.io/acme/app:1')],
      credentials: [HUB_LOGIN, GHCR],
      named: ['ghcr.io'],
      fixObjects,
    })
    expect(reach(plan)).toEqual({ api: hub, 'kube-system': hub, web: [...hub, 'ghcr.io'] })
  })

  test('with --affected goes only where pods fail for that registry', () => {
    const scope = { namespaces: null, affected: true, excluded: [] }
    const findings = [wants('ghcr.io/acme/app:1')]
    const plan = planFor({ findings, credentials: [HUB_LOGIN, GHCR], scope, fixObjects })
    expect(reach(plan)).toEqual({ web: ['ghcr.io'] })
    expect(plan.credentials).toEqual([GHCR])
  })

  test('for a path goes where a pod of that path fails, and not to others of the registry', () => {
    const team = { ...GHCR, key: 'ghcr.io/acme' }
    const plan = (reference: string) =>
      planFor({ findings: [wants(reference)], credentials: [team], named: ['ghcr.io'], fixObjects })
    expect(reach(plan('ghcr.io/acme/app:1'))).toEqual({ web: ['ghcr.io/acme'] })
    expect(reach(plan('ghcr.io/attacker/x:1'))).toEqual({})
  })

  test('goes into a namespace without failing pods if both are named, and is declined otherwise', () => {
    const named = { findings: [], pods: [], credentials: [GHCR], named: ['ghcr.io'] }
    const scope = { namespaces: ['web'], affected: false, excluded: [] }
    expect(reach(planFor({ ...named, scope }))).toEqual({ web: ['ghcr.io'] })
    const wide = planFor({ ...named, fixObjects })
    expect(wide).toMatchObject({ changes: [], credentials: [] })
    expect(wide.declined).toEqual([{ code: 'unneeded-login', registry: 'ghcr.io', username: 'joe' }])
  })

  test('that was rotated goes again where pullguard has put it, and not into a Secret that only looks like one of ours', () => {
    const held = { ...secret, keys: ['ghcr.io'] }
    const plan = (ours: boolean) =>
      planFor({
        findings: [],
        pods: [],
        credentials: [GHCR],
        named: ['ghcr.io'],
        fixObjects: { ...fixObjects, secrets: [{ ...held, ours }] },
      })
    expect(reach(plan(true))).toEqual({ web: ['ghcr.io'] })
    expect(reach(plan(false))).toEqual({})
  })

  test('that was not named is reported once as staying here, with how to name it', () => {
    const findings = [wants('ghcr.io/acme/app:1')]
    const plan = planFor({ findings, credentials: [], unnamed: ['ghcr.io'] })
    expect(plan.declined).toEqual([{ code: 'unnamed-registry', registry: 'ghcr.io', findings: 1 }])
  })
})

describe('a service account', () => {
  test('that already names the Secret is not written', () => {
    const serviceAccounts = [account({ imagePullSecrets: [{ name: 'dockercreds' }, { name: 'x' }] })]
    const plan = planFor({ fixObjects: { serviceAccounts } })
    expect(changesOf(plan)).toEqual(['create-secret web/dockercreds', 'recreate-pod web/shop-1'])
  })

  test('managed by a tool is declined with the change it would need, and its pods stay', () => {
    const plan = planFor({ fixObjects: { serviceAccounts: [account({ managedBy: managed })] } })
    expect(changesOf(plan)).toEqual(['create-secret web/dockercreds'])
    expect(plan.declined).toMatchObject([
      { code: 'managed', change: { managedBy: managed, edits: [{ entry: 'dockercreds' }] } },
    ])
    const allowed = planFor({
      allowManaged: true,
      fixObjects: { serviceAccounts: [account({ managedBy: managed })] },
    })
    expect(changesOf(allowed)).toContain('patch-serviceaccount web/default')
  })
})

describe('a template with a list of its own', () => {
  const own = workload({ imagePullSecrets: [{ name: 'own' }] })

  test('gets the entry at the end of its list and rolls out on its own', () => {
    const plan = planFor({ fixObjects: { workloads: [own] } })
    const change = plan.changes.at(-1)
    expect(change).toMatchObject({
      action: 'patch-template',
      needs: ['secret:web/dockercreds'],
      pods: ['shop-1'],
      pulls: 1,
      patch: [
        { op: 'test', path: '/metadata/uid', value: 'uid-shop' },
        { op: 'test', path: '/spec/template/spec/imagePullSecrets', value: [{ name: 'own' }] },
        { op: 'add', path: '/spec/template/spec/imagePullSecrets/-', value: { name: 'dockercreds' } },
      ],
    })
  })

  test('that does not roll out on its own has its pods recreated after the patch', () => {
    const plan = planFor({ fixObjects: { workloads: [{ ...own, kind: 'StatefulSet', rollsOut: false }] } })
    expect(plan.changes.at(-1)).toMatchObject({
      action: 'recreate-pod',
      needs: ['template:web/StatefulSet/shop'],
    })
  })

  test('managed by a tool is declined, and its pods stay', () => {
    const plan = planFor({ fixObjects: { workloads: [{ ...own, managedBy: managed }] } })
    expect(declinedOf(plan)).toEqual(['managed Deployment web/shop'])
    expect(plan.changes.some(({ action }) => action === 'recreate-pod')).toBe(false)
  })
})
