/** The words of steps about what the registry and its cloud allow, and to whom. */

import type { ProviderProblem } from '../../../diagnosis/credential-provider.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { type Cloud, cloudOf, isPublic } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { kubeletLog, nodeClientStep, nodesOf, onNodes } from '../node.ts'
import { registryLabel } from '../nouns.ts'
import { PERIMETERS, reasonToHeed, restoreText } from '../refusal-reasons.ts'
import type { StepWords } from '../steps.ts'
import { awsIdentity, throughCache } from './aws-policies.ts'

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
    ? '; `az aks check-acr` tests the identity, its role, and the connection to the registry, and `az aks update --attach-acr` gives it the role'
    : ''
}

/** Where each product lets an administrator exempt an image; the words of its refusals give it away. */
const EXEMPTIONS: [RegExp, string][] = [
  [/\bxray\b/i, ' (in Xray, an ignore rule)'],
  [/\bcuration\b/i, ' (in JFrog Curation, a waiver)'],
  [/\bquarantine/i, ' (in Nexus, a waiver or a release from quarantine)'],
  [
    /\bconfigured policy\b|\bproject setting\b|\bpolicy in project\b|\bharbor\b/i,
    " (in Harbor, the project's CVE allowlist)",
  ],
]

/** Returns where to exempt the image; empty if the text does not show the product. */
function exemption(text: string): string {
  return EXEMPTIONS.find(([words]) => words.test(text))?.[1] ?? ''
}

/** The start of a step for nodes that don't show an identity in the registry's cloud. */
const MEANT = 'If the nodes are meant to log in on their own'

/** What to do about a credential provider that says why it failed. */
const PROVIDER_FAULT: Record<ProviderProblem, (provider: string) => string> = {
  'api-version': provider =>
    `Set apiVersion in the kubelet's CredentialProviderConfig to one that ${provider} supports (mostly credentialprovider.kubelet.k8s.io/v1), or update that plugin`,
  program: provider =>
    `Install the program of ${provider} for this node, in the folder that the kubelet looks in`,
  time: provider =>
    `Find out what ${provider} waits for (mostly the cloud's metadata service or its token server)`,
  other: provider => `Fix what ${provider} reports`,
}

/** Returns how the identity gets the permission; the first pull through a cache of ECR may also have to make the repository. */
function attach(cloud: Cloud, action: string | null): string {
  switch (action) {
    case 'ecr:BatchImportUpstreamImage':
      return `${ROLE.ecr}; the first pull of an image through the cache may also need ecr:CreateRepository, which that policy lacks`
    case 'ecr:CreateRepository':
      return 'allow it that action in a policy of its own, which the first pull of an image through the cache needs (as well as ecr:BatchImportUpstreamImage), or create the repository beforehand'
    default:
      return ROLE[cloud]
  }
}

/** Returns the command that gives the role; null where the identity or the repository is in doubt. */
function grantCommand(
  cloud: Cloud,
  caller: string | null,
  { registry, reference, host }: Pick<Finding, 'registry' | 'reference' | 'host'>,
): string | null {
  if (registry === null) return null
  switch (cloud) {
    case 'acr': {
      // A name may be followed by a hyphen and a hash (learn.microsoft.com, domain name label).
      const [name = ''] = registry.split(/[-.]/)
      return host.platform === 'aks'
        ? `az aks update --attach-acr ${shellWord(name)} --name <cluster> --resource-group <group>`
        : null
    }
    case 'ecr': {
      const { role } = awsIdentity(caller ?? '')
      const partition = registry.endsWith('.cn')
        ? 'aws-cn'
        : registry.includes('.us-gov-')
          ? 'aws-us-gov'
          : 'aws'
      return role === null
        ? null
        : `aws iam attach-role-policy --policy-arn arn:${partition}:iam::aws:policy/${ROLE_NAME.ecr} --role-name ${shellWord(role)}`
    }
    case 'gar': {
      const place = artifactRepository(reference)
      const account = /^[\w.@-]+\.gserviceaccount\.com$/.test(caller ?? '') ? (caller ?? '') : '<account>'
      return (
        place &&
        `gcloud artifacts repositories add-iam-policy-binding ${shellWord(place.repository)} --project=${shellWord(place.project)} --location=${shellWord(place.location)} --role=${ROLE_NAME.gar} --member=serviceAccount:${account}`
      )
    }
  }
}

/** Where `gcr.io` and its regions have their repositories in Artifact Registry (cloud.google.com/artifact-registry/docs/transition). */
const GCR_LOCATION = new Map([
  ['gcr.io', 'us'],
  ['us.gcr.io', 'us'],
  ['eu.gcr.io', 'europe'],
  ['asia.gcr.io', 'asia'],
])

/** Returns project, location, and repository of an image in Artifact Registry, as its name has them; null for another name. */
function artifactRepository(reference: string | null) {
  const [host = '', ...path] = (reference ?? '').split('/')
  // A project of a domain, example.com:shop, is written example.com/shop.
  const ofDomain = path[0]?.includes('.') === true
  const project = ofDomain ? path.slice(0, 2).join(':') : path[0]
  const gcr = GCR_LOCATION.get(host)
  const location = gcr ?? /^([a-z0-9-]+)-docker\.pkg\.dev$/.exec(host)?.[1]
  // The last part is the image.
  const repository = gcr === undefined ? path.slice(0, -1)[ofDomain ? 2 : 1] : host
  return project === undefined || location === undefined || repository === undefined
    ? null
    : { project, location, repository }
}

