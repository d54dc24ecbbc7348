/** Who pulls from a cloud's registry on behalf of the nodes, and how that identity gets the permission. */

import type { Finding } from '../../diagnosis/finding.ts'
import { acrName, type Cloud, type Partition, partitionOf } from '../../image/cloud-registries.ts'
import { shellWord } from '../sanitize.ts'
import { FARGATE_ROLE } from './node/node-logins.ts'

interface CloudWords {
  /** The role or policy that lets an identity pull. */
  role: string
  /** How an identity gets it. */
  give: string
  /** The nodes' own identity. */
  identity: string
  /** The kubelet's plugin that gets a login for that identity. */
  provider: string
}

export const CLOUDS: Record<Cloud, CloudWords> = {
  ecr: {
    role: 'AmazonEC2ContainerRegistryPullOnly',
    give: 'attach the policy AmazonEC2ContainerRegistryPullOnly to it',
    identity: "the nodes' IAM role",
    provider: 'ecr-credential-provider',
  },
  acr: {
    role: 'AcrPull',
    give: 'give it the role AcrPull on the registry (on AKS, `az aks update --attach-acr` does that)',
    identity: "the kubelet's managed identity",
    provider: 'acr-credential-provider',
  },
  gar: {
    role: 'roles/artifactregistry.reader',
    give: 'give it the role roles/artifactregistry.reader on the repository',
    identity: "the nodes' service account",
    provider: 'auth-provider-gcp',
  },
}

/** What the parts of clouds are called that have identities of their own. */
export const PARTITIONS: Record<Partition, string> = {
  aws: "AWS's commercial regions (partition aws)",
  'aws-cn': 'AWS China (partition aws-cn)',
  'aws-us-gov': 'AWS GovCloud (partition aws-us-gov)',
  'aws-eusc': 'the AWS European Sovereign Cloud (partition aws-eusc)',
  azure: 'global Azure',
  'azure-china': 'Azure China (operated by 21Vianet)',
  'azure-government': 'Azure Government',
  google: 'Google Cloud',
  'google-partners': "a sovereign cloud of one of Google's partners",
}

/** Returns the name of the plugin that gets logins for the registry, to follow what it is; empty if there is no usual one. */
export function providerName(cloud: Cloud | null, registry: string | null): string {
  if (cloud !== null) return ` (${CLOUDS[cloud].provider})`
  return /\.jfrog\.io$/.test(registry ?? '') ? ' (jfrog-credential-provider)' : ''
}

/** Returns what the nodes' identity is called; one outside of Google's cloud has only the login that somebody gave it, and Fargate only a role of AWS. */
export function identityOf(cloud: Cloud, { host, credential }: Pick<Finding, 'host' | 'credential'>): string {
  if (host.virtual === 'fargate') return cloud === 'ecr' ? FARGATE_ROLE : 'the identity that asked'
  const isGiven = cloud === 'gar' && host.cloud !== null && host.cloud !== 'gar' && credential.ofNode === true
  return isGiven ? "the identity that asked, which is that of the node's own login," : CLOUDS[cloud].identity
}

/** Returns how the identity gets the permission; the first pull through a cache of ECR may also have to make the repository. */
export function attach(cloud: Cloud, action: string | null): string {
  switch (action) {
    case 'ecr:BatchImportUpstreamImage':
      return `${CLOUDS.ecr.give}; the first pull of an image through the cache may also need ecr:CreateRepository, which that policy lacks`
    case 'ecr:CreateRepository':
      return 'allow it that action in a policy of its own, which the first pull of an image through the cache needs (as well as ecr:BatchImportUpstreamImage), or create the repository beforehand'
    default:
      return CLOUDS[cloud].give
  }
}

/** Returns the command that gives the role; null where the identity or the repository is in doubt. */
export function grantCommand(
  cloud: Cloud,
  caller: string | null,
  { registry, reference, host }: Pick<Finding, 'registry' | 'reference' | 'host'>,
): string | null {
  if (registry === null) return null
  switch (cloud) {
    case 'acr': {
      return host.platform === 'aks'
        ? `az aks update --attach-acr ${shellWord(acrName(registry))} --name <cluster> --resource-group <group>`
        : null
    }
    case 'ecr': {
      const { role } = awsIdentity(caller ?? '')
      return role === null
        ? null
        : `aws iam attach-role-policy --policy-arn arn:${partitionOf(registry) ?? 'aws'}:iam::aws:policy/${CLOUDS.ecr.role} --role-name ${shellWord(role)}`
    }
    case 'gar': {
      const place = artifactRepository(reference)
      const account = /^[\w.@-]+\.gserviceaccount\.com$/.test(caller ?? '') ? (caller ?? '') : '<account>'
      return (
        place &&
        `gcloud artifacts repositories add-iam-policy-binding ${shellWord(place.repository)} --project=${shellWord(place.project)} --location=${shellWord(place.location)} --role=${CLOUDS.gar.role} --member=serviceAccount:${account}`
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
export function artifactRepository(reference: string | null) {
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

/** Returns an AWS identity as its owner knows it: a session, such as `assumed-role/ROLE/SESSION`, is of a role, to which policies are attached. */
export function awsIdentity(arn: string): { name: string; account: string | null; role: string | null } {
  const [, account = null, role = null] =
    /^arn:[\w-]+:(?:sts|iam)::(\d{12}):(?:assumed-role\/([^/\s]+))?/.exec(arn) ?? []
  return { name: role === null ? arn : `the IAM role ${role}`, account, role }
}
