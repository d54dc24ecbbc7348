/** Steps that give a pod a login: the one that other pods or nodes have, or a new one. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { usableSecrets } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf, HUAWEI_CLOUD } from '../image/cloud-registries.ts'
import { isLocal, isOfCluster } from '../image/host.ts'
import { hidesMissing, isOfOpenOwner, isOpenShiftService, isPublic } from '../image/registries.ts'
import { isInCloud, isPackaged, nodesAlike, stepsIf } from './conditions.ts'
import { nearSecretSteps } from './pod-secrets.ts'
import type { Step, StepOf } from './step/step.ts'
import type { LoginReason } from './step/step-for-access.ts'

/** Shows what the kubelet tries: which logins there are for the name, what it reads in secrets, or which login it sends. */
export const seeWhy = (after: StepOf<'see-why'>['after']): Step => ({ code: 'see-why', after })

/**
 * The login that other pods have, which run the image. A token that has ended needs more than a copy, and what a mirror refuses is another
 * login. Only one that the registry does not accept at all can be overwritten: others still serve other images.
 */
export function otherLogin({ credential, clues, namespace, endpoint, subcause }: Finding): Step[] {
  const other = clueOf(clues, 'runs-elsewhere')?.login ?? null
  const isTried = credential.status === 'usable' && !credential.cameLater && !credential.contradicted
  if (other === null || !isTried || endpoint?.role === 'mirror') return []
  if (hasClue(clues, 'aged-token')) return []
  const names = usableSecrets(credential)
  const secret = other.namespace === namespace ? names[0] : names.find(name => name === other.secret)
  return secret === undefined
    ? []
    : [
        {
          code: 'use-other-login',
          namespace,
          secret,
          other: { ...other, alone: other.alone && subcause === 'credential-refused' },
        },
      ]
}

/** What was loaded on the other nodes, most likely, as another image of the publisher was. */
function loadedByHand({ clues, reference }: Finding): Step[] {
  const others = clueOf(clues, 'on-other-nodes')?.nodes
  return others === undefined || reference === null
    ? []
    : [{ code: 'load-as-others', image: reference, others }]
}

/** What the nodes' own logins lack, where other nodes run the image, or where OpenShift's own login has it; a secret that the pod can name comes first. */
export function nodesOwnLogin(finding: Finding): Step[] {
  const { clues, registry, credential, host } = finding
  const [node] = nodesAlike(finding)
  const hasNone = credential.status === 'none'
  const isKnown = nearSecretSteps(finding).length > 0 || finding.remedies.includes('recreate')
  if (registry === null || isKnown || isPublic(finding.reference)) return []
  const hasLogin = hasClue(clues, 'global-login')
  const held = clueOf(clues, 'pool-held')
  if (!hasNone && !(hasLogin && credential.status === 'broken')) return []
  if (hasLogin || (held !== undefined && node !== undefined))
    return [{ code: 'global-pull-secret', registry, hasLogin, pool: held ?? null }]
  const cloud = cloudOf(registry)
  const isOfCloud = cloud !== null && isInCloud(finding, cloud)
  return node === undefined || isOfCloud || host.virtual !== undefined
    ? []
    : [...loadedByHand(finding), { code: 'login-of-others', registry, node }]
}

/** How this container gets a login: with `fix`, or else on the node, or with a new debug container. */
export function loginSteps(finding: Finding, reason: LoginReason): Step[] {
  const { registry, remedies, workload, containerKind } = finding
  const steps: Step[] = []
  if (remedies.includes('recreate')) steps.push({ code: 'recreate-pods' })
  if (remedies.includes('authenticate') && registry !== null)
    steps.push(
      ...(isOfCluster(registry) || isLocal(registry)
        ? clusterLogin(finding, registry)
        : (loginAtOwner(finding, reason, registry) ?? [
            {
              code: 'distribute-login' as const,
              reason: isStopgap(finding, reason) ? ('stopgap' as const) : reason,
              registry,
              ...missingSecret(finding),
            },
          ])),
    )
  if (isNewLogin(reason) && remedies.includes('authenticate')) steps.push(...sisterKey(finding))
  // A static pod, which the kubelet created from a file; its owner is the node.
  if (workload?.kind === 'Node') steps.push({ code: 'kubelet-login' })
  if (containerKind === 'ephemeral') steps.push({ code: 'other-debug-container', reason: 'login' })
  return steps
}

