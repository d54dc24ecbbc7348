/** How an identity gets permission to pull: a role at a cloud's registry, a change of the policy that forbids it, or a grant by an owner. */

import { clueOf } from '../diagnosis/clues/clue.ts'
import { usableAttempts } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { type Cloud, cloudOf } from '../image/cloud-registries.ts'
import { repositoryOf } from '../image/reference.ts'
import { GITEA, isGitLab, isNamedQuay, isOpenShiftRegistry } from '../image/registries.ts'
import { isElsewhere } from './conditions.ts'
import type { Step } from './step/step.ts'
import type { Grantor } from './step/step-for-access.ts'

/**
 * The step that gives the caller its permission. An explicit deny, or a policy that sets a limit and allows nothing, overrides every role.
 * @param options.first whether it is known that the permission is what is missing
 */
export function cloudPermission({ clues }: Finding, cloud: Cloud, { first }: { first: boolean }): Step {
  const { name: caller, action } = clueOf(clues, 'caller') ?? { name: null, action: null }
  const decided = clueOf(clues, 'aws-policy')
  const pulls = caller === null ? clueOf(clues, 'other-accounts')?.accounts : undefined
  const limits = decided?.policy !== 'identity' && decided?.policy !== 'resource'
  return decided !== undefined && (decided.denies || limits)
    ? { code: 'lift-deny', policy: decided.policy, denies: decided.denies, caller }
    : { code: 'grant-cloud-role', cloud, caller, action, first, ...(pulls === undefined ? {} : { pulls }) }
}

/** The identity that the registry or the cloud named; null if it named none. */
export function callerOf({ clues }: Finding): string | null {
  return clueOf(clues, 'caller')?.name ?? null
}

/** Where access to a registry's repositories is granted. */
function grantorOf(registry: string): Grantor {
  if (registry === 'ghcr.io' || registry === 'docker.pkg.github.com') return 'github'
  if (isGitLab(registry)) return 'gitlab'
  if (GITEA.test(registry)) return 'gitea'
  if (isOpenShiftRegistry(registry)) return 'openshift'
  return 'registry'
}

/** The owner's permission for the account that pulled. */
export function grantPull(finding: Finding, registry: string): Step {
  const [repository, caller] = [repositoryOf(finding.reference), callerOf(finding)]
  return { code: 'grant-pull', by: grantorOf(registry), registry, repository, caller }
}

/** Permission for the identity that pulled, where its registry has such identities. */
export function grantSteps(finding: Finding, registry: string): Step[] {
  const cloud = cloudOf(registry)
  if (grantorOf(registry) === 'openshift')
    return [
      {
        code: 'grant-pull',
        by: 'openshift',
        registry,
        repository: repositoryOf(finding.reference),
        caller: null,
      },
    ]
  if (cloud === null && isOwnRobot(finding, registry)) return [grantPull(finding, registry)]
  return cloud === null || finding.credential.status === 'usable' || isElsewhere(finding)
    ? []
    : [cloudPermission(finding, cloud, { first: false })]
}

/** Service accounts of another OpenShift project are not allowed to pull, whatever the name is. */
export function isOfOtherProject(finding: Finding, registry: string): boolean {
  return (
    grantorOf(registry) === 'openshift' &&
    !repositoryOf(finding.reference).startsWith(`${finding.namespace}/`)
  )
}

/**
 * Robot accounts of another organization at Quay: other organizations' private repositories are closed to them unless somebody let them
 * (docs.redhat.com, Quay, robot accounts; goharbor/website#92, containers/skopeo#1066).
 */
export function robotSteps({ registry, reference, credential }: Finding): Step[] {
  if (registry === null) return []
  const repository = repositoryOf(reference)
  return usableAttempts(credential)
    .flatMap(({ secret, username }): Step[] => {
      const owner = robotOwner(registry, username)
      return owner === null || username === null || repository.startsWith(`${owner}/`)
        ? []
        : [{ code: 'robot-of-other', secret, username, owner, registry, repository }]
    })
    .slice(0, 1)
}

/** Returns whose robot account of Quay it is; null for any other account. GitLab names its deploy tokens alike. */
function robotOwner(registry: string, username: string | null): string | null {
  const owner = /^([a-z0-9]+(?:[._-][a-z0-9]+)*)\+[a-z][a-z0-9_]*$/.exec(username ?? '')?.[1]
  return owner === undefined || !isNamedQuay(registry) ? null : owner
}

/**
 * Whether a robot account of the repository's own organization was refused, which only pulls the repositories that it was given (docs.redhat.com,
 * Quay, robot accounts).
 */
function isOwnRobot({ reference, credential }: Finding, registry: string): boolean {
  const [namespace] = repositoryOf(reference).split('/')
  return usableAttempts(credential).some(({ username }) => robotOwner(registry, username) === namespace)
}
