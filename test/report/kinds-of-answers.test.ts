/** Reports on answers that are easily mistaken for something else, and on nodes whose commands differ. */
import { describe, expect, test } from 'vitest'
import { pulled, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { type Expected, textsOf } from './texts-of.ts'

const headed = (host: string, path: string) =>
  `unexpected status from HEAD request to https://${host}/v2/${path}: 403 Forbidden`
const OWN = 'registry.example/team/api:3'
const ECR = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api:3'
const EKS_IMAGE = '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:v2.2.4'
const ZARF = '127.0.0.1:31999/library/nginx:1.27-zarf-3793515731'
const NO_LOGIN =
  'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
/** Images, the host of theirs that fails, and where its operator says how it is. */
const STATUS_PAGES: [image: string, host: string, says: RegExp][] = [
  ['nginx', 'auth.docker.io', /dockerstatus\.com/],
  ['ghcr.io/a/b:1', 'ghcr.io', /githubstatus\.com/],
  ['quay.io/a/b:1', 'quay.io', /status\.redhat\.com/],
  ['registry.gitlab.com/a/b:1', 'gitlab.com', /status\.gitlab\.com/],
  ['europe-docker.pkg.dev/a/b/c:1', 'europe-docker.pkg.dev', /status\.cloud\.google\.com/],
  ['acme.azurecr.io/a:1', 'acme.azurecr.io', /azure\.status\.microsoft/],
  ['public.ecr.aws/a/b:1', 'public.ecr.aws', /health\.aws\.amazon\.com/],
  ['nvcr.io/a/b:1', 'nvcr.io', /operators of (?:nvcr\.io|the token server nvcr\.io) report an outage/],
]
const ANONYMOUS = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
const GITLAB_BASIC =
  'Head "https://registry.gitlab.com/v2/acme/api/manifests/1": unauthorized: HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you\'re required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.'
const ofDeployment = (image: string) => ({
  controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-1', uid: 'o' },
  containers: [
    container({
      image,
      state: waiting('InvalidImageName', `couldn't parse image name "${image}": invalid reference format`),
    }),
  ],
})
/** goharbor/harbor, src/server/middleware/vulnerable. */
const unscanned = (how: string) =>
  `Error response from daemon: unknown: current image ${how} cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "Critical" or higher from running.'`
const entry = (key: string, more = {}) => ({ entries: [{ key, username: 'ci', problem: null, ...more }] })

describe('a web page in place of a token', () => {
  const never = /pass \/v2\/ on|instead of a response/
  test.each<[string, string, string, Expected]>([
    [
      'whose address the text lacks is looked for in the challenge of the registry',
      'gitlab.acme.example:5005/hub/nginx:1',
      "failed to authorize: failed to fetch oauth token: unable to decode token response: invalid character '<' looking for beginning of value",
      {
        short: /^web pages instead of tokens/,
        first:
          /^See which address gitlab\.acme\.example:5005 names for tokens .*token_realm.*https:\/\/gitlab\.acme\.example:5005\/v2\//,
        says: /^A web page came back instead of a token.*\nThe registry answered/,
      },
    ],
    [
      'comes from the server that the text names',
      OWN,
      'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://sso.example/service/token?service=registry: 404 Not Found: <html>',
      { first: /a web page came from sso\.example .*externalURL/ },
    ],
    [
      'of Docker Hub comes from something on the way',
      'acme/api:3',
      'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository": invalid character \'<\' looking for beginning of value',
      {
        first:
          /from auth\.docker\.io .*most likely that of a proxy, a firewall, or a login portal.*registry-1\.docker\.io/,
      },
    ],
  ])('%s', (_name, image, error, { short = /^/, first = /^/, says = /^/ }) => {
    const report = textsOf({ image, error })
    expect(report.short).toMatch(short)
    expect(report.first).toMatch(first)
    expect(report.all).toMatch(says)
    expect(report.all).not.toMatch(never)
  })
})

describe('a registry that only the cluster reaches', () => {
  const image = 'image-registry.openshift-image-registry.svc:5000/shared/base:1'
  const error = `initializing source docker://${image}: reading manifest 1 in ${image}: authentication required`
  const never = /docker login|pullguard fix|--check-images/
  test.each<[string, Partial<Situation>, RegExp]>([
    [
      'needs no other login than a valid one that lacks a right',
      { login: 'image-registry.openshift-image-registry.svc:5000' },
      /^(?!.*create secret).*system:image-puller/s,
    ],
    [
      'needs no secret made by hand if OpenShift makes its logins',
      {},
      /^(?!.*create secret).*describe imagestream base/s,
    ],
    [
      'gets the secret that its pods name',
      { secret: { problem: 'missing' } },
      /Create secret regcred, which the pods name,/,
    ],
    [
      'is any other Service, too',
      { image: 'registry.ci.svc.cluster.local:5000/a/b:1', error: 'unauthorized: authentication required' },
      /--docker-server=registry\.ci\.svc.*from outside: only the cluster reaches it/,
    ],
    [
      'may be one whose name only looks like that of a Service',
      { image: 'registry.corp-net:5000/a/b:1', error: 'unauthorized: authentication required' },
      /: it looks like the name of a Service, which only the cluster reaches/,
    ],
  ])('%s', (_name, situation, says) => {
    const { all } = textsOf({ image, error, ...situation })
    expect(all).toMatch(says)
    expect(all).not.toMatch(never)
  })
})

const MISSING = { image: OWN, error: 'manifest unknown: manifest unknown' }
const owner = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, name, uid: name })

test.each<[string, Situation['pod'], Expected]>([
  [
    'a set of pods that an operator makes of a resource of its own',
    {
      controller: owner('core.example.io/v1', 'PodSet', 'db-main'),
      operator: {
        name: 'db-operator',
        resource: { label: 'example.io/cluster', kind: 'Database', name: 'db' },
      },
    },
    {
      says: /the custom resource Database db: db-operator reverts changes to podset\/db-main itself .*edit Database\/db/,
      never: /edit podset/,
    },
  ],
  [
    "an operator's StatefulSet whose owner is not in the dump",
    {
      controller: owner('apps/v1', 'StatefulSet', 'hippo-1'),
      operator: {
        name: null,
        resource: { label: 'postgres-operator.example/cluster', kind: null, name: 'hippo' },
      },
    },
    { says: /the custom resource hippo \(label postgres-operator\.example\/cluster\): its operator reverts/ },
  ],
  [
    'the resource itself, as its user writes it',
    {
      controller: owner('postgresql.example.io/v1', 'Cluster', 'pg'),
      operator: { name: null, resource: { label: 'example.io/cluster', kind: null, name: 'pg' } },
    },
    { says: /edit cluster\.postgresql\.example\.io\/pg/, never: /reverts/ },
  ],
  [
    'a label that anybody may have',
    {
      controller: owner('apps/v1', 'StatefulSet', 'shop'),
      operator: { name: null, resource: { label: 'example.com/name', kind: null, name: 'shop' } },
    },
    { says: /set image statefulset\/shop/, never: /reverts/ },
  ],
  [
    'a run, which keeps what it began with',
    { controller: owner('tekton.dev/v1', 'TaskRun', 'build-7') },
    {
      says: /in the template, pipeline, or manifest that taskrun\/build-7 was started from/,
      never: /edit taskrun/,
    },
  ],
  [
    'a JobSet, whose templates the API server lets nobody change',
    { controller: owner('jobset.x-k8s.io/v1alpha2', 'JobSet', 'train') },
    { says: /that jobset\/train was started from, and start it again/, never: /edit jobset/ },
  ],
  [
    'a StatefulSet that was not read',
    { name: 'store-0', controller: owner('apps/v1', 'StatefulSet', 'store') },
    { says: /then delete pod store-0 if the StatefulSet does not/ },
  ],
])('the image of %s is corrected where that lasts', (_name, fields, { says = /^/, never = /$^/ }) => {
  const { all } = textsOf({
    ...MISSING,
    pod: {
      ...fields,
      containers: [container({ image: OWN, state: waiting('ErrImagePull', MISSING.error) })],
    },
  })
  expect(all).toMatch(says)
  expect(all).not.toMatch(never)
})