function isNewLogin(reason: LoginReason): reason is 'missing' | 'limit' | 'private' {
  return reason === 'missing' || reason === 'limit' || reason === 'private'
}

/** The key that a secret of the pod lacks, where it has the login itself. */
function sisterKey({ credential: { hints = [] } }: Finding): Step[] {
  return hints
    .flatMap((hint): Step[] => {
      if (hint.code !== 'same-account') return []
      const { namespace, secret, key, of } = hint
      return [{ code: 'add-key', namespace, secret, key, of }]
    })
    .slice(0, 1)
}

/**
 * The login where an operator takes the pull secrets of its service accounts from, as `fix` does not change what is an operator's; null if the pod
 * has another account, or names the secret already. No step if one for a secret that is there says so.
 */
function loginAtOwner(finding: Finding, reason: LoginReason, registry: string) {
  const { clues, credential, namespace } = finding
  const owned = clueOf(clues, 'owned-account')
  if (owned === undefined || !isNewLogin(reason) || credential.attempts.length > 0) return null
  // The nodes' own login serves these: see cluster-pull-secret.
  if (isDefaultCatalog(finding)) return []
  const isKnown = credential.hints?.some(hint => 'ownedBy' in hint && hint.ownedBy !== undefined) === true
  const { own, owner } = owned
  return stepsIf(!isKnown, { code: 'login-at-owner', registry, reason, own, namespace, owner })
}

/** OpenShift's own catalogs, whose spec it restores, or else refuses to upgrade (operator-framework/operator-marketplace, pkg/defaults). */
export function isDefaultCatalog({ workload, namespace }: Finding): boolean {
  const name = workload?.kind === 'CatalogSource' ? workload.name : ''
  return namespace === 'openshift-marketplace' && DEFAULT_CATALOGS.includes(name)
}

const DEFAULT_CATALOGS: readonly string[] = [
  'redhat-operators',
  'certified-operators',
  'community-operators',
  'redhat-marketplace',
]

/** A login that has to be made by hand, as this machine can't reach what the nodes mean; a valid one that lacks a right would only be replaced by another. */
function clusterLogin(finding: Finding, registry: string): Step[] {
  const { credential, subcause } = finding
  const isValid = credential.status === 'usable' && subcause !== 'credential-refused'
  const missing = missingSecret(finding)
  // OpenShift makes the logins for its own registry, tokens of service accounts, and puts them into secrets itself.
  const isMade = isOpenShiftService(registry) && missing.secret === undefined
  return stepsIf(!isValid && !isMade, { code: 'cluster-login', registry, ...missing })
}

/** The secret that the pod names and that does not exist: with it, no other object has to change, and all pods that name it can pull. */
function missingSecret({ credential: { status, attempts } }: Finding): { secret?: string } {
  const missing =
    status === 'broken' ? attempts.find(({ problem }) => problem === 'secret-missing') : undefined
  return missing === undefined ? {} : { secret: missing.secret }
}

/** A person's token for ECR or Artifact Registry ends within hours, and until then hides that the node's own identity does not work. */
function isStopgap(finding: Finding, reason: LoginReason): boolean {
  const cloud = cloudOf(finding.registry)
  return (
    (cloud === 'ecr' || cloud === 'gar') &&
    (reason === 'missing' || reason === 'private') &&
    finding.credential.status === 'none' &&
    isInCloud(finding, cloud) &&
    !hasClue(finding.clues, 'other-partition')
  )
}

/** Whoever pushed the image may have meant it for everyone: at registries that hide what they lack, new images are mostly private. */
export function publicSteps(finding: Finding): Step[] {
  const { registry, reference, credential } = finding
  const mayBeMeant = hidesMissing(registry ?? '') || HUAWEI_CLOUD.test(registry ?? '')
  if (registry === null || !mayBeMeant || isPackaged(finding)) return []
  if (isPublic(reference) || isOfOpenOwner(reference)) return []
  return stepsIf(credential.status === 'none' && credential.attempts.length === 0, {
    code: 'make-public',
    registry,
  })
}
