/** How to log in to each registry: the command, what its user names and passwords are (as each publisher documents them), and which of them expire soon. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { RealmProduct } from '../../../advice/step/step-at-node.ts'
import type { ShortLived, UserNames } from '../../../advice/step/step-for-access.ts'
import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import {
  acrName,
  type Cloud,
  cloudOf,
  ecrRegion,
  ORACLE_CLOUD,
  TOKEN_USERS,
} from '../../../image/cloud-registries.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { GITEA, GITLAB, HARDENED_IMAGES, isGitLab, RED_HAT } from '../../../image/registries.ts'
import { shellWord } from '../../sanitize.ts'
import { minuteOf, roundedDown } from '../duration.ts'
import { capitalize, responderLabel, withCapital } from '../nouns.ts'

/**
 * Returns the command with which this machine gets the credential that `fix` distributes. Amazon's and Google's registries take no password
 * of an account, only a token of their own client (docs.aws.amazon.com/AmazonECR, docs.cloud.google.com/artifact-registry).
 */
export function loginCommand(registry: string | null): string {
  if (registry === null || registry === DOCKER_HUB) return 'docker login'
  const host = shellWord(registry)
  const ofAmazon = `docker login --username AWS --password-stdin ${host}`
  if (registry === 'public.ecr.aws')
    return `aws ecr-public get-login-password --region us-east-1 | ${ofAmazon}`
  const region = ecrRegion(registry)
  if (region !== null) return `aws ecr get-login-password --region ${region} | ${ofAmazon}`
  return cloudOf(registry) === 'gar'
    ? `gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin ${host}`
    : `docker login ${host}`
}

/** Registries with rules of their own for user names and passwords. */
const LOGINS: [registry: RegExp, rule: string][] = [
  [new RegExp(`^${HARDENED_IMAGES}$`), 'the same Docker account works, under the key dhi.io'],
  [/^nvcr\.io$/, 'the user name is $oauthtoken (in single quotes), the password an NGC API key'],
  [
    /^ghcr\.io$/,
    'the password is a personal access token (classic) with read:packages, authorized for the organization if that enforces single sign-on (SSO)',
  ],
  [GITLAB, 'the login is a deploy token with the scope read_registry'],
  [
    ORACLE_CLOUD,
    "the user name starts with the tenancy's namespace (NAMESPACE/USER, or NAMESPACE/oracleidentitycloudservice/USER for a federated user), and the password is an auth token of that user",
  ],
  [
    /^container-registry(?:-\w+)?\.oracle\.com$/,
    "the password is an auth token created on its website, where the account has to accept the image's license too",
  ],
  [/^cp\.icr\.io$/, 'the user name is cp, the password an IBM entitlement key'],
  [
    /(?:^|\.)icr\.io$/,
    'the user name is iamapikey, the password an IBM Cloud API key (in a cluster of IBM Cloud, secret all-icr-io in namespace default has such a login, and other namespaces need a copy of it)',
  ],
  [RED_HAT, 'a registry service account of Red Hat (user name NUMBER|NAME, in single quotes) is best'],
  [
    /^public\.ecr\.aws$/,
    'logins for ECR Public expire after 12 hours, and from then on it refuses even public images to them',
  ],
  [/^quay\.io$/, 'a robot account (NAMESPACE+NAME) with read permission is best'],
  [/^rg\.[\w-]+\.scw\.cloud$/, 'the user name is nologin, the password the secret key of an API key'],
  [
    /^registry\.digitalocean\.com$/,
    'user name and password are both an API token (in DigitalOcean Kubernetes, `doctl kubernetes cluster registry add` gives every namespace a login)',
  ],
  // docs.gitea.com/usage/packages/container and forgejo.org/docs, package registry.
  [GITEA, 'the password is an access token with the scope read:package'],
  [
    /^cr\.(?:cloud\.)?yandex(?:\.(?:net|com|ru))?$|^cr\.yandex$/,
    'the user name is json_key, the password the authorized key of a service account (the tokens of oauth and iam expire)',
  ],
  [
    /^swr\.[\w-]+\.myhuaweicloud\.com$/,
    'the user name is REGION@ACCESS-KEY, the password the long-term login key derived from that access key',
  ],
  [/\.aliyuncs\.com$/, "the password is the one set in the registry's console, not the account's"],
  [/\.jfrog\.io$/, 'the password can be an identity token, which accounts with single sign-on need'],
  [
    /\.azurecr\.(?:io|cn|us)$/,
    'the login of a repository token (`az acr token create`) or a service principal lasts longer than that of `az acr login`',
  ],
]

