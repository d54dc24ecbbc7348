/** Makes the plan of a fix: cluster read, diagnosed, logins found, objects in scope read, registries asked. */

import { interruptedPods, listRuns, madeSecrets } from '../../apply/read-journal.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import { CAUSES, type Diagnosis } from '../../diagnosis/finding.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import { referencesToAsk } from '../../plan/image-edits.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { PlanInput } from '../../plan/plan-input.ts'
import { affectedNamespaces } from '../../plan/remedies.ts'
import { visible } from '../../report/sanitise.ts'
import type { FixScope, InterruptedPod, MadeSecret } from '../../snapshot/fix-scope.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { readFixScope } from '../../source/live/fix-scope.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { readCluster } from '../../source/live/read-cluster.ts'
import { warnOfUnknownExclusions } from './exclusions.ts'
import { askRegistries } from './images.ts'
import { findLogins, type Logins, planned } from './logins.ts'
import { askForOthers } from './other-registries.ts'
import { proveLogins, type Unproven } from './prove.ts'
import { type Choice, chooseRemedies } from './remedies.ts'
import type { Draft, FixSession } from './session.ts'
import { unfinishedRegistries } from './unfinished.ts'

/** The plan for what is wrong now. @throws UsageError, UnreachableError, RefusedError, ApiError */
export async function draftPlan(session: FixSession): Promise<Draft> {
  await warnOfUnknownExclusions(session)
  const seen = await look(session)
  const { snapshot, diagnosis } = seen
  const damages: string[] = []
  const runs = await listRuns(session.journals, {
    server: session.cluster.server,
    onDamage: sentence => void damages.push(sentence),
  })
  for (const sentence of damages) await session.context.err.write(`Warning: ${visible(sentence)}\n`)
  const { secretName } = session.options
  const { namespaces } = scopeFor(session)
  const unfinished = unfinishedRegistries(runs, { secretName, namespaces })
  const choice = await chooseRemedies(session, diagnosis, { snapshot, unfinished: unfinished.length > 0 })
  const atHand = await findLogins(session, diagnosis.findings, { ...choice, unfinished })
  const logins = await askForOthers(session, diagnosis.findings, atHand)
  const broken = interruptedPods(runs, session.clusterUid).filter(pod => isInScope(pod, session))
  const found = { seen, choice, broken, made: madeSecrets(runs, session.clusterUid) }
  const draft = await draftWith(session, found, logins, [])
  const unproven = await proveLogins(draft, session)
  const [first] = unproven
  if (first === undefined) return draft
  const credentials = logins.credentials.filter(one => !unproven.some(({ credential }) => credential === one))
  const rest = await draftWith(session, found, { ...logins, credentials }, unproven)
  // Where nothing is left to do without them, there is no plan to show.
  if (rest.plan.changes.length === 0) throw first.error
  return rest
}

interface Found {
  seen: Seen
  choice: Choice
  broken: InterruptedPod[]
  made: MadeSecret[]
}

async function draftWith(
  session: FixSession,
  { seen, choice, broken, made }: Found,
  logins: Logins,
  unproven: Unproven[],
): Promise<Draft> {
  const { diagnosis } = seen
  const fixScope = await scopeOf(session, seen, choice, logins, { broken, made })
  const input = inputOf(session, seen, choice, logins, fixScope)
  const references = referencesToAsk(input)
  const platforms =
    references.length === 0 ? [] : await nodePlatforms(session.cluster, session.context.signal)
  const images = await askRegistries(references, logins.credentials, platforms, session)
  const refused = unproven.map(({ credential: { registry }, login }) => ({ registry, ...login }))
  const plan = makePlan({ ...input, images, unproven: refused })
  return {
    plan,
    findings: diagnosis.findings,
    gaps: [...diagnosis.gaps, ...fixScope.gaps],
    credentials: logins.credentials.filter(({ key }) =>
      plan.credentials.some(planned => planned.key === key),
    ),
    narrowed: fixScope.gaps.length > 0 || diagnosis.gaps.some(({ what }) => NARROWING.includes(what)),
    unproven,
    saved: false,
  }
}