export const permissionSteps: StepWords<
  | 'check-provider'
  | 'grant-cloud-role'
  | 'grant-pull'
  | 'token-scope'
  | 'hub-plan'
  | 'allow-address'
  | 'pass-perimeter'
  | 'accept-terms'
  | 'restore-service'
  | 'heed-reason'
  | 'ask-registry-admin'
  | 'upstream-login'
  | 'use-other-source'
> = {
  'check-provider': ({ cloud, sent, likely }, { findings }) => {
    const [first] = findings
    const fault = first.clues.find(clue => clue.code === 'provider-reason')?.problem
    const provider = `the kubelet's credential provider${cloud === null ? '' : ` (${PROVIDER[cloud]})`}`
    const configuration = `check its binary and configuration (--image-credential-provider-bin-dir and -config), and the kubelet's log ${onNodes(findings)}${cloud === 'ecr' && first.host.cloud === 'ecr' ? '; in a private subnet it needs the VPC endpoint ecr.api, too' : ''}${checkAcr(cloud, first)}`
    const texts = {
      refused: `Check the login that the node itself sent, from ${provider}: ${cloud === null ? "the node's identity" : IDENTITY[cloud]} may have been replaced or deleted, may have expired, or may lack its role${cloud === null ? '' : ` (${ROLE_NAME[cloud]})`}; the kubelet's log ${onNodes(findings)} shows which login was used${checkAcr(cloud, first)}`,
      nothing: `${fault === undefined ? `${likely ? 'Find' : `${MEANT}, find`} out why ${provider} returned no login` : PROVIDER_FAULT[fault](provider)}: ${configuration}`,
      unknown: `${likely ? 'See' : `${MEANT}, see`} whether ${provider} returned a login that is valid: ${configuration}`,
    }
    return nodeClientStep(texts[sent], kubeletLog(first.host, 'credential'), findings)
  },
  'grant-cloud-role': ({ cloud, caller, action, first }, { findings, findings: [finding] }) => {
    const { registry, reference } = finding
    const cached = action === null ? throughCache(reference) : ''
    const start = first ? 'Allow the nodes to pull' : 'If the image exists, allow the nodes to pull it'
    const owner = cloud === 'ecr' ? /^\d{12}(?=\.)/.exec(registry ?? '')?.[0] : undefined
    const { name, account: own } =
      caller === null ? { name: IDENTITY[cloud], account: null } : awsIdentity(caller)
    const lacks = action ?? 'the permission'
    if (owner !== undefined && own !== null && owner !== own)
      return {
        text: `${start}: the repository belongs to account ${owner}, so its repository policy there must allow account ${own} (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer), in addition to the policy ${ROLE_NAME.ecr} on ${name}${cached}`,
      }
    const brief = `${start}: ${name} lacks ${lacks}, so ${attach(cloud, action)}`
    const command = action === 'ecr:CreateRepository' ? null : grantCommand(cloud, caller, finding)
    return {
      text: `${brief}${own === null ? (FOREIGN[cloud] ?? '') : ''}${cached}${nodesOf(findings).length === 0 ? '' : `; the pull failed ${onNodes(findings)}`}`,
      brief,
      ...(command === null ? {} : { command }),
    }
  },
  'grant-pull': (
    { by, registry, repository, caller },
    { invocation, findings: [{ namespace, credential }] },
  ) => {
    const who =
      caller ??
      (credential.status === 'usable' ? 'the account in the pull secret' : 'the account that pulls it')
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
      case 'registry': {
        const cloud = cloudOf(registry)
        const how = cloud === null ? robotNote(repository, credential) : ` (${ROLE_NAME[cloud]})`
        return {
          text: `Ask the owner of ${repository} at ${registryLabel(registry)} to give ${who} pull access${how}`,
        }
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
    // These registries' rules are their operators', so users can only change the nodes' address.
    text:
      isPublic(reference) || /^(?:docker|quay)\.io\//.test(reference ?? '')
        ? `Let the nodes pull from another outgoing address (another NAT gateway, or IPv4 instead of IPv6): ${host} refuses ${address ?? 'theirs'}, or the region that it seems to be in`
        : `Add ${address === null ? "the nodes' outgoing address" : `the address ${address}`} to the network rules (firewall allowlist) of ${host}${cloud === 'acr' ? ', or pull through a private endpoint (https://aka.ms/acr/firewall)' : ', or pull from an address that it accepts'}`,
  }),
  'pass-perimeter': ({ perimeter, id, host }) => {
    const { askWhom, remedy } = PERIMETERS[perimeter]
    const which = id === null ? '' : `: their log has this refusal under ${id}`
    return {
      text: `Ask ${askWhom} for ${remedy(host)}${which}`,
    }
  },
  'accept-terms': ({ registry }) => ({
    text: `Sign in at the web site of ${registryLabel(registry)} with the account that pulls, and accept the terms of this image there: other logins are refused`,
  }),
  'restore-service': step => ({ text: `Ask ${restoreText(step)}` }),
  'heed-reason': step => ({ text: `Read ${reasonToHeed(step)}` }),
  'ask-registry-admin': ({ about, host }, { findings: [{ evidence }] }) => ({
    text:
      about === 'vulnerabilities'
        ? `Ask an administrator of ${host} which policy holds this image back after a scan, and whether to exempt it${exemption(evidence?.text ?? '')}`
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
  'use-other-source': ({ why }, { findings: [{ steps }] }) => ({
    text:
      why === 'closed'
        ? 'Use the image from another registry: ask its owner where it is published now, or copy it into your own registry'
        : why === 'policy'
          ? 'Or use another version of the image that passes the policy'
          : `${steps[0].code === 'use-other-source' ? 'Copy' : 'Or copy'} the image into a registry or mirror that the nodes can reach`,
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