/** What a GitLab of any name answers to a wrong login, and where it issues the tokens of its registry (gitlab-org/gitlab, config/gitlab.yml). */
const OF_GITLAB = /\bhttp basic: access denied\b|\/jwt\/auth\?[^\s"]{0,500}\bservice=container_registry\b/i

/** Whether the registry is a GitLab's, by its name or by its answer. */
export function isOfGitLab({ registry, evidence }: Pick<Finding, 'registry' | 'evidence'>): boolean {
  return isGitLab(registry ?? '') || OF_GITLAB.test(evidence?.text ?? '')
}

/** What a token needs for GitLab's dependency proxy, even to read (docs.gitlab.com/user/packages/dependency_proxy; gitlab-org/gitlab#519241). */
export const PROXY_SCOPES =
  'the scopes read_registry and write_registry, or read_virtual_registry and write_virtual_registry where GitLab has those'

/** Returns what to know about a registry's logins before one is distributed, after a semicolon; empty if nothing is special. */
export function loginNote(registry: string): string {
  const rule = LOGINS.find(([host]) => host.test(registry))?.[1]
  if (rule !== undefined) return `; ${rule}`
  const cloud = cloudOf(registry)
  if (cloud === 'gar')
    return '; such a token expires after an hour, a service account key (user _json_key) does not'
  return cloud === 'ecr' ? '; logins for ECR expire after 12 hours' : ''
}

interface TokenWords {
  what: string
  /** How long it lasts; a token's own claim counts more. */
  ends: string
  /** What does not expire, where the nodes are the cloud's own. */
  identity?: { cloud: Cloud; text: string }
  instead: string
}

const SHORT_LIVED: Record<ShortLived, TokenWords> = {
  'gitlab-job': {
    what: 'a CI job token (gitlab-ci-token)',
    ends: 'expires with its job',
    instead: 'use a deploy token with the scope read_registry',
  },
  ecr: {
    what: 'a login for ECR',
    ends: 'expires after 12 hours',
    identity: { cloud: 'ecr', text: 'let the nodes pull with their own role' },
    instead: 'refresh the login on a schedule',
  },
  gar: {
    what: 'a Google access token',
    ends: 'expires after an hour',
    identity: { cloud: 'gar', text: 'let the nodes pull with their service account' },
    instead: 'use a key (_json_key)',
  },
  acr: {
    what: 'an ACR access token',
    ends: 'expires after 3 hours',
    identity: { cloud: 'acr', text: 'let the nodes pull with their identity' },
    instead: 'use a repository token (`az acr token create`)',
  },
}

/** Returns what lasts longer than the secret's token on this node, and what that token is. */
export function shortLivedText(
  { secret, kind, validUntil, issuedFor }: StepOf<'short-lived-login'>,
  host: PullingNode,
): string {
  const { what, ends } = SHORT_LIVED[kind]
  // The addon writes it into every namespace (minikube.sigs.k8s.io/docs/handbook/addons/gcp-auth; GoogleContainerTools/gcp-auth-webhook#110).
  if (kind === 'gar' && secret === 'gcp-auth' && host.platform === 'minikube')
    return `Have minikube's addon gcp-auth write a new token (\`minikube addons enable gcp-auth --refresh\`, which recreates the pods as well): it made secret gcp-auth, whose Google access token ${ends}; or ${lasting(kind, host)} in a secret of your own`
  if (issuedFor !== undefined)
    return `${withCapital(lasting(kind, host))}: secret ${secret} contains ${what} that was issued for ${issuedFor}, and no other registry accepts it`
  const end = validUntil === null ? `, which ${ends}` : ` with the expiry time ${minuteOf(validUntil)}`
  return `${withCapital(lasting(kind, host))}: secret ${secret} contains ${what}${end}`
}

/** How each cloud's client prints such a token. */
const TOKEN_FROM: Record<Cloud, (registry: string) => string> = {
  ecr: registry => `aws ecr get-login-password --region ${ecrRegion(registry) ?? '<region>'}`,
  gar: () => 'gcloud auth print-access-token',
  acr: registry =>
    `az acr login --name ${shellWord(acrName(registry))} --expose-token --query accessToken --output tsv`,
}

/** Returns how to put a new token into the secret, and how to keep it from expiring again. @param kubectl makes a command for a namespace */
export function renewText(
  { secret, key, cloud, seconds, alone, isRenewed, registry, namespace }: StepOf<'renew-token'>,
  host: PullingNode,
  kubectl: (rest: string, namespace: string) => string,
): { text: string; brief: string; command?: string } {
  const { what, ends } = SHORT_LIVED[cloud]
  const print = TOKEN_FROM[cloud](registry)
  const start = `Put a new token into secret ${secret}`
  const old = `unless something has renewed it: as far as the cluster shows, it was written ${roundedDown(seconds)} ago, and ${what} ${ends}`
  const create = `create secret docker-registry ${shellWord(secret)} --docker-server=${shellWord(key)} --docker-username=${TOKEN_USERS[cloud]} --docker-password="$(${print})" --dry-run=client -o yaml`
  return {
    text: `${start}${alone && !isRenewed ? '' : ` (\`${print}\`)`}, ${old}; then ${lasting(cloud, host)}`,
    brief: `${start}, ${old}`,
    // Other logins of the secret would be lost, and whatever writes it would overwrite this one.
    ...(alone &&
      !isRenewed && { command: `${kubectl(create, namespace)} | ${kubectl('apply -f -', namespace)}` }),
  }
}

/** Returns what does not expire like the token, in the imperative. A machine that is not the cloud's own has no identity there. */
function lasting(kind: ShortLived, host: PullingNode): string {
  const { identity, instead } = SHORT_LIVED[kind]
  const has = identity !== undefined && (host.cloud === null || host.cloud === identity.cloud)
  return `${has ? `${identity.text}, or ` : ''}${instead}`
}

/** What the user names of each such registry are, as its operator documents them. */
const USER_NAMES: Record<UserNames, string> = {
  ecr: 'the user name is AWS for everyone, and the password comes from `aws ecr get-login-password`',
  google:
    'the user name is _json_key (with a service account key as the password) or oauth2accesstoken (with an access token)',
  ngc: 'the user name is $oauthtoken for everyone (in single quotes), and the password is an NGC API key',
  oracle: "user names start with the tenancy's namespace",
  yandex: 'the user name says what the password is: json_key, api_key, iam, or oauth',
  huawei: 'the user name is REGION@ACCESS-KEY, and the password the login key derived from that access key',
}

/** Returns which user name is not one of the registry's, and what to write instead. */
export function foreignNameText({
  secret,
  username,
  registry,
  form,
  path,
}: StepOf<'foreign-user-name'>): string {
  const [namespace = ''] = path.split('/')
  const such = form === 'oracle' && namespace !== '' ? `, such as ${namespace}/${username}` : ''
  const as = username === '' ? 'without a user name' : `as ${username}`
  return `Correct the user name in secret ${secret}, which logs in ${as}: at ${registry}, ${USER_NAMES[form]}${such}`
}

/** Where each product has the address that it announces (docs.gitea.com, goharbor.io/docs, docs.gitlab.com, docs.projectquay.io). */
const REALM_SETTING: Record<RealmProduct | 'any', string> = {
  gitea:
    'ROOT_URL of Gitea or Forgejo (section [server] of app.ini), or the host name that the reverse proxy forwards to it',
  harbor: 'external_url of harbor.yml, or externalURL of its chart',
  gitlab: "external_url of GitLab, or the registry's token_realm",
  quay: 'SERVER_HOSTNAME of its config.yaml',
  artifactory:
    'its custom base URL, or the headers Host and X-Forwarded-Proto that the reverse proxy forwards',
  nexus: 'the headers Host and X-Forwarded-Proto that the reverse proxy forwards',
  any: 'its external URL (auth.token.realm of the distribution registry, ROOT_URL of Gitea and Forgejo, external_url of Harbor and GitLab)',
}

/** Returns where the registry has the address that it announces for tokens. */
export function realmSetting(product: RealmProduct | null): string {
  return REALM_SETTING[product ?? 'any']
}

/** Returns what a registry says of a login that it finds wrong in itself. */
export function faultedLogin(
  finding: Pick<Finding, 'clues' | 'credential' | 'endpoint' | 'registry'>,
): string {
  const { clues, credential } = finding
  if (clueOf(clues, 'faulted-login')?.robot !== true)
    return 'The login is wrong, expired, or revoked, or its account was disabled.'
  const names = new Set(
    credential.attempts.flatMap(({ usable, username }) => (usable ? (username ?? []) : [])),
  )
  const [name] = names
  const robot = name === undefined || names.size > 1 ? '' : ` ${name}`
  return `${capitalize(responderLabel(finding))} finds no robot account${robot} with the token that was sent: the account was deleted, or the token is not its current one.`
}
