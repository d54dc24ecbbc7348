/** Reports on pull secrets: what writes them, how old they are, and which pods get what is changed. */
import { expect, test } from 'vitest'
import { ownerLink } from '../diagnosis/snapshots.ts'
import { expectRow, type Row, textsOf } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const DENIED = 'pull access denied, repository does not exist or may require authorization'
const ANONYMOUS = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
const NOTHING_SENT =
  'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const HASHED = 'acme-d1b2c3.azurecr.io'

const entry = (key: string, username = 'ci') => ({ entries: [{ key, username, problem: null }] })
const flux = { tool: 'flux', name: 'flux-system/apps', resource: 'Kustomization' } as const
const helm = { tool: 'helm', name: 'shop' } as const
const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'load', uid: 'j' }

test.each<Row>([
  [
    "the key of GitHub's former registry, whose tokens ghcr.io takes",
    'ghcr.io/acme/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    { secret: entry('docker.pkg.github.com') },
    {
      first: /^Run `docker login ghcr\.io`/,
      says: /^Or add the login that secret web\/regcred has for docker\.pkg\.github\.com to it a second time, under the key ghcr\.io/m,
    },
  ],
  [
    "a key of another of Google's regions, whose login is added once",
    'europe-docker.pkg.dev/acme/apps/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    { secret: { entries: [{ key: 'us-docker.pkg.dev', username: '_json_key', problem: null }] } },
    { says: /^Or add the login that secret web\/regcred has/m, never: /Add a login for/ },
  ],
  [
    'a login that came after the attempt of a static pod, which its deletion does not restart',
    'ghcr.io/acme/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    { login: 'ghcr.io', pod: { controller: { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n' } } },
    { first: /^Wait for the next attempt: .* five minutes\S* *$/, never: /delete pod/ },
  ],
  [
    'a login that came after the attempt of a pod which its controller may not replace',
    'ghcr.io/acme/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    {
      login: 'ghcr.io',
      pod: { controller: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'etl', uid: 'w' } },
    },
    {
      first:
        /^Wait for the next attempt: .* five minutes\. Or, if workflow\/etl replaces its pods, delete the pod/,
      never: /its controller creates/,
    },
  ],
  [
    'a newer list of the account, for pods that fix leaves to their controller',
    'ghcr.io/acme/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    {
      account: { imagePullSecrets: ['ghcr'] },
      pod: {
        controller: { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'CloneSet', name: 'cart', uid: 'c' },
      },
      shown: {
        pullSecrets: [
          {
            ...{ namespace: 'web', name: 'ghcr', type: 'kubernetes.io/dockerconfigjson', problem: null },
            ...entry('ghcr.io'),
          },
        ],
      },
    },
    {
      first:
        /^Recreate the pods: .* Start a new run of cloneset\/cart, or, if it replaces its pods, delete them .*delete pod \S+$/,
      never: /pullguard fix/,
    },
  ],
  [
    'the same of a pod that its controller replaces',
    'ghcr.io/acme/api:3',
    `failed to resolve image: ${ANONYMOUS}`,
    {
      login: 'ghcr.io',
      pod: { controller: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'd' } },
    },
    { first: /^Retry the pull now: delete the pod, and its controller creates a new one/ },
  ],
  [
    "GitLab's website as the key, in a secret that Flux applies",
    'registry.gitlab.com/acme/api:3',
    ANONYMOUS,
    { secret: { ...entry('https://gitlab.com'), writer: { type: 'manager', manager: flux } } },
    {
      first:
        /^Change the key in secret regcred to registry\.gitlab\.com in the Git repository that Kustomization flux-system\/apps of Flux reads: it has the key https:\/\/gitlab\.com, which is the host of the website/,
      never: /create secret|service accounts\)/,
    },
  ],
  [
    'the same in a secret that somebody made',
    'ghcr.io/acme/api:3',
    ANONYMOUS,
    { secret: entry('github.com') },
    { first: /^Recreate secret regcred with .*--docker-server=ghcr\.io, or correct it where it is created/ },
  ],
  [
    'the list that a pod copied from its account, which has another one today',
    OWN,
    DENIED,
    {
      login: 'registry.example',
      account: { imagePullSecrets: ['regcred'] },
      pod: { pullSecrets: ['regcred-2025'], controller: job },
      owners: [
        ownerLink('Job', 'load', {
          uid: 'j',
          template: { mark: null, images: { app: OWN }, pullSecrets: [] },
        }),
      ],
    },
    {
      first:
        /^Recreate the pods: their template names no pull secrets, so those that they have \(regcred-2025\) were added .*, and new ones get what the account has today/,
      never: /create secret|own imagePullSecrets|lists its own/i,
    },
  ],
  [
    "a list that a webhook put in the place of the template's",
    OWN,
    ANONYMOUS,
    {
      login: 'registry.example',
      pod: { pullSecrets: [], controller: job },
      owners: [
        ownerLink('Job', 'load', {
          uid: 'j',
          template: { mark: null, images: { app: OWN }, pullSecrets: ['regcred'] },
        }),
      ],
    },
    {
      first:
        /^Let the mutating webhook or policy that replaced the pull secrets of pod \S+ keep those of its template, then delete the pod: job\/load names regcred, which has a login for the image, and the pod has none; this lists the webhooks kubectl get mutatingwebhookconfigurations$/,
      never: /pullguard fix|Add secret/,
    },
  ],
  [
    "a malformed login, whose registry is not the image's",
    'icr.io/cpopen/operator:1',
    'unable to parse auth field, must be formatted as base64(username:password)',
    { secret: { problem: 'malformed', detail: 'cp.icr.io', entries: [] } },
    {
      first:
        /^Recreate secret regcred, with .* --docker-server=cp\.icr\.io \(the user name is cp, the password an IBM entitlement key\): .* Or remove it from the pod's imagePullSecrets, which takes a new pod/,
    },
  ],
  [
    'an auth that is not base64, most likely of a robot account of Harbor',
    'harbor.acme.io/render/worker:3.4',
    'illegal base64 data at input byte 0',
    { secret: { problem: 'malformed', detail: 'harbor.acme.io', entries: [] } },
    {
      first: /single quotes\): the auth of the login for harbor\.acme\.io is not base64\./,
      says: /The auth of a login in it is not base64/,
      never: /is not JSON/,
    },
  ],
  [
    'a malformed secret that something writes, and the only one of the template',
    OWN,
    'json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig',
    {
      secret: {
        problem: 'malformed',
        detail: 'auths',
        entries: [],
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'regcred' },
      },
      pod: { controller: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'db' } },
    },
    {
      first:
        /^Correct secret regcred in what writes it \(ExternalSecret regcred\): its auths is not a JSON object\..* Or remove it from the imagePullSecrets of statefulset\/db, or of its service account/,
    },
  ],
  [
    'the only secret of a pod, which the dump lacks and the kubelet could not read',
    OWN,
    'json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type string',
    { pod: { pullSecrets: ['regcred'] } },
    { first: /^Recreate secret regcred \(auths and each login in it are JSON objects, not lists\)/ },
  ],
  [
    'one of several such secrets',
    OWN,
    'json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type string',
    { pod: { pullSecrets: ['regcred', 'other'] } },
    { first: /^See what the kubelet reads in each pull secret/, never: /Recreate/ },
  ],
  [
    "a CI job's token, which more rights would not keep",
    'registry.gitlab.com/acme/api:1',
    'Head "https://registry.gitlab.com/v2/acme/api/manifests/1": denied: access forbidden',
    { secret: { entries: [{ key: 'registry.gitlab.com', username: 'gitlab-ci-token', problem: null }] } },
    {
      first: /^Use a deploy token with the scope read_registry: secret regcred contains a CI job token/,
      never: /Reporter role/,
    },
  ],
  [
    'the same in a pod of the job itself, whose token has not ended',
    'registry.gitlab.com/acme/api:1',
    'Head "https://registry.gitlab.com/v2/acme/api/manifests/1": denied: access forbidden',
    {
      secret: { entries: [{ key: 'registry.gitlab.com', username: 'gitlab-ci-token', problem: null }] },
      pod: { maker: 'gitlab-runner' },
    },
    { says: /at least the Reporter role/, never: /CI job token/ },
  ],
  [
    "a registry of IBM's cloud, whose clusters have a login in one namespace",
    'us.icr.io/acme/api:1',
    ANONYMOUS,
    { says: /secret all-icr-io in namespace default/ },
  ],
  [
    'a secret in the layout of the older type',
    OWN,
    ANONYMOUS,
    { secret: { problem: 'wrong-layout', detail: 'dockercfg' } },
    {
      first:
        /^Wrap the content of secret regcred in one more level, \{"auths": …\}, where it is made, if that has a login for \S+, or/,
    },
  ],
  [
    "a chart's secret of a type that no upgrade can change",
    OWN,
    DENIED,
    {
      secret: {
        type: 'Opaque',
        problem: 'wrong-type',
        detail: 'Opaque',
        writer: { type: 'manager', manager: helm },
      },
    },
    {
      first:
        /^Give secret regcred the type kubernetes\.io\/dockerconfigjson in the chart or the values of Helm release shop, and delete the Secret before/,
    },
  ],
  [
    "a login for another region, in an ExternalSecret's copy",
    `${ECR}/api:3`,
    'no basic auth credentials',
    {
      secret: {
        ...entry(ECR.replace('eu-west-1', 'us-east-1'), 'AWS'),
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'ecr' },
      },
    },
    { says: /Add a login for \S+eu-west-1\S+ to secret regcred in what writes it \(ExternalSecret ecr\)/ },
  ],
  [
    "a pod that gets its account's list",
    OWN,
    ANONYMOUS,
    { account: {} },
    { first: /as a pull secret of the pods' service accounts/ },
  ],
  [
    'a pod with a list of its own, which gets nothing from its account',
    OWN,
    ANONYMOUS,
    { secret: entry('other.example') },
    { first: /distribute that login pullguard fix/, never: /service accounts/ },
  ],
  [
    'a token in another secret of the namespace, which has expired since',
    'acme.azurecr.io/api:3',
    ANONYMOUS,
    {
      node: { labels: { 'kubernetes.azure.com/cluster': 'MC_acme' } },
      shown: {
        pullSecrets: [
          {
            namespace: 'web',
            name: 'acr',
            type: 'kubernetes.io/dockerconfigjson',
            problem: null,
            ...entry('acme.azurecr.io', '00000000-0000-0000-0000-000000000000'),
            createdAt: '2026-11-21T10:00:00Z',
          },
        ],
      },
    },
    { first: /az aks check-acr/, says: /^Add secret acr.* put a new one into it first/m },
  ],
  [
    'a missing secret that the pod of a Job names, which its next attempt reads',
    OWN,
    DENIED,
    { secret: { problem: 'missing' }, pod: { controller: job } },
    { says: /Create secret regcred, which the pods name/, never: /recreate job/ },
  ],
  [
    'a Job whose pod names no secret',
    OWN,
    DENIED,
    { pod: { controller: job } },
    { says: /delete the pod, unless job load has a new one already/, never: /run it again/ },
  ],
  [
    'a token for ECR in a secret that is older than such a token lasts',
    `${ECR}/api:3`,
    `unexpected status from HEAD request to https://${ECR}/v2/api/manifests/3: 403 Forbidden`,
    { secret: { ...entry(ECR, 'AWS'), createdAt: '2026-11-21T10:00:00Z' } },
    {
      first:
        /^Put a new token into secret regcred, unless something has renewed it: as far as the cluster shows, it was written 3 days ago, .* kubectl -n web create secret docker-registry regcred .*get-login-password --region eu-west-1\)" .*\| kubectl -n web apply -f -$/,
      says: /secret regcred is 3 days old: unless something has renewed it, the token in it has expired/,
    },
  ],
  [
    'the same where other logins would be lost',
    `${ECR}/api:3`,
    `unexpected status from HEAD request to https://${ECR}/v2/api/manifests/3: 403 Forbidden`,
    {
      secret: {
        createdAt: '2026-11-21T10:00:00Z',
        entries: [
          { key: 'ghcr.io', username: 'ci', problem: null },
          { key: ECR, username: 'AWS', problem: null },
        ],
      },
    },
    { first: /^Put a new token into secret regcred \(`aws ecr get-login-password/, never: /apply -f/ },
  ],
  [
    'the same in a secret of the older type, which can not be changed',
    `${ECR}/api:3`,
    `unexpected status from HEAD request to https://${ECR}/v2/api/manifests/3: 403 Forbidden`,
    { secret: { ...entry(ECR, 'AWS'), type: 'kubernetes.io/dockercfg', createdAt: '2026-11-21T10:00:00Z' } },
    { first: /^Put a new token into secret regcred \(`aws ecr get-login-password/, never: /apply -f/ },
  ],
  [
    "a token for a registry of Azure whose host has a hash after the registry's name",
    `${HASHED}/api:3`,
    DENIED,
    {
      secret: { ...entry(HASHED, '00000000-0000-0000-0000-000000000000'), createdAt: '2026-11-21T10:00:00Z' },
    },
    { first: /az acr login --name acme --expose-token/ },
  ],
  [
    'the fields of a generator, which no type alone makes a pull secret',
    `${ECR}/api:3`,
    NOTHING_SENT,
    {
      secret: {
        type: 'Opaque',
        problem: 'wrong-type',
        detail: 'Opaque',
        fields: ['password', 'proxy_endpoint', 'username'],
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'ecr' },
      },
    },
    {
      first:
        /^Compose a \.dockerconfigjson for secret regcred .*ExternalSecret ecr\), under spec\.target\.template, with .*"\{\{ \.proxy_endpoint \}\}"/,
    },
  ],
  [
    'a secret that its controller would create again in the old form',
    OWN,
    NOTHING_SENT,
    {
      secret: {
        type: 'Opaque',
        problem: 'wrong-type',
        detail: 'Opaque',
        fields: ['password', 'username'],
        writer: { type: 'resource', kind: 'ExternalSecret', group: 'external-secrets.io', name: 'hub' },
      },
    },
    { first: /delete the Secret afterward/ },
  ],
  [
    'a secret that is for something else, and must stay what it is',
    OWN,
    NOTHING_SENT,
    {
      secret: {
        type: 'kubernetes.io/tls',
        problem: 'wrong-type',
        detail: 'kubernetes.io/tls',
        fields: ['tls.crt', 'tls.key'],
      },
    },
    {
      first: /^Name a pull secret .* in place of regcred .*kubernetes\.io\/tls/,
      never: /Recreate secret|Compose/,
    },
  ],
  [
    'a name that a chart made of an object',
    OWN,
    NOTHING_SENT,
    { secret: { name: 'map[name:hub]', type: null, problem: 'missing' } },
    {
      first:
        /^Write the name of a Secret in place of map\[name:hub\] .*"- hub" in its values instead of "- name: hub"/,
      never: /--secret-name|Create secret/,
    },
  ],
  [
    'a name that a chart made of a list',
    OWN,
    NOTHING_SENT,
    { secret: { name: '[map[name:hub]]', type: null, problem: 'missing' } },
    {
      first: /in place of \[map\[name:hub\]\] .* write "hub" in its values instead of the list/,
      never: /"- hub"/,
    },
  ],
  [
    'another name that no secret can have',
    OWN,
    NOTHING_SENT,
    { secret: { name: 'Hub_Login', type: null, problem: 'missing' } },
    { first: /^Write the name of a Secret in place of Hub_Login .*lower-case/, never: /--secret-name|Helm/ },
  ],
])('%s', expectRow)

const half = (key: string, username: string | null) => ({
  entries: [{ key, username, problem: 'half' as const }],
})

test.each<Row>([
  [
    'ECR, by a job whose command failed',
    `${ECR}/api:3`,
    NOTHING_SENT,
    { secret: half(ECR, 'AWS') },
    {
      says: /it has a user name, but its password is empty, which happens when `aws ecr get-login-password` fails/,
    },
  ],
  [
    'another registry',
    OWN,
    NOTHING_SENT,
    { secret: half('registry.example', 'ci') },
    { says: /it has a user name, but its password is empty/, never: /aws/ },
  ],
  [
    'no user',
    OWN,
    NOTHING_SENT,
    { secret: half('registry.example', null) },
    { says: /it has a password, but no user name/, never: /is empty/ },
  ],
])('half a login is named by the half that is missing: %s', expectRow)

test.each<[string, string, string, RegExp]>([
  [
    "a robot of Quay, after CRI-O's words for any 401",
    'quay.io',
    'unable to retrieve auth token: invalid username/password: unauthorized: Could not find robot with username: ci and supplied password.',
    /quay\.io finds no robot account ci with the token that was sent: the account was deleted, or the token is not its current one/i,
  ],
  [
    'a password',
    'registry.example',
    'unauthorized: incorrect username or password',
    /The login is wrong, expired, or revoked, or its account was disabled/,
  ],
])('a login that is refused by itself says nothing of its rights: %s', (_name, key, error, says) => {
  const { all } = textsOf({ image: `${key}/team/api:3`, error, secret: entry(key) })
  expect(all).toMatch(says)
  expect(all).not.toMatch(/has no access to this image/)
})

test("CRI-O's words for any 401 leave open whether the account has access", () => {
  const error =
    'unable to retrieve auth token: invalid username/password: unauthorized: authentication required'
  expect(textsOf({ image: OWN, error, secret: entry('registry.example') }).all).toMatch(
    /or its account has no access to this image/,
  )
})