test.each<[string, Situation, Expected]>([
  [
    'a scan that has not ended, which shows no vulnerability',
    {
      image: 'harbor.corp/pay/ledger:7',
      error: unscanned('with \\"Pending\\" status of vulnerability scanning'),
    },
    {
      first: /^Wait until harbor\.corp has scanned the image: .*\(in Harbor, the Job Service Dashboard/,
      never: /allowlist|exempt|another version|login (?:was|is) (?:refused|wrong)/,
    },
  ],
  [
    'a scan that failed',
    { image: 'harbor.corp/pay/ledger:7', error: unscanned('with "Error" status of vulnerability scanning') },
    {
      first: /^Start the scan of the image at harbor\.corp again \(in Harbor/,
      never: /allowlist|exempt|Wait/,
    },
  ],
  [
    'an image that was never scanned',
    { image: 'harbor.corp/pay/ledger:7', error: unscanned('without vulnerability scanning') },
    { first: /^Start a scan of the image at harbor\.corp/, never: /allowlist|exempt|again/ },
  ],
  [
    'vulnerabilities that were found',
    { image: 'harbor.corp/pay/ledger:7', error: unscanned('with 3 vulnerabilities') },
    { first: /CVE allowlist/, never: /^Start a scan|Wait until/ },
  ],
  [
    "Harbor's signature policy, which no node has",
    {
      image: OWN,
      error: 'reading manifest 3 in registry.example/team/api: unknown: The image is not signed by notation.',
    },
    {
      first:
        /^Sign the image \(`notation sign`, with its digest\), or ask an administrator of registry\.example to lift/,
      never: /policy\.json|on the node/,
    },
  ],
  [
    'requests at Quay, which does not count pulls',
    {
      image: 'quay.io/acme/collector:2',
      error: 'reading manifest 2 in quay.io/acme/collector: too many requests to registry',
      login: 'quay.io',
    },
    {
      first: /^Wait a minute or two.*start fewer pods at once/,
      says: /quay\.io received too many requests .*requests per second from one address, not the number of pulls/s,
      never: /pull rate limit is used up|higher quota/,
    },
  ],
  [
    "a number in an image's host, which other images of the chart have, too",
    {
      image: '6.02401143452e+11.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni-init:v1.15.1',
      error: "couldn't parse image name: invalid reference format",
      reason: 'InvalidImageName',
    },
    { first: /--set-string.*any other image with the same number/, never: /set image/ },
  ],
  [
    'a node whose kubelet has no provider for Google built in anymore',
    {
      image: 'europe-west3-docker.pkg.dev/acme/apps/orders:3',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://europe-west3-docker.pkg.dev/v2/token: 403 Forbidden',
      node: { kubelet: 'v1.30.4', provider: 'gce' },
    },
    {
      first: /^See whether .*auth-provider-gcp\) is installed .*none of its own since Kubernetes 1\.29/,
    },
  ],
  ...(['v1.27.8', 'v1.31.5'] as const).map((kubelet): [string, Situation, Expected] => [
    `a node whose kubelet, ${kubelet}, has no provider for ECR built in anymore`,
    { image: ECR, error: pulled(ECR, NO_LOGIN), node: { kubelet, provider: 'aws' } },
    { says: /ecr-credential-provider\) is installed .*none of its own since Kubernetes 1\.27/ },
  ]),
  [
    'a kubelet that has one',
    { image: ECR, error: pulled(ECR, NO_LOGIN), node: { kubelet: 'v1.26.9', provider: 'aws' } },
    { says: /ecr-credential-provider/, never: /none of its own/ },
  ],
  [
    'a limit of the upstream, in the words of a cache',
    { image: OWN, error: 'unknown: http status code: 429, body: toomanyrequests' },
    {
      first: /use its own login at its upstream registry/,
      says: /is a cache whose upstream registry limits/,
    },
  ],
  [
    'a token without the scope for packages',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden: denied: permission_denied: The token provided does not match expected scopes.',
    },
    { first: /with the scope read:packages/, never: /wrong, expired, or revoked/ },
  ],
  [
    'a token that single sign-on does not authorize',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        '403 Forbidden: denied: Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    },
    { first: /authorized for the organization \(SSO\)/, never: /wrong, expired, or revoked/ },
  ],
  [
    "the login at Docker Hub that the dependency proxy of a GitLab group has, which is the group's",
    {
      image: 'gitlab.com/acme/dependency_proxy/containers/acme/app:1',
      error:
        'unexpected status from GET request to https://gitlab.com/v2/acme/dependency_proxy/containers/acme/app/manifests/1: 401 Unauthorized: Expected 200 response code for an access token',
    },
    { first: /^Check the login that the group's dependency proxy at gitlab\.com itself uses/ },
  ],
  [
    'a GitLab account without a role in the project',
    {
      image: 'registry.gitlab.com/acme/app:1',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gitlab.com/jwt/auth: 403 Forbidden: denied: access forbidden',
    },
    { first: /at least the Reporter role/, never: /wrong, expired, or revoked/ },
  ],
  [
    "an expired login of ECR's nodes",
    {
      image: ECR,
      error: '403 Forbidden: denied: Your authorization token has expired. Reauthenticate and try again.',
    },
    { says: /refused the login that was sent\nThe login has expired/, never: /does not allow this identity/ },
  ],
  [
    'an account that is locked',
    {
      image: OWN,
      error: '403 Forbidden: denied: User has been locked for 5 minutes after 5 failed login attempts',
    },
    { says: /refused the login/, never: /does not exist/ },
  ],
  [
    'settings that block the registry, as CRI-O writes it now',
    {
      image: OWN,
      error:
        'registry registry.example is blocked in one of /etc/containers/registries.conf, /etc/containers/registries.conf.d',
    },
    { says: /The node's settings block registry\.example/, never: /Sign the image/ },
  ],
  [
    'a mistake in the settings of registries',
    { image: OWN, error: 'loading registries: invalid condition: mirror location is unset' },
    { says: /settings for registries and mirrors can't be read/ },
  ],
  [
    'a configuration that lists other layers',
    { image: OWN, error: "Error response from daemon: layers from manifest don't match image configuration" },
    { says: /lists different layers than its manifest/, never: /rmi/ },
  ],
  [
    'a page instead of a registry',
    {
      image: OWN,
      error:
        'reading manifest 3 in registry.example/team/api: StatusCode: 404, "<!doctype html><title>Welcome"',
    },
    { first: /another port/, says: /A web page came back instead of a response from registry\.example/ },
  ],
  [
    'a token endpoint that does not know the request',
    {
      image: 'registry.redhat.io/team/api:3',
      error:
        'initializing source docker://registry.redhat.io/team/api:3: Requesting bearer token: invalid status code from registry 405 (Method Not Allowed)',
    },
    {
      says: /The token endpoint of registry\.redhat\.io answers 405 \(Method Not Allowed\)/,
      never: /server error|docker login/,
    },
  ],
  [
    'a login for Docker Hub, and an image at another of its hosts',
    {
      image: 'registry.hub.docker.com/team/api:3',
      error:
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      secret: entry('https://index.docker.io/v1/'),
    },
    {
      first:
        /^Write docker\.io instead of registry\.hub\.docker\.com: .* login for Docker Hub .*set image .*app=docker\.io\/team\/api:3/,
    },
  ],
  [
    'a registry that wants a token in place of the password',
    {
      image: 'team/api:3',
      error: 'unauthorized: please use personal access token to login when SSO is enforced',
      login: 'https://index.docker.io/v1/',
    },
    { says: /; Docker Hub asks for a personal access token as the password/ },
  ],
  [
    'a registry that wants a token, in words of its own',
    {
      image: 'team/api:3',
      error:
        '401 Unauthorized: your account must log in with a Personal Access Token (PAT) - learn more at docs.docker.com/go/access-tokens',
      login: 'https://index.docker.io/v1/',
    },
    { says: /; Docker Hub asks for a personal access token as the password/ },
  ],
  [
    'a registry that may want a token, whose logins have a rule of their own',
    {
      image: 'registry.gitlab.com/team/api:3',
      error:
        '403 Forbidden: HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled and you must use a personal access token instead of a password.',
      login: 'registry.gitlab.com',
    },
    { says: /the login is a deploy token/, never: /asks for a personal/ },
  ],
  [
    'a token of GitHub that may have ended',
    { image: 'ghcr.io/team/api:3', error: 'denied: denied', login: 'ghcr.io' },
    {
      says: /or its token has expired or was revoked[\s\S]*If the image is public, renew or remove the login, as ghcr\.io refuses even such images to an expired or revoked token \(secret/,
    },
  ],
  [
    'an authority that is not trusted, or is missing from the chain',
    {
      image: 'reg.example/acme/app:1',
      error:
        'Get "https://reg.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    },
    {
      says: /intermediate certificate the server leaves out/,
      first: /let the server send the intermediate certificate too: fullchain\.pem/,
    },
  ],
  [
    'an authority that only the registry itself can be',
    { image: '10.0.0.9:5000/app:1', error: 'x509: certificate signed by unknown authority' },
    { never: /intermediate/ },
  ],
  [
    'an authority of which the node has another certificate',
    {
      image: 'reg.example/acme/app:1',
      error:
        'Get "https://reg.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "acme-ca")',
    },
    { never: /intermediate/ },
  ],
  [
    "a refusal of Google's, which gives the same answer to a pull without a login",
    {
      image: 'gcr.io/acme/app:1',
      error: 'unexpected status from HEAD request to https://gcr.io/v2/acme/app/manifests/1: 403 Forbidden',
    },
    { says: /No login was sent, the identity that asked isn't allowed/, never: /The registry knows/ },
  ],
  [
    "the same of a login of the node, which the cluster's objects don't show",
    { image: 'ghcr.io/team/api:3', error: 'denied: denied' },
    {
      says: /private or does not exist, or a login has expired[\s\S]*Check the name[\s\S]*If node node-1 itself has a login for ghcr\.io, renew or remove it/,
    },
  ],
  [
    "a public image of NVIDIA that an organization's key does not open",
    {
      image: 'nvcr.io/nvidia/cloud-native/manager:v1.2.3',
      error: 'https://nvcr.io/v2/nvidia/cloud-native/manager/manifests/v1.2.3: 403 Forbidden',
      secret: entry('nvcr.io', { username: '$oauthtoken' }),
    },
    {
      says: /If the image is public, renew or remove the login, as nvcr\.io refuses even such images to the key of another organization/,
    },
  ],
  [
    'a pull from a registry that refuses no public image for its login',
    {
      image: 'quay.io/team/api:3',
      error: 'unauthorized: access to the requested resource is not authorized',
      login: 'quay.io',
    },
    { says: /denied the pull/, never: /renew or remove/ },
  ],
  [
    'a login for public images that lasts for hours',
    {
      image: 'public.ecr.aws/docker/library/golang:1.24',
      error:
        'unexpected status from HEAD request to https://public.ecr.aws/v2/docker/library/golang/manifests/1.24: 403 Forbidden',
      login: 'public.ecr.aws',
    },
    {
      first: /^Remove the refused login, as anyone can pull/,
      says: /The login is wrong, expired, or revoked\. Even a public image/,
      never: /before any login|license|outgoing address/,
    },
  ],
  [
    'the same refusal without a login',
    {
      image: 'public.ecr.aws/docker/library/golang:1.24',
      error:
        'unexpected status from HEAD request to https://public.ecr.aws/v2/docker/library/golang/manifests/1.24: 403 Forbidden',
    },
    { first: /^See who answers/, never: /refused login/ },
  ],
  [
    "one of Chainguard's images that is not free anymore",
    {
      image: 'cgr.dev/chainguard/min-toolkit-debug:latest',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://cgr.dev/token?scope=repository%3Achainguard%2Fmin-toolkit-debug%3Apull&service=cgr.dev: 403 Forbidden',
    },
    { first: /^Check the name .*\(only some of Chainguard's images are free/, never: /docker login/ },
  ],
  [
    "a customer's image there, which needs a login",
    {
      image: 'cgr.dev/acme.com/nginx:1.29',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://cgr.dev/token?scope=repository%3Aacme.com%2Fnginx%3Apull&service=cgr.dev: 403 Forbidden',
    },
    { first: /^Run `docker login cgr\.dev`/, never: /are free/ },
  ],
  [
    'an account that Gitea knows, without access to the packages of their owner',
    { image: 'gitea.acme.org/team/api:3', error: 'unauthorized: reqPackageAccess', login: 'gitea.acme.org' },
    {
      first: /^Let the account in the pull secret read the packages of team .* scope read:package $/,
      never: /gives the same answer for both/,
    },
  ],
  [
    'the same refusal of Forgejo without a login',
    { image: 'forgejo.acme.org/team/api:3', error: 'unauthorized: reqPackageAccess' },
    { first: /^Check the name/, says: /an access token with the scope read:package/, never: /account in/ },
  ],
  [
    'a layer that a cache in front of a public registry lost',
    {
      image: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.5.0',
      error: 'error pulling image configuration: download failed after attempts=1: unknown blob',
    },
    {
      first: /^Look for a proxy or mirror between the nodes and registry\.k8s\.io/,
      says: /HTTPS_PROXY/,
      never: /Push/,
    },
  ],
  [
    'a manifest that it lost',
    {
      image: 'registry.k8s.io/pause:3.10',
      error:
        'failed to pull and unpack image "registry.k8s.io/pause:3.10": failed to copy: httpReadSeeker: failed open: content at https://registry.k8s.io/v2/pause/manifests/sha256:d01e759a006ea9c0761efc35e3885245f4a05f08130d5bb20329fb7d6f52bf76 not found: not found',
    },
    {
      first: /^Look for a proxy or mirror .* a manifest that the tag's index lists is missing/,
      never: /Push/,
    },
  ],
  [
    'an HTTPS attempt that may follow one over HTTP',
    {
      image: 'registry.lan:5000/api:3',
      error:
        'failed to do request: Head "https://registry.lan:5000/v2/api/manifests/3": http: server gave HTTP response to HTTPS client',
      node: { runtime: 'containerd://1.7.20-k3s1', kubelet: 'v1.30.4+k3s1' },
    },
    {
      says: /under mirrors, "registry\.lan:5000" with the endpoint "http:\/\/registry\.lan:5000" \(restart k3s, or k3s-agent on an agent\)\. If it is already configured, check that the image is there/,
    },
  ],
  [
    'a file of containerd, which needs a section',
    {
      image: 'registry.lan:5000/api:3',
      error:
        'Head "https://registry.lan:5000/v2/api/manifests/3": http: server gave HTTP response to HTTPS client',
      node: { runtime: 'containerd://1.7.20' },
    },
    { says: /hosts\.toml: server = "http:\/\/registry\.lan:5000", and below it an empty section \[host\]/ },
  ],
  [
    'an authority of a registry in that file',
    {
      image: 'registry.lan:5000/api:3',
      error:
        'Head "https://registry.lan:5000/v2/api/manifests/3": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      node: { runtime: 'containerd://1.7.20' },
    },
    { says: /\(ca = "\/path\/ca\.crt", and below it an empty section \[host\]/ },
  ],
  [
    'an authority of a mirror in that file, which has a section of its own',
    {
      image: 'quay.io/acme/api:3',
      error:
        'Head "https://mirror.lan:5000/v2/acme/api/manifests/3?ns=quay.io": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      node: { runtime: 'containerd://1.7.20' },
    },
    { says: /under \[host\."https:\/\/mirror\.lan:5000"\]/, never: /empty section/ },
  ],
  [
    'an HTTPS attempt of Docker, which falls back to HTTP and not from it',
    {
      image: 'registry.lan:5000/api:3',
      error: 'Get "https://registry.lan:5000/v2/": http: server gave HTTP response to HTTPS client',
      node: { runtime: 'docker://27.1.1' },
    },
    { says: /insecure-registries/, never: /already configured/ },
  ],
  [
    'a host that the registry of Kubernetes sent the node to',
    {
      image: 'registry.k8s.io/sig-storage/csi:4',
      error: 'Head "https://europe-west3-docker.pkg.dev/v2/k8s/images/csi/manifests/4": Forbidden',
    },
    { says: /redirects clients to other hosts, such as europe-west3-docker\.pkg\.dev/ },
  ],
  [
    'a store that the registry of Kubernetes sent the node to',
    {
      image: 'registry.k8s.io/sig-storage/csi:4',
      error:
        'failed to copy: httpReadSeeker: failed open: unexpected status code https://prod-registry-k8s-io-us-east-2.s3.dualstack.us-east-2.amazonaws.com/containers/images/sha256%3A8ed4: 403 Forbidden',
    },
    { says: /depends on the location of the node/, never: /redirects clients/ },
  ],
  [
    'a proxy in front of the registry of Kubernetes',
    {
      image: 'registry.k8s.io/sig-storage/csi:4',
      error:
        'Head "https://registry.k8s.io/v2/csi/manifests/4": proxyconnect tcp: dial tcp 10.1.1.1:3128: connect: connection refused',
    },
    { says: /The proxy 10\.1\.1\.1:3128/, never: /redirects clients/ },
  ],
  [
    'an image of a publisher at a registry that is no cache',
    { image: 'quay.io/team/redis:8', error: 'quay.io/team/redis:8: not found' },
    { says: /has no (?:such|image)/, never: /behind a proxy cache/ },
  ],
  [
    'a registry in front of a full name, which may be no cache',
    { image: 'hub.corp/quay.io/team/api:3', error: 'hub.corp/quay.io/team/api:3: not found' },
    {
      says: /if hub\.corp fetches such images.*the name would be hub\.corp\/team\/api:3/s,
      never: /is a cache that/,
    },
  ],
  [
    'CoreDNS one level too high',
    { image: 'mirror.example/coredns:v1.11.3', error: 'mirror.example/coredns:v1.11.3: not found' },
    { first: /set dns\.imageRepository to mirror\.example\/coredns/ },
  ],
  [
    'CoreDNS one level too high behind a cache of registry.k8s.io',
    {
      image: 'cache.example/registry.k8s.io/coredns:v1.11.3',
      error: 'cache.example/registry.k8s.io/coredns:v1.11.3: not found',
    },
    { says: /set dns\.imageRepository to cache\.example\/registry\.k8s\.io\/coredns\)/ },
  ],
  [
    'CoreDNS where a cache of registry.k8s.io has it',
    {
      image: 'cache.example/registry.k8s.io/coredns/coredns:v1.11.3',
      error: 'cache.example/registry.k8s.io/coredns/coredns:v1.11.3: not found',
    },
    { says: /Check/, never: /without the second level|dns\.imageRepository/ },
  ],
  [
    'an image of Rancher itself that no node can reach',
    {
      image: 'rancher/shell:v0.1.18',
      error:
        'failed to do request: Head "https://registry-1.docker.io/v2/rancher/shell/manifests/v0.1.18": dial tcp 34.205.13.154:443: i/o timeout',
    },
    { says: /set as system-default-registry(?!, and with a restart)/ },
  ],
  [
    'an image of K3s that was there once, on a node without internet access',
    {
      image: 'rancher/klipper-lb:v0.4.9',
      error:
        'failed to do request: Head "https://registry-1.docker.io/v2/rancher/klipper-lb/manifests/v0.4.9": dial tcp: lookup registry-1.docker.io: Try again',
      node: { kubelet: 'v1.30.5+k3s1', runtime: 'containerd://1.7.21-k3s2' },
    },
    { says: /with a restart they import the archives in \/var\/lib\/rancher\/k3s\/agent\/images again/ },
  ],
  [
    'an image that a list is not known to have, with another one of nearly the same name',
    {
      image: 'nginx-latest',
      error: headed('docker.m.daocloud.io', 'library/nginx-latest/manifests/latest?ns=docker.io'),
    },
    {
      first: /perhaps to that of the official image nginx/,
      says: /refused the pull, and serves only the images on its list\n/,
      never: /log of the mirror|this one is not on it|login at its upstream|docker login/,
    },
  ],
  [
    'CoreDNS, asked for in the wrong place of such a list',
    {
      image: 'm.daocloud.io/registry.k8s.io/coredns:v1.11.3',
      error: headed('m.daocloud.io', 'registry.k8s.io/coredns/manifests/v1.11.3'),
    },
    {
      first: /set dns\.imageRepository to m\.daocloud\.io\/registry\.k8s\.io\/coredns/,
      never: /docker login|remove that part/,
    },
  ],
  [
    'a list that already its token server goes by',
    {
      image: 'm.daocloud.io/docker.io/acme/app:1',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.m.daocloud.io/auth/token?scope=repository%3Adocker.io%2Facme%2Fapp%3Apull&service=m.daocloud.io: 403 Forbidden',
    },
    { says: /Or ask the operators of m\.daocloud\.io to add/, never: /docker login/ },
  ],
  [
    'a mirror that wants no login',
    { image: 'nginx:1.29', error: headed('mirror.gcr.io', 'library/nginx/manifests/1.29?ns=docker.io') },
    { says: /asks nobody for a login/, never: /requires a login|its own upstream/ },
  ],
  [
    'a mirror that now serves only its own cloud',
    {
      image: 'nginx:1.29',
      error: headed('abcd1234.mirror.aliyuncs.com', 'library/nginx/manifests/1.29?ns=docker.io'),
    },
    {
      first:
        /^Let the nodes use another mirror of Docker Hub, or none, .*abcd1234\.mirror\.aliyuncs\.com serves only machines in Alibaba Cloud now \(since 2024-07-02.*if that includes these nodes, only its operator knows/,
      says: /Unless the node is among those that the mirror still serves, neither a login/,
      never: /log of the mirror|login that/,
    },
  ],
  [
    'a mirror that was shut down, whatever its name answers since',
    {
      image: 'nginx:1.29',
      error:
        'failed to do request: Head "https://docker.mirrors.sjtug.sjtu.edu.cn/v2/library/nginx/manifests/1.29?ns=docker.io": remote error: tls: internal error',
    },
    {
      first: /sjtug\.sjtu\.edu\.cn was shut down by its operator \(since 2024-07/,
      never: /openssl|certificate of/,
    },
  ],
  [
    'a mirror that others run, and that fails',
    {
      image: 'nginx:1.29',
      error:
        'unexpected status from HEAD request to https://mirror.gcr.io/v2/library/nginx/manifests/1.29?ns=docker.io: 502 Bad Gateway',
    },
    { first: /reports of an outage of the mirror mirror\.gcr\.io/, never: /restart it|its log/ },
  ],
  [
    'a mirror that quotes its own failure to reach its storage, whose address is none that the node asked',
    {
      image: 'm.daocloud.io/registry.k8s.io/pause:3.10',
      error:
        'error parsing HTTP 403 response body: invalid character \'c\' looking for beginning of value: "connecting to bucket.example:80: connecting to 192.0.2.3:80: dial tcp 192.0.2.3:80: i/o timeout"',
    },
    {
      short: /from m\.daocloud\.io$/,
      says: /m\.daocloud\.io answers that it can't reach a host behind it[\s\S]*no connection of the node failed/,
      first: /operators of m\.daocloud\.io/,
      never: /docker login|typo|its log|192\.0\.2\.3/,
    },
  ],
  [
    'a mirror that only some may use',
    { image: 'gcr.azk8s.cn/a/b:1', error: '403 Forbidden' },
    {
      says: /gcr\.azk8s\.cn serves only addresses of Azure China now .*the image is published as gcr\.io\/a\/b:1/,
    },
  ],
  [
    'the same of its images for Kubernetes, which have moved since',
    { image: 'gcr.azk8s.cn/google_containers/pause:3.2', error: '403 Forbidden' },
    { says: /the image is published as registry\.k8s\.io\/pause:3\.2/ },
  ],
  [
    'data that a month has no room for',
    { image: OWN, error: 'toomanyrequests: remaining traffic quota is not enough for current month' },
    { says: /limit on downloaded data is used up\nThe limit is on the amount of data per month/ },
  ],
  [
    'CoreDNS one level too low',
    {
      image: 'mirror.example/k8s/coredns/coredns:v1.11.3',
      error: 'mirror.example/k8s/coredns/coredns: not found',
    },
    { first: /without the second level, as mirror\.example\/k8s\/coredns\)/ },
  ],
  [
    "an image that is not among Chainguard's free ones",
    { image: 'cgr.dev/chainguard/tool:1', error: '403 Forbidden' },
    { first: /at cgr\.dev\/ORGANIZATION/ },
  ],
  [
    'a minor version of what Kubernetes releases',
    { image: 'registry.k8s.io/kubectl:1.32', error: 'registry.k8s.io/kubectl:1.32: not found' },
    { first: /whole versions, such as v1\.32\.0/ },
  ],
  [
    'a robot account whose name a shell shortened',
    {
      image: OWN,
      error: '401 Unauthorized',
      secret: { entries: [{ key: 'registry.example', username: 'robot+ci', problem: null }] },
    },
    {
      says: /the login in the pod's pull secret looks wrong\n.*because of a mistake in it.*cut off at a \$/s,
    },
  ],
  [
    'a login that is written well, and a bare 401',
    {
      image: OWN,
      error:
        'unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: 401 Unauthorized',
      secret: entry('registry.example'),
    },
    {
      says: /or the login is wrong or expired: the answer of registry\.example \(401\) does not say which/,
      never: /Check the name and the tag/,
    },
  ],
  [
    'a registry that refuses before it looks for a tag',
    {
      image: 'registry.example/team/api:3.8.3',
      error: 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    },
    {
      says: /Check the name registry\.example\/team\/api:3\.8\.3 for a typo, and whether the repository/,
      never: /start with v/,
    },
  ],
  [
    'a registry that nobody can pull from without a login',
    {
      image: ECR,
      error: 'denied: Your authorization token has expired.',
      secret: entry(ECR.split('/')[0] ?? ''),
    },
    { says: /The login has expired\./, never: /Even a public image/ },
  ],
  [
    'a login that an operator does not pass on',
    {
      image: OWN,
      error: 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      login: 'registry.example',
      pod: { pullSecrets: [], controller: owner('zookeeper.example/v1', 'ZooCluster', 'zoo') },
    },
    {
      first:
        /of the pod's service account default \(or of zoocluster\/zoo, whose operator makes the template, if that has such a field.*edit serviceaccount default/,
    },
  ],
  [
    'a variable that nothing replaced',
    { image: '$PREFIX/shop:1', error: 'invalid reference format', reason: 'InvalidImageName' },
    { first: /^Fill in \$PREFIX in .*envsubst/, never: /See what is wrong/ },
  ],
  [
    "Harbor's words for what its proxy project can't fetch",
    { image: OWN, error: 'Error response from daemon: unknown: repository team/api not found' },
    { says: /proxy cache project of Harbor/ },
  ],
  [
    'a robot account of another project, in the words of Harbor',
    {
      image: OWN,
      error:
        'Error response from daemon: unauthorized: unauthorized to access repository: team/api, action: pull: unauthorized to access repository: team/api, action: pull',
      secret: { entries: [{ key: 'registry.example', username: 'robot$shop+ci', problem: null }] },
    },
    {
      first: /robot account of project shop, so use one of project team/,
      says: /a login that it does not accept/,
    },
  ],
  [
    'the same words for a pull without a login',
    {
      image: OWN,
      error:
        'Error response from daemon: unauthorized: unauthorized to access repository: team/api, action: pull',
    },
    { first: /Check the name/, never: /does not allow this identity|robot/ },
  ],
  [
    'a secret for another region, on a node outside the cloud',
    {
      image: ECR,
      error: 'pull access denied: authorization failed: no basic auth credentials',
      secret: entry('111111111111.dkr.ecr.us-east-1.amazonaws.com'),
    },
    {
      first: /^Run `aws ecr get-login-password/,
      says: /Add a login for 111111111111\.dkr\.ecr\.eu-west-1/,
      never: /(?<!on their own, f)ind out why the kubelet's credential provider/,
    },
  ],
  [
    'a pod whose workload identity does not pull',
    {
      image: ECR,
      error:
        'denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage',
      account: { workloadIdentity: 'aws' },
    },
    {
      says: /The IAM role \(IRSA\) of service account default is for the pod's own processes and does not pull images/,
    },
  ],
  [
    'a pod whose workload identity is for another cloud',
    {
      image: ECR,
      error:
        'denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage',
      account: { workloadIdentity: 'google' },
    },
    { never: /own processes/ },
  ],
  [
    'an image that Podman built for a minikube',
    {
      image: 'localhost/shop:dev',
      error:
        'initializing source docker://localhost/shop:dev: pinging container registry localhost: Get "https://localhost/v2/": dial tcp [::1]:443: connect: connection refused',
      node: { name: 'lab', labels: { 'minikube.k8s.io/name': 'lab' } },
      pod: { node: 'lab' },
    },
    { first: /^Load the image from this machine into node lab.*minikube image load .*localhost\/shop:dev/s },
  ],
  [
    'a mirror in a container beside the nodes, which this machine does not reach',
    {
      image: 'public.ecr.aws/a/b:1',
      error:
        'unexpected status from HEAD request to http://ecr-cache:5000/v2/a/b/manifests/1?ns=public.ecr.aws: 500 Internal Server Error',
    },
    { first: /^Check the health and the log of the mirror ecr-cache:5000/, never: /pullguard mirror --to/ },
  ],
  [
    'a perimeter of Google, which may be around the nodes or around the image',
    {
      image: 'gcr.io/team/api:1',
      error: "denied: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: a1",
    },
    { first: /an egress rule if the nodes are inside .* an ingress rule or access level for the nodes/ },
  ],
  [
    'a pod whose login is meant to come from a credential provider',
    { image: 'acme.jfrog.io/hub/api:1', error: ANONYMOUS, account: { pullsThrough: 'jfrog' } },
    {
      first:
        /^Find out why the kubelet's credential provider for JFrog, which service account default is annotated for \(JFrogExchange\), returned no login: .*matchImages has to cover acme\.jfrog\.io/,
      says: /^Run `docker login acme\.jfrog\.io`/m,
    },
  ],
  [
    'a pod whose login is meant to come from one, by CRI-O, which does not say that it sent none',
    {
      image: 'quay.corp.example/team/api:1',
      error:
        'reading manifest 1 in quay.corp.example/team/api: unauthorized: access to the requested resource is not authorized',
      account: { pullsThrough: 'quay' },
    },
    {
      first: /^Find out why the kubelet's credential provider for Quay, .*quay\.io\/federated-robot-account/,
    },
  ],
  [
    'a pod whose account lacks the annotation that another one has for the provider of ECR',
    { image: ECR, error: NO_LOGIN, account: {}, otherAccount: { pullsThrough: 'ecr' } },
    {
      first:
        /^Annotate service account default .* as service account other is .*annotate serviceaccount default eks\.amazonaws\.com\/ecr-role-arn=<role>/,
      says: /find out why the kubelet's credential provider/,
    },
  ],
  [
    'a pod whose account lacks it on a node whose kubelet gives no provider such tokens',
    {
      image: ECR,
      error: NO_LOGIN,
      account: {},
      otherAccount: { pullsThrough: 'ecr' },
      node: { kubelet: 'v1.32.4-eks-5d632ec' },
    },
    { says: /find out why the kubelet's credential provider/i, never: /Annotate/ },
  ],
  [
    'a pod whose account has that annotation',
    {
      image: ECR,
      error: NO_LOGIN,
      account: { pullsThrough: 'ecr' },
      otherAccount: { pullsThrough: 'ecr' },
    },
    { first: /^Find out why the kubelet's credential provider for ECR, which service account default/ },
  ],
  [
    'a pod at another registry than the annotated provider is for',
    { image: OWN, error: NO_LOGIN, account: {}, otherAccount: { pullsThrough: 'ecr' } },
    { never: /Annotate/ },
  ],
  [
    'a limit of Docker Hub for an image that each start asks for',
    {
      image: 'busybox',
      error: 'toomanyrequests: You have reached your unauthenticated pull rate limit.',
      pod: {
        containers: [
          container({
            image: 'busybox',
            pullPolicy: 'Always',
            state: waiting(
              'ErrImagePull',
              'toomanyrequests: You have reached your unauthenticated pull rate limit.',
            ),
          }),
        ],
        controller: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'd' },
      },
    },
    { says: /^Pin the image and set imagePullPolicy IfNotPresent.* --pin --pull-policy IfNotPresent/m },
  ],
  [
    'a wrong token at a GitLab of any name, which says the same of each login',
    {
      image: 'registry.example/acme/api:1',
      error: GITLAB_BASIC.replaceAll('registry.gitlab.com', 'registry.example'),
      secret: { entries: [{ key: 'registry.example', username: 'gitlab+deploy-token-7', problem: null }] },
    },
    { never: /personal access token|two-factor/ },
  ],
  [
    "a person's password at GitLab, which wants a token in its place",
    {
      image: 'registry.gitlab.com/acme/api:1',
      error: GITLAB_BASIC,
      secret: { entries: [{ key: 'registry.gitlab.com', username: 'ann@example.com', problem: null }] },
    },
    {
      first:
        /a deploy token with the scope read_registry \(GitLab takes no password from an account with two-factor/,
    },
  ],
  [
    'a deploy token at GitLab, which is no password',
    {
      image: 'registry.gitlab.com/acme/api:1',
      error: GITLAB_BASIC,
      secret: { entries: [{ key: 'registry.gitlab.com', username: 'gitlab+deploy-token-7', problem: null }] },
    },
    { first: /a deploy token with the scope read_registry/, never: /two-factor/ },
  ],
  [
    "a token of minikube's addon, which writes a new one",
    {
      image: 'europe-docker.pkg.dev/acme/api/web:1',
      error: 'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
      secret: {
        name: 'gcp-auth',
        entries: [{ key: 'europe-docker.pkg.dev', username: 'oauth2accesstoken', problem: null }],
      },
      node: { labels: { 'minikube.k8s.io/name': 'minikube' } },
    },
    {
      first:
        /^Have minikube's addon gcp-auth write a new token \(`minikube addons enable gcp-auth --refresh`/,
    },
  ],
  [
    'an old format on a node with Docker, which refuses it since another version than containerd does',
    {
      image: 'docker/whalesay',
      error:
        '[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default and will be removed in an upcoming release.',
      node: { runtime: 'docker://27.5.1' },
    },
    { says: /\(Docker since version 26\)/, never: /containerd/ },
  ],
  [
    'a name that is right in lower case',
    {
      image: 'ghcr.io/AcmeCorp/Orders:1.9-RC',
      error: 'couldn\'t parse image name "ghcr.io/AcmeCorp/Orders:1.9-RC": invalid reference format',
      reason: 'InvalidImageName',
      pod: ofDeployment('ghcr.io/AcmeCorp/Orders:1.9-RC'),
    },
    { says: /=ghcr\.io\/acmecorp\/orders:1\.9-RC$/m },
  ],
  [
    "a host that only the pod's login shows to be misspelled, if it is",
    {
      image: 'dhcr.io/acme/api:1',
      error: pulled('dhcr.io/acme/api:1', '401 Unauthorized'),
      login: 'ghcr.io',
    },
    {
      first:
        /^Write ghcr\.io instead of dhcr\.io, if that registry is meant, as the pod's secret regcred for ghcr\.io suggests: /,
    },
  ],
  [
    'a name whose word in capitals is to be replaced',
    {
      image: 'acme/YOUR_IMAGE:1',
      error: 'couldn\'t parse image name "acme/YOUR_IMAGE:1": invalid reference format',
      reason: 'InvalidImageName',
      pod: ofDeployment('acme/YOUR_IMAGE:1'),
    },
    { says: /=<image>/, never: /your_image/ },
  ],
  [
    'a pod with a credential provider for another registry',
    { image: 'ghcr.io/team/api:1', error: ANONYMOUS, account: { pullsThrough: 'jfrog' } },
    { first: /^Run `docker login ghcr\.io`/, never: /credential provider/ },
  ],
  [
    'a pod with a credential provider and a login of its own',
    {
      image: 'acme.jfrog.io/hub/api:1',
      error: 'failed to fetch oauth token: 401 Unauthorized',
      login: 'acme.jfrog.io',
      account: { pullsThrough: 'jfrog' },
    },
    { never: /provider for JFrog/ },
  ],
  [
    "a private name that Azure's resolver does not know",
    {
      image: OWN,
      error: 'dial tcp: lookup registry.example on 168.63.129.16:53: no such host',
    },
    { says: /private DNS zone that is linked to the nodes' virtual network/ },
  ],
  [
    "a public name that Azure's resolver did not find",
    {
      image: 'quay.io/team/api:3',
      error: 'dial tcp: lookup quay.io on 168.63.129.16:53: server misbehaving',
    },
    { never: /private DNS zone/ },
  ],
  [
    'a node of the cloud without a login',
    {
      image: ECR,
      error: 'pull access denied: authorization failed: no basic auth credentials',
      node: { provider: 'aws' },
    },
    { first: /^Find out why the kubelet's credential provider/ },
  ],
  [
    'a layer that the registry lacks',
    { image: OWN, error: 'Error response from daemon: error pulling image configuration: unknown blob' },
    { first: /Push the image to registry\.example again/, never: /has no such/ },
  ],
  [
    'a manifest that does not fit its digest',
    {
      image: OWN,
      error:
        'failed commit on ref "manifest-sha256:0f5a": "manifest-sha256:0f5a" failed size validation: 7 != 9: failed precondition',
    },
    { first: /cache of registry\.example/, never: /crictl rmi|unpacked/ },
  ],
  [
    'an artifact that is unpacked as an image',
    {
      image: OWN,
      error: 'failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers',
    },
    { first: /the artifact under this name is something else/, never: /crictl rmi/ },
  ],
  [
    'an artifact without the configuration of an image',
    {
      image: OWN,
      error: `failed to pull and unpack image "${OWN}": number of layers and diffIDs don't match: 1 != 0`,
    },
    { first: /the artifact under this name is something else/, never: /crictl rmi/ },
  ],
  [
    'a storage account that is busy with everybody',
    {
      image: 'ghcr.io/team/api:3',
      error:
        'failed to copy: httpReadSeeker: failed open: unexpected status code https://ghcr.io/v2/team/api/blobs/sha256:8eb8: 503 Egress is over the account limit.',
    },
    { first: /status/, says: /storage behind ghcr\.io is at its limit/, never: /curl|log in|owner/ },
  ],
  [
    'a stranger in the place of the host that has the layers',
    {
      image: 'docker.io/team/api:3',
      error:
        'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://docker-images-prod.6aa3.r2.cloudflarestorage.com/registry-v2/blobs/sha256/98/data": tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match docker-images-prod.6aa3.r2.cloudflarestorage.com',
    },
    { first: /certificate/, says: /a provider that blocks the address/, never: /reissue/i },
  ],
  [
    'a registry that is closing, with a link to its documentation',
    {
      image: 'gcr.io/team/api:3',
      error:
        'Error response from daemon: Head "https://gcr.io/v2/team/api/manifests/3": unknown: this registry has been shut down. For more details see: https://cloud.example/docs/moving',
    },
    { first: /another registry/, says: /gcr\.io says that it is shut down/, never: /cloud\.example/ },
  ],
  [
    'a digest that is gone',
    {
      image: `registry.example/team/api@sha256:${'a'.repeat(64)}`,
      error: `registry.example/team/api@sha256:${'a'.repeat(64)}: not found`,
    },
    { first: /Check the digest/, never: /the tag of registry/ },
  ],
  [
    "a repository of another account's ECR",
    {
      image: ECR,
      error:
        'denied: User: arn:aws:sts::222222222222:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/team/api because no resource-based policy allows the action',
    },
    { first: /belongs to account 111111111111.*must allow account 222222222222/ },
  ],
  [
    'a credential provider whose node lacks the right',
    {
      image: ECR,
      error:
        'error execing credential provider plugin ecr-credential-provider for image x: exit status 1: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:GetAuthorizationToken',
    },
    {
      first: /role nodes lacks ecr:GetAuthorizationToken/,
      says: /the registry was not asked/,
      never: /Check the name/,
    },
  ],
  [
    'a mirror that requires a login',
    {
      image: 'registry.k8s.io/a/b:1',
      error:
        'unexpected status from HEAD request to https://cache.example/v2/a/b/manifests/1?ns=registry.k8s.io: 401 Unauthorized',
    },
    {
      first: /the mirror cache\.example/,
      says: /If cache\.example itself requires a login/,
      never: /the name is wrong/,
    },
  ],
  [
    'a password with a line feed',
    {
      image: OWN,
      error: 'unauthorized: incorrect username or password',
      secret: entry('registry.example', { padded: true }),
    },
    { first: /Recreate secret regcred: .*whitespace/ },
  ],
  [
    'a secret for another path of the registry',
    { image: OWN, error: 'unauthorized: authentication required', secret: entry('registry.example/other') },
    { first: /Add a login for registry\.example to secret regcred: it has the key registry\.example\/other/ },
  ],
  [
    'a node that lacks an official image which nobody refuses',
    {
      image: 'redis:7',
      error:
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      node: { kubelet: 'v1.34.1+k3s1' },
    },
    { first: /\/etc\/rancher\/k3s\/registries\.yaml/, never: /no image has this name/ },
  ],
  // k3s-io/k3s#1148
  [
    'a node of an early K3s, which wrote its version otherwise',
    {
      image: '192.168.100.3:5000/centos:7',
      error:
        'Head https://192.168.100.3:5000/v2/centos/manifests/7: x509: certificate signed by unknown authority',
      node: { kubelet: 'v1.16.3-k3s.2', runtime: 'containerd://1.3.0-k3s.5' },
    },
    { says: /\/etc\/rancher\/k3s\/registries\.yaml/, never: /config\.toml|hosts\.toml/ },
  ],
  [
    'an image that is on the node and verified again',
    {
      image: OWN,
      error: 'pull access denied, repository does not exist or may require authorization',
      node: { kubelet: 'v1.35.0', images: [OWN] },
    },
    {
      first: /pull secret of those pods that the image was pulled for/,
      says: /KEP-2535/,
      never: /Check the name/,
    },
  ],
  [
    'a proxy whose address has two schemes',
    {
      image: 'quay.io/a/b:1',
      error:
        'Get "https://quay.io/v2/": proxyconnect tcp: dial tcp: lookup http on 10.0.0.2:53: no such host',
    },
    { says: /the scheme is written twice/ },
  ],
  [
    'a private address without a port, where nothing listens for TLS',
    {
      image: '10.43.0.9/team/api:3',
      error:
        'failed to do request: Head "https://10.43.0.9/v2/team/api/manifests/3": dial tcp 10.43.0.9:443: connect: connection refused',
    },
    { says: /plain HTTP/, never: /not meant to reach the internet/ },
  ],
  [
    'Docker without a progress deadline of containerd',
    {
      image: OWN,
      error: 'context deadline exceeded',
      node: { runtime: 'docker://28.0.1', kubelet: 'v1.33.0' },
    },
    { says: /image-pull-progress-deadline of cri-dockerd/, never: /containerd/ },
  ],
  [
    'a Windows node that asks for a name',
    {
      image: OWN,
      error: 'dial tcp: lookup registry.example: no such host',
      node: { os: 'windows', runtime: 'containerd://2.1.4' },
    },
    { first: /Resolve-DnsName registry\.example/, never: /getent|\/etc\/|resolv\.conf/ },
  ],
  [
    'a Windows node that trusts no authority',
    {
      image: OWN,
      error: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      node: { os: 'windows', runtime: 'docker://28.0.1' },
    },
    { says: /certificate store/, never: /openssl|\/etc\// },
  ],
  [
    'an explicit deny in ECR, which no role overrides',
    {
      image: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/a:1',
      error:
        'pull access denied, repository does not exist or may require authorization: denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/a with an explicit deny in a service control policy',
    },
    {
      first: /explicit deny .*organization's administrators/,
      never: /AmazonEC2ContainerRegistry|repository does not exist|docker login/,
    },
  ],
  [
    'a client certificate that containerd has to show',
    {
      image: OWN,
      error: 'remote error: tls: certificate required',
      node: { runtime: 'containerd://2.1.4' },
    },
    {
      first: /certs\.d\/registry\.example\S*\/hosts\.toml \(client = /,
      never: /\/etc\/(?:docker|containers)/,
    },
  ],
  [
    'a client certificate that Docker has to show',
    {
      image: OWN,
      error: 'remote error: tls: certificate required',
      node: { runtime: 'docker://28.0.1' },
    },
    { first: /\/etc\/docker\/certs\.d\/registry\.example\S* \(client\.cert/, never: /hosts\.toml/ },
  ],
  [
    'a client certificate that CRI-O has to show',
    {
      image: OWN,
      error: 'remote error: tls: certificate required',
      node: { runtime: 'cri-o://1.34.0' },
    },
    { first: /\/etc\/containers\/certs\.d\/registry\.example/, never: /hosts\.toml|\/etc\/docker/ },
  ],
  [
    'memory that ran out on a Windows node',
    {
      image: OWN,
      error: 'failed to extract layer sha256:aa: cannot allocate memory',
      node: { os: 'windows', runtime: 'containerd://2.1.4' },
    },
    { first: /FreePhysicalMemory/, never: /free -m|dmesg|rmi|disk is full/ },
  ],
  [
    'a package at GitHub that was never made public',
    {
      image: 'ghcr.io/acme/app:1',
      error: 'Error response from daemon: Get https://ghcr.io/v2/acme/app/manifests/1: unauthorized',
    },
    { first: /typo/, says: /make it public \(on GitHub, Package settings/ },
  ],
  [
    'a package that is meant to be private, as the pod has a login',
    {
      image: 'ghcr.io/acme/app:1',
      error: 'Error response from daemon: Get https://ghcr.io/v2/acme/app/manifests/1: denied',
      secret: entry('ghcr.io'),
    },
    { never: /make it public/ },
  ],
  [
    'an official image, which everyone may pull',
    {
      image: 'ngnix:1',
      error:
        "Error response from daemon: pull access denied for ngnix, repository does not exist or may require 'docker login'",
    },
    { never: /make it public/ },
  ],
  [
    'a 429 of the token server, which is no limit on pulls',
    {
      image: 'acme/app:1',
      error: 'failed to authorize: failed to fetch oauth token: unexpected status: 429 Too Many Requests',
      secret: entry('https://index.docker.io/v1/'),
    },
    {
      first: /Wait a few minutes/,
      says: /The token server of Docker Hub answers 429/,
      never: /six hours|docker login/,
    },
  ],
  [
    "a 429 of another registry's token server",
    {
      image: 'quay.io/acme/app:1',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://quay.io/v2/auth?scope=a&service=quay.io: 429 Too Many Requests',
    },
    { first: /Wait a minute or two/, says: /The token server of quay\.io/, never: /Docker Hub|docker login/ },
  ],
  [
    'a limit that is met with a login, whoever counts it',
    {
      image: 'acme/app:1',
      error:
        'unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/app/manifests/1: 429 Too Many Requests',
      secret: entry('https://index.docker.io/v1/'),
    },
    { first: /^Wait/, says: /an account with a higher limit/, never: /this machine's login/ },
  ],
  [
    'a full storage quota, which is no policy against the image',
    {
      image: 'quay.lan/proxy/acme/app:1',
      error: 'reading manifest 1 in quay.lan/proxy/acme/app: denied: Quota has been exceeded on namespace',
    },
    {
      short: /^a storage quota at quay\.lan$/,
      says: /The owner's storage quota at quay\.lan is used up/,
      never: /passes the policy|A policy of/,
    },
  ],
  [
    'a digest that was written as a tag',
    {
      image: `registry.example/team/api:${'0f'.repeat(32)}`,
      error: `registry.example/team/api:${'0f'.repeat(32)}: not found`,
    },
    { says: /the form of a digest, which is written with @sha256:/ },
  ],
  [
    'a tag that only looks a little like a digest',
    {
      image: 'registry.example/team/api:0f0f0f0',
      error: 'registry.example/team/api:0f0f0f0: not found',
    },
    { never: /the form of a digest/ },
  ],
  [
    'a layer that is missing, not the image',
    { image: OWN, error: 'Error response from daemon: error pulling image configuration: unknown blob' },
    { short: /^incomplete images$/ },
  ],
  [
    "a credential provider that failed, so that nobody's access was denied",
    {
      image: ECR,
      error:
        'rpc error: failed to get credentials: credential provider plugin ecr-credential-provider: exit status 1',
    },
    { short: /^a failing credential provider on the nodes$/ },
  ],
  [
    'a token server with an internal name',
    {
      image: 'git.lan.example/team/api:3',
      error:
        'failed to authorize: failed to fetch oauth token: Post "http://gitea-http.git.svc.cluster.local:3000/v2/token": dial tcp: lookup gitea-http.git.svc.cluster.local: no such host',
    },
    { first: /ROOT_URL of Gitea/, never: /typo|fix DNS/ },
  ],
  [
    'a token server with a name without a domain',
    {
      image: 'git.lan.example/team/api:3',
      error:
        'failed to authorize: failed to fetch oauth token: Post "http://forge:3000/v2/token": dial tcp: lookup forge on 10.0.0.2:53: no such host',
    },
    { first: /announce its token server by a name that nodes can reach/ },
  ],
  [
    'a public download host that refuses',
    {
      image: 'acme/app:1',
      error:
        'failed to copy: httpReadSeeker: failed open: unexpected status code https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/sha256/aa/data?verify=1: 403 Forbidden',
    },
    { first: /a block of the nodes' address by its operator/, never: /policy of the bucket/ },
  ],
  [
    'a runtime that does not answer',
    { image: OWN, error: 'rpc error: code = Unavailable desc = connection error: dial unix /run/crio.sock' },
    { short: /^a container runtime that does not answer$/ },
  ],
  [
    'a forged DNS answer',
    {
      image: 'nginx',
      error: 'Head "https://registry-1.docker.io/v2/": dial tcp 162.125.2.5:443: i/o timeout',
    },
    { short: /^forged DNS answers for registry-1\.docker\.io$/, says: /belongs to Dropbox/ },
  ],
  [
    'a mirror address without a scheme',
    {
      image: OWN,
      error:
        'failed to do request: Head "cache.lan:5000/v2/team/api/manifests/3": unsupported protocol scheme "cache.lan"',
    },
    { short: /mirror/, never: /unknown cause/ },
  ],
  [
    'a download that CRI-O could not resume',
    {
      image: 'quay.io/team/api:3',
      error:
        'copying system image from manifest list: writing blob: happened during read: unexpected EOF (while reconnecting: Get "https://cdn01.quay.io/prod/sha256/c4/c4d1?X-Amz-Signature=3c&X-Amz-Expires=600": EOF)',
    },
    { says: /between the node and cdn01\.quay\.io/, never: /unknown cause/ },
  ],
  [
    'a mirror address that is no URL',
    { image: OWN, error: 'parse "10.0.0.5:5000": first path segment in URL cannot contain colon' },
    { short: /mirror/, never: /unknown cause/ },
  ],
  [
    'a registry that registries.conf blocks',
    {
      image: 'ghcr.io/team/api:3',
      error:
        'initializing source docker://ghcr.io/team/api:3: registry ghcr.io is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d',
    },
    { short: /^ghcr\.io, which the nodes' settings block$/, never: /signature/ },
  ],
  [
    'a tag that is missing where a missing repository gets the same answer',
    { image: OWN, error: 'manifest for registry.example/team/api:3 not found: manifest unknown' },
    { says: /it or the name before it is misspelled/, never: /The repository exists/ },
  ],
  [
    'a tag that is missing where a missing repository is refused',
    { image: 'quay.io/team/api:3', error: 'reading manifest 3 in quay.io/team/api: manifest unknown' },
    { says: /The repository exists, but this tag does not/ },
  ],
  [
    'an image that its publisher removed',
    {
      image: 'gcr.io/kubebuilder/kube-rbac-proxy:v0.8.0',
      error: 'reading manifest v0.8.0 in gcr.io/kubebuilder/kube-rbac-proxy: manifest unknown',
    },
    { first: /^Use registry\.k8s\.io/, says: /was removed by its publisher/, never: /The repository exists/ },
  ],
  [
    'an image at the website, with a part of its path that only the site has',
    { image: 'hub.docker.com/r/acme/app:1.2', error: 'hub.docker.com/r/acme/app:1.2: not found' },
    {
      first: /Write docker\.io instead of hub\.docker\.com/,
      says: /docker\.io\/acme\/app:1\.2/,
      never: /=hub\.docker/,
    },
  ],
  [
    "the page of an image at GitHub's website",
    {
      image: 'github.com/orgs/acme/packages/container/app:1.2',
      error: 'github.com/orgs/acme/packages/container/app:1.2: not found',
    },
    { first: /Write ghcr\.io instead of github\.com/, says: /=ghcr\.io\/acme\/app:1\.2/ },
  ],
  [
    'an image of Kubernetes without a registry in its name',
    { image: 'external-dns/external-dns:v0.14', error: NO_LOGIN },
    {
      first: /^Write registry\.k8s\.io in front of the name if /,
      says: /=registry\.k8s\.io\/external-dns\/external-dns:v0\.14/,
      never: /imageRegistry/,
    },
  ],
  [
    "an image at Quay's website",
    {
      image: 'quay.io/repository/acme/app:1.2',
      error:
        'reading manifest 1.2 in quay.io/repository/acme/app: unauthorized: access to the requested resource is not authorized',
    },
    {
      first: /Write quay\.io instead of quay\.io\/repository: that is Quay's/,
      says: /=quay\.io\/acme\/app:1\.2/,
    },
  ],
  [
    'an image at the website of GitLab, which may answer anything',
    {
      image: 'gitlab.com/acme/app:1.2',
      error:
        'unexpected status from HEAD request to https://gitlab.com/v2/acme/app/manifests/1.2: 403 Forbidden',
    },
    {
      first: /Write registry\.gitlab\.com instead of gitlab\.com/,
      says: /=registry\.gitlab\.com\/acme\/app:1\.2/,
      never: /See who answers/,
    },
  ],
  [
    'an image in a dependency proxy, which GitLab serves at its own host',
    {
      image: 'gitlab.com/team/dependency_proxy/containers/nginx:1.29',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://gitlab.com/jwt/auth?scope=repository%3Ateam%2Fdependency_proxy%2Fcontainers%2Fnginx%3Apull&service=dependency_proxy: 401 Unauthorized',
    },
    {
      first:
        /^Run `docker login gitlab\.com`.*a deploy token of the group with the scopes read_registry and write_registry/,
      never: /website|scope read_registry/,
    },
  ],
  [
    'a proxy that requires a login',
    { image: 'nginx', error: 'Get "https://registry-1.docker.io/v2/": Proxy Authentication Required' },
    {
      says: /received no login that it accepts[\s\S]*the proxy's own login, not the registry's[\s\S]*HTTPS_PROXY of its environment .*@ as %40, # as %23.*each % written as %%/,
      never: /Let the proxy pass/,
    },
  ],
  [
    "a proxy whose address can't be read",
    {
      image: 'nginx',
      error:
        'Head "https://registry-1.docker.io/v2/library/nginx/manifests/latest": invalid proxy address "http://user:p%ss@proxy:8080": parse "http://user:p%ss@proxy:8080": invalid URL escape "%ss"',
    },
    {
      says: /can't be reached as configured[\s\S]*can't read that proxy's address[\s\S]*it has to be a URL such as/,
      never: /refuses to pass|Let the proxy pass/,
    },
  ],
  [
    'a proxy whose address was only read with a second scheme',
    {
      image: 'nginx',
      error:
        'Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp: lookup http on 192.168.10.2:53: no such host',
    },
    {
      says: /its host is read as "http": the scheme is written twice .*, or the password has special characters/,
    },
  ],
  [
    'a token server that a registry in a private network announces by a name of its own',
    {
      image: '192.168.200.231/p/a:1',
      error:
        'failed to authorize: failed to fetch anonymous token: Get "http://registry.acme.lan/service/token?scope=repository%3Ap%2Fa%3Apull&service=harbor-registry": dial tcp: lookup registry.acme.lan on 10.0.0.2:53: no such host',
    },
    {
      first: /^Look up registry\.acme\.lan/,
      says: /Or let 192\.168\.200\.231 announce its token server by a name that nodes can reach, in external_url of harbor\.yml/,
      never: /for a typo/,
    },
  ],
  [
    'an image of an organization that is called repository',
    { image: 'quay.io/repository/app:1.2', error: 'manifest unknown: manifest unknown' },
    { says: /Check the name/, never: /website/ },
  ],
  ...STATUS_PAGES.map(([image, host, says]): [string, Situation, Expected] => [
    `a server error of ${host}, whose log nobody here has`,
    {
      image,
      error: `unexpected status from GET request to https://${host}/token?service=x&scope=repository%3Aa%3Apull: 503 Service Unavailable`,
    },
    { says, never: /the log of/ },
  ]),
  [
    "a server error of one's own registry",
    {
      image: OWN,
      error: 'unexpected status from GET request to https://registry.example/v2/: 503 Service Unavailable',
    },
    { first: /Check the status and the log of registry\.example/ },
  ],
  [
    "a download host of ECR that can't be reached",
    {
      image: ECR,
      error:
        'failed to do request: Get "https://prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com/a/b?X-Amz-Signature=x": dial tcp 52.1.2.3:443: i/o timeout',
    },
    { says: /S3 gateway endpoint in the route tables/ },
  ],
  [
    'a limit of ECR Public',
    { image: 'public.ecr.aws/acme/app:1', error: 'toomanyrequests: Data limit exceeded' },
    { says: /logins for ECR Public expire after 12 hours/ },
  ],
  [
    "an account without a role at Google's registry",
    {
      image: 'us-docker.pkg.dev/acme/apps/api:3',
      error:
        'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/us/repositories/apps" (or it may not exist)',
      secret: entry('us-docker.pkg.dev'),
    },
    { first: /roles\/artifactregistry\.reader/ },
  ],
  [
    "a service principal whose address Azure's registry does not let in",
    {
      image: 'acme.azurecr.io/api:3',
      error:
        'unexpected status from HEAD request to https://acme.azurecr.io/v2/api/manifests/3: 403 Forbidden',
      secret: entry('acme.azurecr.io'),
    },
    { first: /network rules .*privatelink\.azurecr\.io/, never: /AcrPull/ },
  ],
  [
    'IBM software without its key',
    {
      image: 'cp.icr.io/cp/acme/app:1',
      error: 'unauthorized: The login credentials are not valid, or your IBM Cloud account is not active.',
    },
    { first: /the user name is cp/ },
  ],
  [
    'the image of a volume',
    {
      image: OWN,
      error: 'registry.example/team/api:3: not found',
      pod: {
        containers: [
          container({
            name: 'weights',
            kind: 'volume',
            image: OWN,
            state: waiting('ErrImagePull', 'registry.example/team/api:3: not found'),
          }),
        ],
      },
    },
    { says: /belongs to the pod's volume weights[\s\S]*image of volume weights/ },
  ],
  [
    "a public registry that says itself where this repository is, in CRI-O's words",
    {
      image: 'registry.access.redhat.com/rhel8/postgresql-16:latest',
      error:
        'initializing source docker://registry.access.redhat.com/rhel8/postgresql-16:latest: reading manifest latest in registry.access.redhat.com/rhel8/postgresql-16: unauthorized: This repo requires terms acceptance and is only available on registry.redhat.io',
    },
    {
      first: /^Use registry\.redhat\.io\/rhel8\/postgresql-16:latest .* shop=|^Use registry\.redhat\.io/s,
      says: /docker login registry\.redhat\.io/,
      never: /everything (?:there|at \S+) is public|docker login registry\.access|for a typo/,
    },
  ],
  [
    'the same words under another code',
    {
      image: 'registry.access.redhat.com/rhel8/nginx-116',
      error: 'unsupported: This repo requires terms acceptance and is only available on registry.redhat.io',
    },
    { first: /^Use registry\.redhat\.io\/rhel8\/nginx-116/, never: /doesn't recognize/ },
  ],
  [
    'a registry that moved the repository to another one',
    {
      image: 'quay.io/acme/app:1',
      error: 'manifest unknown: this repository has been moved to ghcr.io/acme-labs/app.',
    },
    { first: /^Use ghcr\.io\/acme-labs\/app:1 instead/, never: /most likely/ },
  ],
  [
    'a message that only links to a website',
    {
      image: 'quay.io/acme/app:1',
      error: 'denied: the project has moved to docs.example.com, see https://docs.example.com/pull',
    },
    { never: /Use docs\.example\.com/ },
  ],
  [
    "an image whose terms the pod's account has not accepted",
    {
      image: 'container-registry.oracle.com/database/enterprise:19.3',
      error: 'denied: You must accept the Oracle Standard Terms and Restrictions for this image',
      secret: entry('container-registry.oracle.com'),
    },
    {
      first: /^Sign in at the website of container-registry\.oracle\.com/,
      says: /accounts that have accepted its terms/,
      never: /for a typo/,
    },
  ],
  [
    'a public registry whose text asks for a login for this image',
    {
      image: 'mcr.microsoft.com/acme/app:1',
      error: 'unauthorized: please log in to pull this image, it requires a subscription',
    },
    { first: /docker login mcr\.microsoft\.com/, never: /everything (?:there|at \S+) is public/ },
  ],
  [
    'a public registry with the words of any refusal',
    {
      image: 'mcr.microsoft.com/acme/app:1',
      error:
        'pull access denied for mcr.microsoft.com/acme/app, repository does not exist or may require docker login: unauthorized: authentication required',
    },
    { first: /everything at mcr\.microsoft\.com is public/, never: /docker login/ },
  ],
  [
    'policy Never, where the node lists an image that may have been preloaded',
    {
      image: OWN,
      error: `Container image "${OWN}" is not present with pull policy of Never`,
      reason: 'ErrImageNeverPull',
      node: { kubelet: 'v1.36.1', images: [OWN] },
    },
    {
      first: /^Give the pod the pull secret/,
      says: /The node lists the image.*or it was preloaded.*preloadedImagesVerificationAllowlist/s,
      never: /(?:^|\. )It was pulled with|image is not on the node/,
    },
  ],
  [
    'a limit per minute, which Docker Hub does not have',
    {
      image: 'nginx',
      error:
        'failed to authorize: failed to fetch anonymous token: unexpected status: 429 Too Many Requests: {"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 880.092µs, allowed: 44000/minute"}]}',
    },
    {
      first: /^Wait a minute or two/,
      says: /What answered in place of Docker Hub received too many requests/,
      never: /six hours|docker login/,
    },
  ],
  [
    'the same limit at the registry that has it',
    { image: 'ghcr.io/acme/app:1', error: 'toomanyrequests: retry-after: 1.2ms, allowed: 44000/minute' },
    { first: /^Wait a minute or two/, says: /^ghcr\.io received too many requests/m },
  ],
  [
    'a bare 429 of a registry that may relay the limit of another',
    {
      image: 'reg.acme.example/hub/app:1',
      error:
        'unexpected status from HEAD request to https://reg.acme.example/v2/hub/app/manifests/1: 429 Too Many Requests',
    },
    { first: /^Wait a minute or two: most such limits/, never: /this limit is on/ },
  ],
  [
    "Docker Hub's limit on an image whose name somebody replaced in the text",
    {
      image: '<SOME-IMAGE>',
      error:
        'failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/<SOME-IMAGE>: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit',
    },
    {
      first: /Docker Hub: six hours/,
      says: /Docker Hub's pull rate limit/,
      never: /placeholder|minute or two/,
    },
  ],
  [
    "Docker Hub's limit, passed on by a cache of another name",
    {
      image: 'harbor.example/hub/nginx:1',
      error:
        'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    },
    {
      first: /^Let the cache harbor\.example use its own login at its upstream/,
      never: /docker login harbor/,
    },
  ],
  [
    'a mirror whose name somebody replaced, for a registry that the node may not ask',
    {
      image: 'curlimages/curl',
      error:
        '(Mirrors also failed: [<mirror_ip>:5000/curlimages/curl:latest: reading manifest latest in <mirror_ip>:5000/curlimages/curl: manifest unknown]): docker.io/curlimages/curl:latest: registry docker.io is blocked in /etc/containers/registries.conf',
    },
    {
      first: /^Copy the image to the mirror <mirror_ip>:5000/,
      says: /The mirror <mirror_ip>:5000 does not have this image/,
      never: /Docker Hub has no such/,
    },
  ],
  [
    'a list of mirrors at which the text was cut off',
    {
      image: 'quay.io/acme/cli:13',
      error:
        'Failed to pull image "quay.io/acme/cli:13": (Mirrors also failed: [mirror.example:5000/acme/cli:13:\n  reading manifest 13 : artifact not found])',
    },
    { says: /The mirror mirror\.example:5000 does not have/, never: /quay\.io has no/ },
  ],
  [
    'a blocked registry with one mirror, which is the one that answered',
    {
      image: 'quay.io/acme/cli:13',
      error:
        '(Mirrors also failed: [mirror.example:5000/acme/cli:13: reading manifest 13 in mirror.example:5000/acme/cli: manifest unknown]): quay.io/acme/cli:13: registry quay.io/acme is blocked in /etc/containers/registries.conf',
    },
    { says: /The mirror mirror\.example:5000 does not have/, never: /mirrors failed|last host/ },
  ],
  [
    'a host name that was cut off with the text',
    {
      image: 'nginx',
      error:
        'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://production.cloudflare.do',
    },
    { never: /cloudflare\.do/ },
  ],
  [
    "a credential provider that speaks another version of the kubelet's protocol",
    {
      image: 'acme.azurecr.io/app:1',
      error:
        'error execing credential provider plugin acr for image acme.azurecr.io/app: exit status 1: E0418 06:12:14.490885   14903 main.go:161] Error running credential provider plugin: group version credentialprovider.kubelet.k8s.io/v1beta1 is not supported',
      node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } },
    },
    {
      first: /^Set apiVersion in the kubelet's CredentialProviderConfig/,
      says: /Its reason: "group version \S+v1beta1 is not supported"\.$/m,
      never: /returned no login/,
    },
  ],
  [
    'a credential provider for another processor',
    {
      image: 'acme.azurecr.io/app:1',
      error:
        'error execing credential provider plugin acr for image acme.azurecr.io/app: fork/exec /var/lib/acr: exec format error',
      node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } },
    },
    { first: /^Install the program/, never: /platform|buildx/ },
  ],
  [
    'a node without a route, which sent nothing',
    {
      image: OWN,
      error: 'Head "https://registry.example/v2/": dial tcp 10.0.0.5:443: connect: network is unreachable',
    },
    { says: /The node has no route to registry\.example/, never: /refused|dropped|listening/ },
  ],
  [
    'a node without a route for IPv6, whose IPv4 works and proves nothing',
    {
      image: OWN,
      error:
        'Head "https://registry.example/v2/": dial tcp [2001:db8::5]:443: connect: network is unreachable',
    },
    { says: /curl -sSv -6 -m 15/ },
  ],
  [
    'a login that failed too often, whoever retries',
    {
      image: 'acme/portal:7',
      error: 'toomanyrequests: too many failed login attempts for username or IP address',
      login: 'https://index.docker.io/v1/',
    },
    {
      first: /^Put a login that works into secret regcred, or remove it from the pods until then/,
      never: /too many requests at once|mirror|fewer pods/,
    },
  ],
  [
    'a chart in the place of an image, whose repository has no images',
    {
      image: OWN,
      error:
        'parsing image configuration: unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"',
    },
    { says: /set image \S+ app=<image>/ },
  ],
  // oras-project/oras#119.
  ...[
    'Error response from daemon: unsupported media type application/vnd.unknown.config.v1+json',
    'unsupported image-specific operation on artifact with type "application/vnd.unknown.config.v1+json"',
    'Error response from daemon: unsupported media type application/vnd.acme.model.config.v1+json',
  ].map((error): [string, Situation, Expected] => [
    `files of any kind in the place of an image: ${error}`,
    { image: OWN, error },
    { first: /^Use the name of a container image/, never: /push the image|Build and push/ },
  ]),
  [
    "OpenShift's own registry, which is switched off or which the node does not know",
    {
      image: 'image-registry.openshift-image-registry.svc:5000/web/app:1',
      error: 'dial tcp: lookup image-registry.openshift-image-registry.svc on 10.0.0.2:53: no such host',
    },
    { first: /managementState Removed/, never: /resolv\.conf|cluster's DNS/ },
  ],
  [
    'a refused connection',
    {
      image: OWN,
      error: 'Head "https://registry.example/v2/": dial tcp 10.0.0.5:443: connect: connection refused',
    },
    { says: /The connection to registry\.example was refused\n/, never: /dropped|no route/ },
  ],
  [
    'a server error of a cache for one manifest, in the words of CRI-O',
    {
      image: 'cache.example/hub/library/nginx:1',
      error:
        'reading manifest 1 in cache.example/hub/library/nginx: received unexpected HTTP status: 500 Internal Server Error',
    },
    { says: /curl -sSI .* https:\/\/cache\.example\/v2\/hub\/library\/nginx\/manifests\/1\b/ },
  ],
  [
    'a server error of a mirror for one manifest, in the words of containerd',
    {
      image: 'nginx',
      error:
        'unexpected status from HEAD request to https://cache.example:5000/v2/library/nginx/manifests/latest?ns=docker.io: 500 Internal Server Error',
    },
    {
      says: /curl -sSI .* 'https:\/\/cache\.example:5000\/v2\/library\/nginx\/manifests\/latest\?ns=docker\.io'/,
    },
  ],
  [
    'a server error of a registry that wants a token first',
    {
      image: 'quay.io/acme/app:1',
      error:
        'unexpected status from HEAD request to https://quay.io/v2/acme/app/manifests/1: 500 Internal Server Error',
    },
    { says: /curl -sSv .*https:\/\/quay\.io\/v2\/$/m, never: /curl -sSI/ },
  ],
  [
    "a role that GKE's nodes lack, with the repository of the image's name",
    {
      image: 'europe-west2-docker.pkg.dev/acme-ml/models/app:4',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west2-docker.pkg.dev/v2/token?service=europe-west2-docker.pkg.dev: 403 Forbidden',
      node: { labels: { 'cloud.google.com/gke-nodepool': 'a' } },
    },
    {
      first:
        /gcloud artifacts repositories add-iam-policy-binding models --project=acme-ml --location=europe-west2 --role=roles\/artifactregistry\.reader --member=serviceAccount:<account>$/,
      says: /as a stopgap until/,
    },
  ],
  [
    'the same for a name of Container Registry and a project of a domain',
    {
      image: 'eu.gcr.io/example.com/shop/app:4',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://eu.gcr.io/v2/token: 403 Forbidden',
      node: { labels: { 'cloud.google.com/gke-nodepool': 'a' } },
    },
    { first: /binding eu\.gcr\.io --project=example\.com:shop --location=europe / },
  ],
  [
    "a role that AKS's nodes may lack",
    {
      image: 'acmelabs-a1b2c3.azurecr.io/app:1',
      error:
        'Error response from daemon: Get "https://acmelabs-a1b2c3.azurecr.io/v2/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.',
      node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } },
    },
    { says: /az aks update --attach-acr acmelabs --name <cluster> --resource-group <group>/ },
  ],
  [
    "the role of ECR's own account that the text names",
    {
      image: ECR,
      error:
        'denied: User: arn:aws:sts::111111111111:assumed-role/node-role/i-0c3f is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/team/api because no identity-based policy allows the ecr:BatchGetImage action',
    },
    {
      first:
        /aws iam attach-role-policy --policy-arn arn:aws:iam::aws:policy\/AmazonEC2ContainerRegistryPullOnly --role-name node-role$/,
    },
  ],
  [
    "Oracle's registry, whose user names start with the tenancy",
    {
      image: 'fra.ocir.io/axacme/team/app:1',
      error: 'denied: Anonymous users are only allowed read access on public repos',
    },
    { first: /docker login fra\.ocir\.io.*NAMESPACE\/oracleidentitycloudservice\/USER/ },
  ],
  [
    'a full disk of MicroK8s, whose client removes single images only',
    {
      image: OWN,
      error:
        'write /var/snap/microk8s/common/var/lib/containerd/io.containerd.content.v1.content/ingest/a: no space left on device',
    },
    { says: /microk8s ctr images rm`\).*microk8s ctr images ls$/m },
  ],
  [
    'a node of k0s, by the paths in its errors',
    {
      image: OWN,
      error:
        'write /var/lib/k0s/containerd/io.containerd.content.v1.content/ingest/a: no space left on device',
    },
    { first: /df -h \/var\/lib\/k0s\/containerd/, says: /k0s ctr images ls$/m },
  ],
  [
    'a pull secret that the pod names and that does not exist',
    {
      image: OWN,
      error: 'authorization failed: no basic auth credentials',
      secret: { problem: 'missing' },
    },
    {
      first: /^Create secret regcred, which the pods name.*pullguard fix -n web --secret-name regcred$/,
      never: /service accounts/,
    },
  ],
  [
    'a limit of Docker Hub, where the namespace has a login that the pod does not use',
    {
      image: 'nginx:1',
      error:
        '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.',
      login: 'https://index.docker.io/v1/',
      pod: { pullSecrets: [] },
    },
    { first: /^Add secret regcred/ },
  ],
  [
    'a tag that Quay remembers',
    {
      image: 'quay.io/acme/operator:0.4.1-ed5de33',
      error:
        'reading manifest 0.4.1-ed5de33 in quay.io/acme/operator: unknown: Tag 0.4.1-ed5de33 was deleted or has expired. To pull, revive via time machine',
    },
    { first: /restore this one from its tag history at quay\.io/, never: /typo|misspelled/ },
  ],
  [
    'a version that may lack its v',
    {
      image: 'quay.io/acme/operator:1.15.3',
      error: 'quay.io/acme/operator:1.15.3: not found',
    },
    { first: /tags start with v, as in v1\.15\.3/ },
  ],
  [
    'a version of an official image in another registry, which has no v to remove',
    {
      image: '127.0.0.1:31865/library/registry:2.8.3',
      error: '127.0.0.1:31865/library/registry:2.8.3: not found',
    },
    { says: /Check the name and the tag/, never: /have no v/ },
  ],
  [
    'a version that may lack its last part',
    { image: 'rancher/kubectl:v1.34', error: 'docker.io/rancher/kubectl:v1.34: not found' },
    { first: /whole versions, such as v1\.34\.0/ },
  ],
  [
    'a cache of Harbor, one version of which has this answer for all images of Docker Hub',
    {
      image: 'harbor.example/docker.io/library/nginx:1.29.1',
      error:
        'failed to pull and unpack image "harbor.example/docker.io/library/nginx:1.29.1": failed to resolve reference "harbor.example/docker.io/library/nginx:1.29.1": harbor.example/docker.io/library/nginx:1.29.1: not found',
    },
    { first: /Check the name/, says: /goharbor\/harbor#23025/, never: /start with v/ },
  ],
  [
    'a signature that the runtime may not look for',
    {
      image: OWN,
      error: 'Source image rejected: A signature was required, but no signature exists',
      node: { runtime: 'cri-o://1.34.0' },
    },
    { first: /policy\.json/, says: /use-sigstore-attachments/ },
  ],
  [
    'an expired login for a private registry, none of whose images is public',
    {
      image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1',
      error: 'denied: Your authorization token has expired. Reauthenticate and try again.',
      login: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    },
    { never: /if the image is public/ },
  ],
  [
    "an image of Red Hat's on OpenShift, whose nodes have the cluster's login",
    {
      image: 'registry.redhat.io/redhat/redhat-operator-index:v4.19',
      error:
        'unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.',
      node: { osImage: 'CentOS Stream CoreOS 9.0.20250902', runtime: 'cri-o://1.32.5' },
      pod: { controller: owner('operators.coreos.com/v1alpha1', 'CatalogSource', 'redhat-operators') },
    },
    {
      first:
        /global pull secret .*or name a pull secret with one under spec\.secrets of CatalogSource redhat-operators/,
      says: /pullguard fix -n web/,
    },
  ],
  [
    "an image of one's own there, whose login is the namespace's matter",
    {
      image: OWN,
      error: 'unauthorized: authentication required',
      node: { osImage: 'CentOS Stream CoreOS 9.0.20250902', runtime: 'cri-o://1.32.5' },
    },
    { never: /openshift-config/ },
  ],
  [
    'a proxy that is a part of Docker Desktop, and has its settings there',
    {
      image: 'nginx:1.27',
      error:
        'Error response from daemon: Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp 192.168.65.1:3128: connect: connection refused',
      pod: { node: 'docker-desktop' },
    },
    {
      first: /settings \(Resources, Proxies\).*192\.168\.65\.1:3128 is its own proxy.*docker info/,
      never: /NO_PROXY of the runtime|environ|SSH/,
    },
  ],
  [
    'a mirror at ECR, for which no node gets a login',
    {
      image: OWN,
      error:
        'pulling from host 123456789012.dkr.ecr.us-east-1.amazonaws.com failed with status code [manifests 3]: 401 Unauthorized',
      node: { osImage: 'Bottlerocket OS 1.32.0 (aws-k8s-1.31)' },
    },
    {
      first: /^Write 123456789012\.dkr\S+ into the image's name/,
      never: /log of the mirror|serve the nodes without|docker login/,
    },
  ],
  [
    "Amazon's registry for EKS in one region, outside AWS",
    { image: EKS_IMAGE, error: NO_LOGIN, node: { provider: 'hcloud' } },
    {
      first: /^Use the image's copy in public\.ecr\.aws.*only AWS identities are allowed to pull/,
      says: /docker login --username AWS/,
    },
  ],
  [
    'the same on a node of another cloud',
    { image: EKS_IMAGE, error: NO_LOGIN, node: { provider: 'gce' } },
    { first: /^Use the image's copy in public\.ecr\.aws/, never: /in the region of the nodes/ },
  ],
  [
    'the same on a node in AWS, whose role is missing most likely',
    { image: EKS_IMAGE, error: NO_LOGIN, node: { provider: 'aws' } },
    {
      first: /credential provider/,
      says: /Use Amazon's registry in the region of the nodes, if that is not us-west-2, or the image's copy/,
    },
  ],
  [
    "a role that lacks a right at Amazon's registry, whose policy nobody else can change",
    {
      image: EKS_IMAGE,
      error:
        'denied: User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-0abc is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-west-2:602401143452:repository/amazon/aws-load-balancer-controller because no identity-based policy allows the ecr:BatchGetImage action',
      node: { provider: 'aws' },
    },
    { first: /role NodeRole lacks ecr:BatchGetImage/, never: /repository policy/ },
  ],
  [
    "Amazon's registry in a region that the nodes may not reach",
    {
      image: EKS_IMAGE,
      error: `failed to do request: Head "https://${EKS_IMAGE.replace('/', '/v2/').replace(':v', '/manifests/v')}": dial tcp 54.1.2.3:443: i/o timeout`,
      node: { provider: 'aws' },
    },
    { first: /Test the connection/, says: /allow the nodes to reach .*Use Amazon's registry in the region/s },
  ],
  [
    'a cache that lets nodes in, and waits for its upstream',
    {
      image: 'registry.k8s.io/pause:3.10.1',
      error:
        'failed to copy: failed to do request: Get "https://zot.internal:5000/v2/pause/manifests/sha256:278fb9dbcca9518083ad1e11276933a2e96f23de604a3a08cc3c80002767d24c?ns=registry.k8s.io": net/http: timeout awaiting response headers',
    },
    {
      says: /Check the health and the log of the mirror zot\.internal:5000.*as slow as its upstream/,
      never: /firewall/,
    },
  ],
  [
    "a registry of one's own that accepts connections, and then is silent",
    {
      image: OWN,
      error:
        'Head "https://registry.example/v2/team/api/manifests/3": read tcp 10.0.0.1:3333->10.0.0.2:443: read: connection timed out',
    },
    {
      says: /The connection was opened.*Check the status and the log of registry\.example/s,
      never: /firewall, egress/,
    },
  ],
  [
    'a project at gcr.io that was closed, of which anonymous callers hear of invalid credentials',
    {
      image: 'gcr.io/acme/pilot:1.14',
      error:
        "Error response from daemon: unauthorized: You don't have the needed permissions to perform this operation, and you may have invalid credentials. To authenticate your request, follow the steps in: https://cloud.google.com/container-registry/docs/advanced-authentication",
    },
    {
      first: /^Check the name/,
      never: /refused the login|login that the node itself sent/,
    },
  ],
  [
    'a copy that was pushed by hand, with the digest of its original',
    {
      image: `registry.acme.dev/ingress/certgen:v1.5.4@sha256:${'a'.repeat(64)}`,
      error: 'not found',
    },
    { first: /skopeo copy --all.*`digest: ""`/ },
  ],
  [
    'an image of another architecture, by its name',
    {
      image: 'acme/velero-plugin-arm:1',
      error: 'no match for platform in manifest: not found',
      node: { architecture: 'amd64' },
    },
    { first: /built for linux\/amd64 \(the name of this one says arm\)/ },
  ],
  [
    "an image whose name has the node's architecture, or that of other boards like it",
    {
      image: 'acme/arm64v8-tools:1-arm',
      error: 'no match for platform in manifest: not found',
      node: { architecture: 'arm64' },
    },
    { first: /built for linux\/arm64, or/ },
  ],
  [
    "an image of a project that may be somebody else's",
    {
      image: 'gcr.io/ynli-k8s/spark:v2.3.0-gcs',
      error:
        'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gcr.io/v2/token?scope=a&service=gcr.io: 403 Forbidden',
      node: { provider: 'gce' },
    },
    { first: /if project ynli-k8s is not yours, only its owner can do that/ },
  ],
  [
    "minikube's own registry, which is not enabled",
    {
      image: 'localhost:5000/api:1',
      error:
        'failed to do request: Head "http://localhost:5000/v2/api/manifests/1": dial tcp 127.0.0.1:5000: connect: connection refused',
      node: { labels: { 'minikube.k8s.io/name': 'minikube' } },
    },
    { first: /minikube addons enable registry.*minikube image load/ },
  ],
  [
    'a registry beside a cluster of k3d',
    {
      image: 'localhost:5005/api:1',
      error:
        'failed to do request: Head "http://localhost:5005/v2/api/manifests/1": dial tcp 127.0.0.1:5005: connect: connection refused',
      pod: { node: 'k3d-dev-server-0' },
    },
    { first: /k3d registry list/ },
  ],
  [
    'a digest at a registry that holds no copies',
    { image: `quay.io/acme/certgen:v1.5.4@sha256:${'a'.repeat(64)}`, error: 'not found' },
    { first: /^Check the digest/, never: /skopeo/ },
  ],
  [
    'a tag with a v, which the repository may not have',
    { image: 'acme/server:v0.21.1', error: 'manifest unknown' },
    { first: /no v, as in 0\.21\.1/ },
  ],
  [
    'a clock that stands at 1970, which no other certificate sets right',
    {
      image: 'registry.acme.dev/a:1',
      error:
        'Head "https://registry.acme.dev/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 1970-01-01T00:12:00Z is before 2026-01-02T00:00:00Z',
    },
    { first: /clock/, never: /Renew the certificate/ },
  ],
  // zarf-dev/zarf#4640 and #4998
  [
    'a name that Zarf made, whose image no package brought',
    { image: ZARF, error: pulled(ZARF, `${ZARF}: not found`) },
    {
      never: /set image/,
      first: /^Add the image to the images of a Zarf package.*127\.0\.0\.1:31999.*agent=ignore/,
    },
  ],
  [
    'a name that Zarf made, in a namespace without its secret',
    { image: ZARF, error: pulled(ZARF, NO_LOGIN) },
    {
      first:
        /^If namespace web has no secret private-registry, copy it there.*metadata\.name=private-registry/,
    },
  ],
  [
    "a registry at the node's loopback, for which the namespace has a login that the pod does not name",
    {
      image: 'localhost:5000/api:1',
      error: pulled('localhost:5000/api:1', 'server message: insufficient_scope: authorization failed'),
      login: 'localhost:5000',
      pod: { pullSecrets: [] },
    },
    { first: /regcred/, says: /See what listens at localhost:5000/, never: /different machine/ },
  ],
  [
    "a name that Zarf made, where Zarf's secret is for another port",
    {
      image: ZARF,
      error: pulled(ZARF, NO_LOGIN),
      secret: { name: 'private-registry', ...entry('127.0.0.1:5000') },
    },
    { says: /Add a login for 127\.0\.0\.1:31999 to secret private-registry/, never: /copy it there/ },
  ],
  [
    'a tag that somebody ended like those of Zarf',
    { image: `${OWN}-zarf-2`, error: pulled(`${OWN}-zarf-2`, `${OWN}-zarf-2: not found`) },
    { never: /Zarf/ },
  ],
  [
    "a name that Zarf made, with Zarf's login",
    { image: ZARF, error: pulled(ZARF, NO_LOGIN), login: '127.0.0.1:31999' },
    { never: /copy it there/ },
  ],
  // rancher/rke2#5754, k3s-io/k3s#10388
  [
    'the embedded registry of K3s, in a version that answers 500 for an image that no node has',
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to https://127.0.0.1:6443/v2/team/api/manifests/3?ns=registry.example: 500 Internal Server Error',
      ),
      node: { kubelet: 'v1.29.1+k3s1', runtime: 'containerd://1.7.11-k3s2' },
    },
    {
      first:
        /^Load the image on a node.*registry\.example did not send it either.*fetches nothing itself.*5001 and 6443/,
      says: /no other node has the image, for which older versions answer 500.*containerd asked registry\.example as well/s,
      never: /login are not the problem|upstream/,
    },
  ],
  [
    'the embedded registry of RKE2, where no node has the image',
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to https://127.0.0.1:9345/v2/team/api/manifests/3?ns=registry.example: 404 Not Found',
      ),
    },
    {
      first: /^Load the image on a node.*5001 and 9345/,
      says: /says nothing about the image/,
      never: /upstream/,
    },
  ],
  [
    "Spegel at a node's address, where no node has the image",
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to http://10.0.3.19:30020/v2/team/api/manifests/3?ns=registry.example: 404 Not Found',
      ),
    },
    { first: /^Load the image on a node.*Spegel/, never: /upstream/ },
  ],
  [
    "a mirror with a name, and a port that Spegel's has as well",
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to https://hub.acme.dev:30020/v2/team/api/manifests/3?ns=registry.example: 500 Internal Server Error',
      ),
    },
    { first: /^Check the health and the log of the mirror hub/, never: /Spegel|only offers/ },
  ],
  // containerd/containerd#3868 and #5275
  [
    'a mirror that fails, after which containerd asks the registry, too',
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to https://cache.acme.dev/v2/team/api/manifests/3?ns=registry.example: 502 Bad Gateway',
      ),
    },
    {
      says: /cache\.acme\.dev first for images of registry\.example\. Unless its settings rule it out, containerd asked registry\.example as well/,
      never: /instead of|login are not the problem/,
    },
  ],
  [
    'a mirror that fails for a containerd that asks nothing else then',
    {
      image: OWN,
      error: pulled(
        OWN,
        'unexpected status from HEAD request to https://cache.acme.dev/v2/team/api/manifests/3?ns=registry.example: 502 Bad Gateway',
      ),
      node: { runtime: 'containerd://1.4.13' },
    },
    { says: /cache\.acme\.dev first for images of registry\.example/, never: /as well/ },
  ],
  // moby/moby#39223: the host answers, so packets come back; what is too large never gets there.
  [
    'a request that did not arrive whole',
    {
      image: 'hello-world',
      error: `error parsing HTTP 408 response body: invalid character '<' looking for beginning of value: "<html><body><h1>408 Request Time-out</h1>\\nYour browser didn't send a complete request in time.\\n</body></html>\\n\\n"`,
    },
    {
      first: /^Compare the MTU/,
      says: /large packets are lost/,
      never: /got nothing back|did not answer|allow the nodes to reach/,
    },
  ],
])('%s', (_name, situation, { first, short, says, never }) => {
  const { all, first: step, short: summary } = textsOf(situation)
  if (short !== undefined) expect(summary).toMatch(short)
  if (first !== undefined) expect(step).toMatch(first)
  if (says !== undefined) expect(all).toMatch(says)
  if (never !== undefined) expect(all).not.toMatch(never)
})

describe("a server's own words in place of the standard ones for its status", () => {
  const answered = (status: string): Situation => ({
    image: OWN,
    error: `unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: ${status}`,
  })
  test.each<[string, string, Expected]>([
    [
      'Nexus, of a repository that is set offline',
      '503 Repository offline',
      {
        short: /^a repository that is offline at registry\.example/,
        first: /^Set the repository of this image online again in Nexus at registry\.example/,
        never: /Wait|log of registry|is failing/,
      },
    ],
    [
      'maintenance',
      '503 Down for maintenance',
      {
        first: /^Check the status/,
        says: /answers that it is under maintenance\n.*is out of service for now \(it says "Down for maintenance"\)/,
      },
    ],
    ['others', '503 License expired', { says: /is failing \(it says "License expired"\); the pod's image/ }],
    ['the standard ones', '503 Service Unavailable', { says: /is failing; /, never: /it says/ }],
    ["nginx' own", '503 Service Temporarily Unavailable', { never: /it says/ }],
    ['none, as of HTTP/2', '503 ', { never: /it says/ }],
  ])('%s', (_name, status, { short = /(?:)/, first = /(?:)/, says = /(?:)/, never = /(?!)/ }) => {
    const report = textsOf(answered(status))
    expect(report.short).toMatch(short)
    expect(report.first).toMatch(first)
    expect(report.all).toMatch(says)
    expect(report.all).not.toMatch(never)
  })
})