/** A fix of one namespace leaves what an earlier one left undone elsewhere. */
function isInScope({ namespace }: InterruptedPod, { options, cluster }: FixSession): boolean {
  const named = options.allNamespaces || namespace === cluster.namespace
  return named && !options.excludedNamespaces.includes(namespace)
}

function scopeFor({ options, cluster }: FixSession): { namespaces: string[] | null } {
  return { namespaces: options.allNamespaces ? null : [cluster.namespace] }
}

/** What hides pods or namespaces; other gaps of a diagnosis only hide reasons. */
const NARROWING = ['namespaces', 'pods']

interface Seen {
  snapshot: Snapshot
  diagnosis: Diagnosis
  /** The controllers above the failing pods, by uid. */
  owners: ReadonlyMap<string, ControllerObject>
}

/** What is wrong in the scope; namespaces that are left out are left out of sight. */
async function look(session: FixSession): Promise<Seen> {
  const { options, context, cluster } = session
  const progress = await context.progress()
  const owners = new Map<string, ControllerObject>()
  try {
    const whole = await readCluster(cluster, scopeFor(session), {
      takenAt: context.now().toISOString(),
      onProgress: ({ pods, suspects }) =>
        progress.update(`Reading pods: ${pods} seen, ${suspects} to look at`),
      onOwner: object => owners.set(object.metadata.uid, object),
      signal: context.signal,
    })
    const pods = whole.pods.filter(({ namespace }) => !options.excludedNamespaces.includes(namespace))
    const snapshot = { ...whole, pods }
    return { snapshot, diagnosis: diagnose(snapshot), owners }
  } finally {
    progress.stop()
  }
}

/** The objects in scope; none are read where there is nothing to do to any. */
async function scopeOf(
  { options, context, cluster, clusterUid }: FixSession,
  { snapshot, diagnosis, owners }: Seen,
  { remedies }: Choice,
  { credentials }: Logins,
  { broken, made }: { broken: InterruptedPod[]; made: MadeSecret[] },
): Promise<FixScope> {
  if (remedies.size === 0 && diagnosis.findings.length === 0 && broken.length === 0) {
    return { ...EMPTY, clusterUid }
  }
  const named = options.affected ? affectedNamespaces(diagnosis.findings) : [cluster.namespace]
  // A sandbox's image is none of the workload's: whatever is written to that one leaves the pod where it is.
  const ofWorkloads = diagnosis.findings.filter(({ containerKind }) => containerKind !== 'sandbox')
  const failing = new Set(ofWorkloads.map(({ namespace, pod }) => `${namespace}/${pod}`))
  const read = await readFixScope(cluster, {
    namespaces: options.allNamespaces && !options.affected ? null : named,
    mayBeGone: options.affected,
    excluded: options.excludedNamespaces,
    secretName: options.secretName,
    wanted: credentials.length === 0 ? null : PullSecretContent.of(credentials),
    pods: snapshot.pods.filter(({ namespace, name }) => failing.has(`${namespace}/${name}`)),
    runningImages: remedies.has('pin'),
    interruptedPods: broken,
    madeSecrets: made,
    owners,
    signal: context.signal,
  })
  return { clusterUid, ...read }
}

const EMPTY: Omit<FixScope, 'clusterUid'> = {
  namespaces: [],
  serviceAccounts: [],
  secrets: [],
  workloads: [],
  controllers: [],
  jobs: [],
  interruptedPods: [],
  gaps: [],
}

function inputOf(
  session: FixSession,
  seen: Seen,
  choice: Choice,
  { credentials, missing, named, unnamed }: Logins,
  fixScope: FixScope,
): Omit<PlanInput, 'images' | 'unproven'> {
  const { options, context, cluster } = session
  const { affected, excludedNamespaces, secretName } = options
  const { recreateBarePods, allowManaged, overwriteSecret } = options
  const { snapshot, diagnosis } = seen
  return {
    snapshot,
    diagnosis,
    ...choice,
    createdAt: context.now().toISOString(),
    cluster: { server: cluster.server, context: cluster.context },
    scope: { ...scopeFor(session), affected, excluded: excludedNamespaces },
    fixScope,
    secretName,
    recreateBarePods,
    allowManaged,
    overwriteSecret,
    credentials: credentials.map(planned),
    missing,
    named,
    unnamed,
    hopeless: new Set(CAUSES.filter(isHopeless)),
  }
}
