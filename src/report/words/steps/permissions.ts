/** The words of steps about what the registry and its cloud allow, and to whom. */

import type { AwsPolicy } from '../../../diagnosis/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { type Cloud, isPublic } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { kubeletLog, nodeClientStep, onNodes } from '../node.ts'
import { registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

const ROLE: Record<Cloud, string> = {
  ecr: 'attach the policy AmazonEC2ContainerRegistryPullOnly to it',
  acr: 'give it the role AcrPull on the registry (on AKS, `az aks update --attach-acr` does that)',
  gar: 'give it the role roles/artifactregistry.reader on the repository',
}
/** What a repository that belongs to someone else also requires. */
const FOREIGN: Partial<Record<Cloud, string>> = {
  ecr: '; if the repository belongs to another account, its repository policy must allow this one too (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer)',
}
const ROLE_NAME: Record<Cloud, string> = {
  ecr: 'AmazonEC2ContainerRegistryPullOnly',
  acr: 'AcrPull',
  gar: 'roles/artifactregistry.reader',
}
const IDENTITY: Record<Cloud, string> = {
  ecr: "the nodes' IAM role",
  acr: "the kubelet's managed identity",
  gar: "the nodes' service account",
}
const PROVIDER: Record<Cloud, string> = {
  ecr: 'ecr-credential-provider',
  acr: 'acr-credential-provider',
  gar: 'auth-provider-gcp',
}

/** AKS has a command that checks everything between its nodes and a registry. */
function checkAcr(cloud: Cloud | null, { host }: Pick<Finding, 'host'>): string {
  return cloud === 'acr' && host.platform === 'aks'
    ? '; `az aks check-acr` tests the identity, its role, and the connection to the registry'
    : ''
}

export const permissionSteps: StepWords<
  | 'check-provider'
  | 'grant-cloud-role'
  | 'grant-pull'
  | 'token-scope'
  | 'hub-plan'
  | 'allow-address'
  | 'restore-account'
  | 'ask-registry-admin'
  | 'upstream-login'
  | 'use-other-source'
> = {
  'check-provider': ({ cloud, sent }, { findings }) => {
    const [first] = findings
    const provider = `the kubelet's credential provider${cloud === null ? '' : ` (${PROVIDER[cloud]})`}`
    const configuration = `check its binary and configuration (--image-credential-provider-bin-dir and -config), and the kubelet's log ${onNodes(findings)}${cloud === 'ecr' && first.host.cloud === 'ecr' ? '; in a private subnet it needs the VPC endpoint ecr.api, too' : ''}${checkAcr(cloud, first)}`
    const isElsewhere =
      cloud !== null &&
      first.host.cloud !== null &&
      first.host.cloud !== cloud &&
      !first.clues.some(({ code }) => code === 'credential-provider')
    const texts = {
      refused: `Check the login that the node itself sent, from ${provider}: ${cloud === null ? "the node's identity" : IDENTITY[cloud]} may have been replaced or deleted, may have expired, or may lack its role${cloud === null ? '' : ` (${ROLE_NAME[cloud]})`}; the kubelet's log ${onNodes(findings)} shows which login was used${checkAcr(cloud, first)}`,
      nothing: `${isElsewhere ? 'If the nodes are meant to log in on their own, find' : 'Find'} out why ${provider} returned no login: ${configuration}`,
      unknown: `See whether ${provider} returned a login that is valid: ${configuration}`,
    }
    return nodeClientStep(texts[sent], kubeletLog(first.host, 'credential'), findings)
  },
  'grant-cloud-role': ({ cloud, caller, first }, { findings: [{ registry }] }) => {
    const start = first ? 'Allow the nodes to pull' : 'If the image exists, allow the nodes to pull it'
    const owner = cloud === 'ecr' ? /^\d{12}(?=\.)/.exec(registry ?? '')?.[0] : undefined
    const own = /^arn:[\w-]+:\w+::(\d{12}):/.exec(caller ?? '')?.[1]
    if (owner !== undefined && own !== undefined && owner !== own)
      return {
        text: `${start}: the repository belongs to account ${owner}, so its repository policy there must allow account ${own} (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer), in addition to the policy ${ROLE_NAME.ecr} on ${caller}`,
      }
    const brief = `${start}: ${caller === null ? IDENTITY[cloud] : caller} lacks the permission, so ${ROLE[cloud]}`
    return { text: own === undefined ? `${brief}${FOREIGN[cloud] ?? ''}` : brief, brief }
  },
  'grant-pull': (
    { by, registry, repository, caller },
    { invocation, findings: [{ namespace, credential }] },
  ) => {
    const who =
      caller ??
      (credential.status === 'usable' ? 'the account in the pull secret' : 'the account that is to pull it')
    switch (by) {
      case 'github':
        return {
          text: `Ask the owner of the package ${repository} to give ${who} read access (Package settings, Manage access); its token needs the scope read:packages`,
        }
      case 'gitlab':
        return {
          text: `Give ${who} at least the Reporter role in the GitLab project of ${repository}, or use a deploy token with the scope read_registry`,
        }
      case 'openshift': {
        const [project = ''] = repository.split('/')
        return {
          text: `If the image stream exists, let service accounts of ${namespace} pull from project ${project} (role system:image-puller there)`,
          command: kubectlCommand(
            invocation,
            `create rolebinding ${shellWord(`pull-from-${namespace}`)} --clusterrole=system:image-puller --group=${shellWord(`system:serviceaccounts:${namespace}`)}`,
            project,
          ),
        }
      }
      case 'registry':
        return {
          text: `Ask the owner of ${repository} at ${registryLabel(registry)} to give ${who} pull access${robotNote(repository, credential)}`,
        }
    }
  },
  'hub-plan': ({ repository }) => ({
    text: `If ${repository} is a private repository of your own, look at its owner on Docker Hub: its plan limits the number of private repositories, and those above that number can't be pulled; in an organization, a team of the account needs read access`,
  }),
  'token-scope': ({ registry }) => ({
    text: registry.includes('gitlab')
      ? 'Use a token with the scope read_registry: others are refused'
      : registry === 'ghcr.io'
        ? 'Use a classic personal access token with the scope read:packages, authorized for the organization (SSO)'
        : `Use a token of ${registryLabel(registry)} that includes pull access to this repository`,
  }),
  'allow-address': ({ host, address, cloud }, { findings: [{ reference }] }) => ({
    // A public registry's rules are its operator's, so users can only change the nodes' address.
    text: isPublic(reference)
      ? `Let the nodes pull from another outgoing address (another NAT gateway, or IPv4 instead of IPv6): ${host} refuses ${address ?? 'theirs'}, or the region that it seems to be in`
      : `Add ${address === null ? "the nodes' outgoing address" : `the address ${address}`} to the network rules (firewall allowlist) of ${host}${cloud === 'acr' ? ', or pull through a private endpoint (https://aka.ms/acr/firewall)' : ', or pull from an address that it accepts'}`,
  }),
  'restore-account': ({ registry }) => ({
    text: `Ask the owner or administrator of ${registryLabel(registry)} about the account, its license, and its billing: another login can't pull its images either`,
  }),
  'ask-registry-admin': ({ about, host }) => ({
    text:
      about === 'vulnerabilities'
        ? `Ask an administrator of the project at ${host} to allow this image (CVE allowlist, policy), or use a version without these vulnerabilities`
        : about === 'storage-quota'
          ? `Ask the owner of the namespace at ${host} to free space or raise its storage quota`
          : `Ask an administrator of ${host} which policy blocks this image, and whether the image can be exempted`,
  }),
  'upstream-login': ({ host, kind }) => ({
    text:
      kind === 'ecr'
        ? "Fix the upstream login of the pull-through cache rule: the secret in AWS Secrets Manager whose name starts with ecr-pullthroughcache/, and the upstream path behind the rule's prefix (official images need library/)"
        : kind === 'setup'
          ? `Ask an administrator of ${host} to correct the remote (proxy) repository that the image's path belongs to: the URL of its upstream registry, its login there, and whether it is online; the pods' logins are not used there`
          : `Check the login that ${host} itself uses at its upstream registry (remote or proxy repository settings): the pods' logins are not used there`,
  }),
  'use-other-source': ({ why }) => ({
    text:
      why === 'closed'
        ? 'Use the image from another registry: ask its owner where it is published now, or copy it into your own registry'
        : why === 'policy'
          ? 'Or use another version of the image that passes the policy'
          : 'Or copy the image into a registry or mirror that the nodes can reach',
  }),
}

/** Returns what limits a robot account of Harbor: `robot$PROJECT+NAME` is of one project, `robot$NAME` of the whole registry. */
function robotNote(repository: string, { attempts }: Finding['credential']): string {
  const robots = attempts.flatMap(({ usable, username }) =>
    usable ? (/^robot\$([^+]+)\+/.exec(username ?? '') ?? []).slice(1) : [],
  )
  const [own] = robots
  const [project] = repository.split('/')
  if (own === undefined) return ''
  return own === project
    ? ' (of a robot account, in its permissions: pull on the repository)'
    : `: it is a robot account of project ${own}, so use one of project ${project}, or one of the whole registry`
}

interface PolicyWords {
  /** The policy and its owner: `a service control policy of your AWS organization`. */
  name: string
  /** How to have it changed, for these actions. */
  change: string
}

const POLICIES: Record<AwsPolicy, PolicyWords> = {
  'service-control': {
    name: 'a service control policy (SCP) of the AWS organization',
    change: "ask the organization's administrators for an exception",
  },
  'resource-control': {
    name: 'a resource control policy (RCP) of the AWS organization',
    change: "ask the organization's administrators for an exception",
  },
  'permissions-boundary': {
    name: "the role's permissions boundary",
    change: 'ask whoever manages that boundary to allow it there',
  },
  session: {
    name: 'the session policy that the role was assumed with',
    change: 'change the policy where the session is created (the AssumeRole call)',
  },
  identity: {
    name: 'a policy that is attached to the role',
    change: "find the statement with Deny among the role's policies, and remove it or narrow it",
  },
  resource: {
    name: "the repository's own policy",
    change: "ask the repository's owner to change it (`aws ecr get-repository-policy` shows it)",
  },
  'vpc-endpoint': {
    name: 'the policy of the VPC endpoint that the nodes pull through',
    change: 'ask those who manage the VPC endpoint to allow it there',
  },
}

const UNNAMED: PolicyWords = {
  name: 'an AWS policy',
  change:
    "ask an administrator of the AWS account which one: a policy of the role, the repository's policy, a permissions boundary, a VPC endpoint policy, or a service control policy of the organization",
}

const wordsOf = (policy: AwsPolicy | null) => (policy === null ? UNNAMED : POLICIES[policy])

/** Returns why AWS refuses, in one sentence. */
export function awsPolicyMeaning(policy: AwsPolicy | null, denies: boolean): string {
  const { name } = wordsOf(policy)
  return denies
    ? `The identity that asked is known, and ${name} denies it the pull explicitly; an explicit deny overrides every policy that allows it.`
    : `The identity that asked is known, but ${name} does not allow it the pull.`
}

export const awsPolicySteps: StepWords<'lift-deny'> = {
  'lift-deny': ({ policy, denies, caller }) => {
    const { name, change } = wordsOf(policy)
    const who = caller ?? "the nodes' IAM role"
    return {
      text: denies
        ? `Have the explicit deny for ${who} lifted: it is in ${name}, so ${change}; another policy that allows the pull does not override a deny`
        : `Have the pull allowed for ${who} (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:GetAuthorizationToken): ${name} does not allow it, so ${change}`,
    }
  },
}
