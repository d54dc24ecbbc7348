/** Reports on refused pulls: which login was missing or wrong, who has to allow the pull, and where a login does not help. */
import { describe, expect, test } from 'vitest'
import { pulled, type Situation } from '../advice/situation.ts'
import { expectRow, type Row, sandboxOf, textsOf } from './texts-of.ts'

const headed = (host: string, path: string) =>
  `unexpected status from HEAD request to https://${host}/v2/${path}: 403 Forbidden`
const OWN = 'registry.example/team/api:3'
const ECR = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api:3'
const EKS_IMAGE = '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:v2.2.4'
const ZARF = '127.0.0.1:31999/library/nginx:1.27-zarf-3793515731'
const PAUSE_REFUSED =
  'failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to pull and unpack image "registry.k8s.io/pause:3.10": failed to resolve reference "registry.k8s.io/pause:3.10": unexpected status from HEAD request to https://harbor.acme.lab/v2/k8s/pause/manifests/3.10?ns=registry.k8s.io: 401 Unauthorized'
const NO_LOGIN =
  'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
const ANONYMOUS = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
const GITLAB_BASIC =
  'Head "https://registry.gitlab.com/v2/acme/api/manifests/1": unauthorized: HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you\'re required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.'
/** goharbor/harbor, src/server/middleware/vulnerable. */
const unscanned = (how: string) =>
  `Error response from daemon: unknown: current image ${how} cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "Critical" or higher from running.'`
const entry = (key: string, more = {}) => ({ entries: [{ key, username: 'ci', problem: null, ...more }] })

const owner = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, name, uid: name })

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

test.each<Row>([
  [
    'a scan that has not ended, which shows no vulnerability',
    'harbor.corp/pay/ledger:7',
    unscanned('with \\"Pending\\" status of vulnerability scanning'),
    {
      first: /^Wait until harbor\.corp has scanned the image: .*\(in Harbor, the Job Service Dashboard/,
      never: /allowlist|exempt|another version|login (?:was|is) (?:refused|wrong)/,
    },
  ],
  [
    'a scan that failed',
    'harbor.corp/pay/ledger:7',
    unscanned('with "Error" status of vulnerability scanning'),
    {
      first: /^Start the scan of the image at harbor\.corp again \(in Harbor/,
      never: /allowlist|exempt|Wait/,
    },
  ],
  [
    'an image that was never scanned',
    'harbor.corp/pay/ledger:7',
    unscanned('without vulnerability scanning'),
    { first: /^Start a scan of the image at harbor\.corp/, never: /allowlist|exempt|again/ },
  ],
  [
    'a scan that may be for something else than vulnerabilities',
    'reg.corp/pay/ledger:7',
    'denied: malware policy: artifact is pending scan',
    { says: /withholds images until a scan has a result/, never: /vulnerabilit/ },
  ],
  [
    'a name of a publisher whose images are public, which nobody has to make so',
    'quay.io/prometheus/prometheus:v9',
    'unexpected status from HEAD request to https://quay.io/v2/prometheus/prometheus/manifests/v9: 401 Unauthorized',
    { first: /^Check the name quay\.io\/prometheus/, never: /make it public/i },
  ],
  [
    'vulnerabilities that were found',
    'harbor.corp/pay/ledger:7',
    unscanned('with 3 vulnerabilities'),
    { first: /CVE allowlist/, never: /^Start a scan|Wait until/ },
  ],
  [
    "Harbor's signature policy, which no node has",
    OWN,
    'reading manifest 3 in registry.example/team/api: unknown: The image is not signed by notation.',
    {
      first:
        /^Sign the image \(`notation sign`, with its digest\), or ask an administrator of registry\.example to lift/,
      never: /policy\.json|on the node/,
    },
  ],
  [
    'a node whose kubelet has no provider for Google built in anymore',
    'europe-west3-docker.pkg.dev/acme/apps/orders:3',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://europe-west3-docker.pkg.dev/v2/token: 403 Forbidden',
    { node: { kubelet: 'v1.30.4', provider: 'gce' } },
    { first: /^See whether .*auth-provider-gcp\) is installed .*none of its own since Kubernetes 1\.29/ },
  ],
  [
    'a node whose kubelet has no provider for ECR built in anymore',
    ECR,
    pulled(ECR, NO_LOGIN),
    { node: { kubelet: 'v1.27.8', provider: 'aws' } },
    { says: /ecr-credential-provider\) is installed .*none of its own since Kubernetes 1\.27/ },
  ],
  [
    'a kubelet that has one',
    ECR,
    pulled(ECR, NO_LOGIN),
    { node: { kubelet: 'v1.26.9', provider: 'aws' } },
    { says: /ecr-credential-provider/, never: /none of its own/ },
  ],
  ...(
    [
      ['v1.23.17', /built-in credential provider returned no login: check that the node has its IAM role/],
      ['v1.13.5', /built-in credential provider .*--cloud-provider=aws \(restart it/],
    ] as const
  ).map(
    ([kubelet, first]): Row => [
      `a kubelet, ${kubelet}, that knows no plugins yet`,
      ECR,
      pulled(ECR, NO_LOGIN),
      { node: { kubelet, provider: 'aws' } },
      { first, never: /ecr-credential-provider|--image-credential-provider/ },
    ],
  ),
  [
    'a kubelet on AKS that knows no plugins yet',
    'acme.azurecr.io/app:1',
    'Get https://acme.azurecr.io/v2/app/manifests/1: unauthorized: authentication required',
    { node: { kubelet: 'v1.21.2', provider: 'azure', labels: { 'kubernetes.azure.com/cluster': 'prod' } } },
    { first: /why the kubelet's built-in credential provider/, never: /acr-credential-provider/ },
  ],
  [
    'a token server without such an address, which judged no login',
    OWN,
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example/service/token: 404 Not Found',
    { never: /refused the login|expired/ },
  ],
  [
    "a repository that Google's token server does not have",
    'us-docker.pkg.dev/acme/apps/orders:3',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://us-docker.pkg.dev/v2/token?scope=repository%3Aacme%2Fapps%2Forders%3Apull&service=us-docker.pkg.dev: 404 Not Found',
    { node: { provider: 'gce' } },
    {
      short: /no such repository|not found/,
      first: /^Check the project \(acme\), the location \(us\), and the repository \(apps\) in /,
      never: /login that was sent|docker login/,
    },
  ],
  [
    'a token without the scope for packages',
    'ghcr.io/acme/app:1',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden: denied: permission_denied: The token provided does not match expected scopes.',
    { first: /with the scope read:packages/, never: /wrong, expired, or revoked/ },
  ],
  [
    'a token that single sign-on does not authorize',
    'ghcr.io/acme/app:1',
    '403 Forbidden: denied: Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    { first: /authorized for the organization \(SSO\)/, never: /wrong, expired, or revoked/ },
  ],
  [
    "the login at Docker Hub that the dependency proxy of a GitLab group has, which is the group's",
    'gitlab.com/acme/dependency_proxy/containers/acme/app:1',
    'unexpected status from GET request to https://gitlab.com/v2/acme/dependency_proxy/containers/acme/app/manifests/1: 401 Unauthorized: Expected 200 response code for an access token',
    { first: /^Check the login that the group's dependency proxy at gitlab\.com itself uses/ },
  ],
  [
    'a GitLab account without a role in the project',
    'registry.gitlab.com/acme/app:1',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gitlab.com/jwt/auth: 403 Forbidden: denied: access forbidden',
    { first: /at least the Reporter role/, never: /wrong, expired, or revoked/ },
  ],
  [
    "an expired login of ECR's nodes",
    ECR,
    '403 Forbidden: denied: Your authorization token has expired. Reauthenticate and try again.',
    { says: /refused the login that was sent\nThe login has expired/, never: /does not allow this identity/ },
  ],
  [
    'an account that is locked',
    OWN,
    '403 Forbidden: denied: User has been locked for 5 minutes after 5 failed login attempts',
    { says: /refused the login/, never: /does not exist/ },
  ],
  [
    'a login for Docker Hub, and an image at another of its hosts',
    'registry.hub.docker.com/team/api:3',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    { secret: entry('https://index.docker.io/v1/') },
    {
      first:
        /^Write docker\.io instead of registry\.hub\.docker\.com: .* login for Docker Hub .*set image .*app=docker\.io\/team\/api:3/,
    },
  ],
  [
    'a registry that wants a token, in words of its own',
    'team/api:3',
    '401 Unauthorized: your account must log in with a Personal Access Token (PAT) - learn more at docs.docker.com/go/access-tokens',
    { login: 'https://index.docker.io/v1/' },
    {
      says: /; Docker Hub asks for a personal access token as the password/,
      never: /login is wrong, expired/,
    },
  ],
  [
    'a registry that may want a token, whose logins have a rule of their own',
    'registry.gitlab.com/team/api:3',
    '403 Forbidden: HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled and you must use a personal access token instead of a password.',
    { login: 'registry.gitlab.com' },
    { says: /the login is a deploy token/, never: /asks for a personal/ },
  ],
  [
    'a token of GitHub that may have ended',
    'ghcr.io/team/api:3',
    'denied: denied',
    { login: 'ghcr.io' },
    {
      says: /or its token has expired or was revoked[\s\S]*If the image is public, renew or remove the login, as ghcr\.io refuses even such images to an expired or revoked token \(secret/,
    },
  ],
  [
    "a refusal of Google's, which gives the same answer to a pull without a login",
    'gcr.io/acme/app:1',
    'unexpected status from HEAD request to https://gcr.io/v2/acme/app/manifests/1: 403 Forbidden',
    { says: /No login was sent, the identity that asked isn't allowed/, never: /The registry knows/ },
  ],
  [
    "the same of a login of the node, which the cluster's objects don't show",
    'ghcr.io/team/api:3',
    'denied: denied',
    {
      says: /private or does not exist, or a login has expired[\s\S]*Check the name[\s\S]*If node node-1 itself has a login for ghcr\.io, renew or remove it/,
    },
  ],
  [
    "a public image of NVIDIA that an organization's key does not open",
    'nvcr.io/nvidia/cloud-native/manager:v1.2.3',
    'https://nvcr.io/v2/nvidia/cloud-native/manager/manifests/v1.2.3: 403 Forbidden',
    { secret: entry('nvcr.io', { username: '$oauthtoken' }) },
    {
      says: /If the image is public, renew or remove the login, as nvcr\.io refuses even such images to the key of another organization/,
    },
  ],
  [
    'a pull from a registry that refuses no public image for its login',
    'quay.io/team/api:3',
    'unauthorized: access to the requested resource is not authorized',
    { login: 'quay.io' },
    { says: /denied the pull/, never: /renew or remove/ },
  ],
  [
    'a login for public images that lasts for hours',
    'public.ecr.aws/docker/library/golang:1.24',
    'unexpected status from HEAD request to https://public.ecr.aws/v2/docker/library/golang/manifests/1.24: 403 Forbidden',
    { login: 'public.ecr.aws' },
    {
      first: /^Remove the refused login, as anyone can pull/,
      says: /The login is wrong, expired, or revoked\. Even a public image/,
      never: /before any login|license|outgoing address/,
    },
  ],
  [
    'a login of the node, after which the kubelet went on without one',
    'acme.azurecr.io/api:3',
    '[failed to resolve reference "acme.azurecr.io/api:3": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?service=acme.azurecr.io: 401 Unauthorized, rpc error: code = Unknown desc = failed to resolve reference "acme.azurecr.io/api:3": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?service=acme.azurecr.io: 401 Unauthorized]',
    {},
    { never: /Even a public image|No login was sent/ },
  ],
  [
    'an attempt without a login, after another one that did not reach the registry',
    'acme.azurecr.io/api:3',
    '[failed to resolve reference "acme.azurecr.io/api:3": failed to do request: Head "https://acme.azurecr.io/v2/api/manifests/3": dial tcp 10.0.0.4:443: i/o timeout, rpc error: code = Unknown desc = failed to resolve reference "acme.azurecr.io/api:3": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?service=acme.azurecr.io: 401 Unauthorized]',
    {},
    { says: /refused an attempt without a login/, never: /No login was sent/ },
  ],
  [
    'the same refusal without a login',
    'public.ecr.aws/docker/library/golang:1.24',
    'unexpected status from HEAD request to https://public.ecr.aws/v2/docker/library/golang/manifests/1.24: 403 Forbidden',
    { first: /^See who answers/, never: /refused login/ },
  ],
  [
    'a mirror that refuses the pause image, to a release that sends no login for it',
    {
      image: 'registry.k8s.io/pause:3.10',
      error: PAUSE_REFUSED,
      pod: { containers: [sandboxOf('registry.k8s.io/pause:3.10', PAUSE_REFUSED)] },
      node: { runtime: 'containerd://2.0.0', osImage: 'Talos (v1.8.2)' },
    },
    {
      says: /containerd 2\.0\.0 may not send it for the pause image[\s\S]*talosctl image pull registry\.k8s\.io\/pause:3\.10 -n/,
    },
  ],
  [
    'a refusal by what is in front of the registry, which does not answer as that does',
    'registry.k8s.io/pause:3.9',
    'unexpected status from HEAD request to https://registry.k8s.io/v2/pause/manifests/3.9: 403 Forbidden',
    {
      first:
        /a certificate of Google and a page with "Your client does not have permission to get URL" mean that the host's own front end .* curl -sSv -m 15 https/,
    },
  ],
  [
    "one of Chainguard's images that is not free anymore",
    'cgr.dev/chainguard/min-toolkit-debug:latest',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://cgr.dev/token?scope=repository%3Achainguard%2Fmin-toolkit-debug%3Apull&service=cgr.dev: 403 Forbidden',
    { first: /^Check the name .*\(only some of Chainguard's images are free/, never: /docker login/ },
  ],
  [
    "a customer's image there, which needs a login",
    'cgr.dev/acme.com/nginx:1.29',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://cgr.dev/token?scope=repository%3Aacme.com%2Fnginx%3Apull&service=cgr.dev: 403 Forbidden',
    { first: /^Run `docker login cgr\.dev`/, never: /are free/ },
  ],
  [
    'an account that Gitea knows, without access to the packages of their owner',
    'gitea.acme.org/team/api:3',
    'unauthorized: reqPackageAccess',
    { login: 'gitea.acme.org' },
    {
      first: /^Let the account in the pull secret read the packages of team .* scope read:package $/,
      never: /gives the same answer for both/,
    },
  ],
  [
    'the same refusal of Forgejo without a login',
    'forgejo.acme.org/team/api:3',
    'unauthorized: reqPackageAccess',
    { first: /^Check the name/, says: /an access token with the scope read:package/, never: /account in/ },
  ],
  [
    'a store that the registry of Kubernetes sent the node to',
    'registry.k8s.io/sig-storage/csi:4',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://prod-registry-k8s-io-us-east-2.s3.dualstack.us-east-2.amazonaws.com/containers/images/sha256%3A8ed4: 403 Forbidden',
    { says: /depends on the location of the node/, never: /redirects clients/ },
  ],
  [
    'an image that a list is not known to have, with another one of nearly the same name',
    'nginx-latest',
    headed('docker.m.daocloud.io', 'library/nginx-latest/manifests/latest?ns=docker.io'),
    {
      first: /perhaps to that of the official image nginx/,
      says: /refused the pull, and serves only the images on its list\n/,
      never: /log of the mirror|this one is not on it|login at its upstream|docker login/,
    },
  ],
  [
    'CoreDNS, asked for in the wrong place of such a list',
    'm.daocloud.io/registry.k8s.io/coredns:v1.11.3',
    headed('m.daocloud.io', 'registry.k8s.io/coredns/manifests/v1.11.3'),
    {
      first: /set dns\.imageRepository to m\.daocloud\.io\/registry\.k8s\.io\/coredns/,
      never: /docker login|remove that part/,
    },
  ],
  [
    'a list that already its token server goes by',
    'm.daocloud.io/docker.io/acme/app:1',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.m.daocloud.io/auth/token?scope=repository%3Adocker.io%2Facme%2Fapp%3Apull&service=m.daocloud.io: 403 Forbidden',
    { says: /Or ask the operators of m\.daocloud\.io to add/, never: /docker login/ },
  ],
  [
    'a mirror that wants no login',
    'nginx:1.29',
    headed('mirror.gcr.io', 'library/nginx/manifests/1.29?ns=docker.io'),
    { says: /asks nobody for a login/, never: /requires a login|its own upstream/ },
  ],
  [
    'a mirror that now serves only its own cloud',
    'nginx:1.29',
    headed('abcd1234.mirror.aliyuncs.com', 'library/nginx/manifests/1.29?ns=docker.io'),
    {
      first:
        /^Let the nodes use another mirror of Docker Hub, or none, .*abcd1234\.mirror\.aliyuncs\.com serves only machines in Alibaba Cloud now \(since 2024-07-02.*if that includes these nodes, only its operator knows/,
      says: /Unless the node is among those that the mirror still serves, neither a login/,
      never: /log of the mirror|login that/,
    },
  ],
  [
    'a mirror that only some may use',
    'gcr.azk8s.cn/a/b:1',
    '403 Forbidden',
    {
      says: /gcr\.azk8s\.cn serves only addresses of Azure China now .*the image is published as gcr\.io\/a\/b:1/,
    },
  ],
  [
    'the same of its images for Kubernetes, which have moved since',
    'gcr.azk8s.cn/google_containers/pause:3.2',
    '403 Forbidden',
    { says: /the image is published as registry\.k8s\.io\/pause:3\.2/ },
  ],
  [
    "an image that is not among Chainguard's free ones",
    'cgr.dev/chainguard/tool:1',
    '403 Forbidden',
    { first: /at cgr\.dev\/ORGANIZATION/ },
  ],
  [
    'a robot account whose name a shell shortened',
    OWN,
    '401 Unauthorized',
    { secret: { entries: [{ key: 'registry.example', username: 'robot+ci', problem: null }] } },
    {
      says: /the login in the pod's pull secret looks wrong\n.*because of a mistake in it.*cut off at a \$/s,
    },
  ],
  [
    'a login that is written well, and a bare 401',
    OWN,
    'unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: 401 Unauthorized',
    { secret: entry('registry.example') },
    {
      says: /or the login is wrong or expired: the answer of registry\.example \(401\) does not say which/,
      never: /Check the name and the tag/,
    },
  ],
  [
    'a registry that refuses before it looks for a tag',
    'registry.example/team/api:3.8.3',
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    {
      says: /Check the name registry\.example\/team\/api:3\.8\.3 for a typo, and whether the repository/,
      never: /start with v/,
    },
  ],
  [
    'a registry that nobody can pull from without a login',
    ECR,
    'denied: Your authorization token has expired.',
    { secret: entry(ECR.split('/')[0] ?? '') },
    { says: /The login has expired\./, never: /Even a public image/ },
  ],
  [
    'a login that an operator does not pass on',
    OWN,
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    {
      login: 'registry.example',
      pod: { pullSecrets: [], controller: owner('zookeeper.example/v1', 'ZooCluster', 'zoo') },
    },
    {
      first:
        /of the pod's service account default \(or of zoocluster\/zoo, whose operator makes the template, if `kubectl explain zoocluster\.spec --recursive \| grep -i pullsecret` shows such a field.*edit serviceaccount default/,
    },
  ],
  [
    'a login that an operator does not pass on, of a kind whose name Kubernetes has as well',
    OWN,
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    {
      login: 'registry.example',
      pod: { pullSecrets: [], controller: owner('batch.volcano.sh/v1alpha1', 'Job', 'train') },
    },
    { first: /of job\/train, whose operator makes the template, if that has such a field/ },
  ],
  [
    'a robot account of another project, in the words of Harbor',
    OWN,
    'Error response from daemon: unauthorized: unauthorized to access repository: team/api, action: pull: unauthorized to access repository: team/api, action: pull',
    { secret: { entries: [{ key: 'registry.example', username: 'robot$shop+ci', problem: null }] } },
    {
      first: /robot account of project shop, so use one of project team/,
      says: /a login that it does not accept/,
    },
  ],
  [
    'the same words for a pull without a login',
    OWN,
    'Error response from daemon: unauthorized: unauthorized to access repository: team/api, action: pull',
    {
      first:
        /^If the image is private, run `docker login registry\.example` .*member of project team there, or a robot/,
      says: /Check the name/,
      never: /does not allow this identity/,
    },
  ],
  [
    'the same words of Tencent Cloud, which knows no members of a project',
    'acme.tencentcloudcr.com/team/api:1',
    'unauthorized: unauthorized to access repository: team/api, action: pull',
    { says: /`docker login acme\.tencentcloudcr\.com`/, never: /member of project|robot account/ },
  ],
  [
    'the words of Docker for an own registry and a pull without a login',
    OWN,
    pulled(
      OWN,
      `Error response from daemon: pull access denied for registry.example/team/api, repository does not exist or may require 'docker login'`,
    ),
    { first: /^If the image is private, run `docker login registry\.example`/, says: /Check the name/ },
  ],
  [
    'the same words for a login that was sent',
    OWN,
    pulled(
      OWN,
      `Error response from daemon: pull access denied for registry.example/team/api, repository does not exist or may require 'docker login'`,
    ),
    { login: 'registry.example' },
    { first: /^Check the name/ },
  ],
  [
    'a signature policy that a registry names with status 412',
    OWN,
    "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example/v2/team/api/manifests/sha256:aa: 412 Precondition Failed - Server message: unknown: The image doesn't pass Cosign signature verification.",
    { first: /^Sign the image \(`cosign sign`, with its digest\)/, never: /which policy/ },
  ],
  [
    'a secret for another region, on a node outside the cloud',
    ECR,
    'pull access denied: authorization failed: no basic auth credentials',
    { secret: entry('111111111111.dkr.ecr.us-east-1.amazonaws.com') },
    {
      first: /^Run `aws ecr get-login-password/,
      says: /Add a login for 111111111111\.dkr\.ecr\.eu-west-1/,
      never: /(?<!on their own, f)ind out why the kubelet's credential provider/,
    },
  ],
  [
    'a pod whose workload identity does not pull',
    ECR,
    'denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage',
    { account: { workloadIdentity: 'aws' } },
    {
      says: /The IAM role \(IRSA\) of service account default is for the pod's own processes and does not pull images/,
    },
  ],
  [
    'a pod whose workload identity is for another cloud',
    ECR,
    'denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage',
    { account: { workloadIdentity: 'google' } },
    { never: /own processes/ },
  ],
  [
    'a perimeter of Google, which may be around the nodes or around the image',
    'gcr.io/team/api:1',
    "denied: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: a1",
    { first: /an egress rule if the nodes are inside .* an ingress rule or access level for the nodes/ },
  ],
  [
    'an account that is only named like a robot account of Quay',
    OWN,
    'unauthorized: unauthorized to access repository: team/api, action: pull',
    { secret: { entries: [{ key: 'registry.example', username: 'team+ci', problem: null }] } },
    { says: /grant/, never: /Quay/ },
  ],
  [
    "a robot account of the image's own organization at Quay, which has no permission there by default",
    'quay.io/acme/api:1',
    'unexpected status from HEAD request to https://quay.io/v2/acme/api/manifests/1: 401 UNAUTHORIZED',
    { secret: { entries: [{ key: 'quay.io', username: 'acme+puller', problem: null }] } },
    {
      first: /^Check the name/,
      says: /^Ask the owner of acme\/api at quay\.io to grant .* robot account of Quay only pulls repositories/m,
    },
  ],
  [
    'a web filter whose page names it',
    'quay.io/team/api:1',
    'error parsing HTTP 403 response body: invalid character \'<\' looking for beginning of value: "<html><head><title>Internet Security by Zscaler</title></head></html>"',
    { first: /^Ask whoever administers Zscaler for your network for an exception for quay\.io/ },
  ],
  [
    'a pod whose login is meant to come from a credential provider',
    'acme.jfrog.io/hub/api:1',
    ANONYMOUS,
    { account: { pullsThrough: 'jfrog' } },
    {
      first:
        /^Find out why the kubelet's credential provider for JFrog, which service account default is annotated for \(JFrogExchange\), returned no login: .*matchImages has to cover acme\.jfrog\.io/,
      says: /^Run `docker login acme\.jfrog\.io`/m,
    },
  ],
  [
    'a pod whose login is meant to come from one, by CRI-O, which does not say that it sent none',
    'quay.corp.example/team/api:1',
    'reading manifest 1 in quay.corp.example/team/api: unauthorized: access to the requested resource is not authorized',
    { account: { pullsThrough: 'quay' } },
    {
      first: /^Find out why the kubelet's credential provider for Quay, .*quay\.io\/federated-robot-account/,
    },
  ],
  [
    'a pod whose account lacks the annotation that another one has for the provider of ECR',
    ECR,
    NO_LOGIN,
    { account: {}, otherAccount: { pullsThrough: 'ecr' } },
    {
      first:
        /^Annotate service account default .* as service account other is .*annotate serviceaccount default eks\.amazonaws\.com\/ecr-role-arn=<role>/,
      says: /find out why the kubelet's credential provider/,
    },
  ],
  [
    'a pod whose account lacks it on a node whose kubelet gives no provider such tokens',
    ECR,
    NO_LOGIN,
    { account: {}, otherAccount: { pullsThrough: 'ecr' }, node: { kubelet: 'v1.32.4-eks-5d632ec' } },
    { says: /find out why the kubelet's credential provider/i, never: /Annotate/ },
  ],
  [
    'a pod whose account has that annotation',
    ECR,
    NO_LOGIN,
    { account: { pullsThrough: 'ecr' }, otherAccount: { pullsThrough: 'ecr' } },
    { first: /^Find out why the kubelet's credential provider for ECR, which service account default/ },
  ],
  [
    'a pod at another registry than the annotated provider is for',
    OWN,
    NO_LOGIN,
    { account: {}, otherAccount: { pullsThrough: 'ecr' } },
    { never: /Annotate/ },
  ],
  [
    'a wrong token at a GitLab of any name, which says the same of each login',
    'registry.example/acme/api:1',
    GITLAB_BASIC.replaceAll('registry.gitlab.com', 'registry.example'),
    { secret: { entries: [{ key: 'registry.example', username: 'gitlab+deploy-token-7', problem: null }] } },
    { never: /personal access token|two-factor/ },
  ],
  [
    "a person's password at GitLab, which wants a token in its place",
    'registry.gitlab.com/acme/api:1',
    GITLAB_BASIC,
    { secret: { entries: [{ key: 'registry.gitlab.com', username: 'ann@example.com', problem: null }] } },
    {
      first:
        /a deploy token with the scope read_registry \(GitLab takes no password from an account with two-factor/,
    },
  ],
  [
    'a deploy token at GitLab, which is no password',
    'registry.gitlab.com/acme/api:1',
    GITLAB_BASIC,
    {
      secret: { entries: [{ key: 'registry.gitlab.com', username: 'gitlab+deploy-token-7', problem: null }] },
    },
    { first: /a deploy token with the scope read_registry/, never: /two-factor/ },
  ],
  [
    "a token of minikube's addon, which writes a new one",
    'europe-docker.pkg.dev/acme/api/web:1',
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    {
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
    "a host that only the pod's login shows to be misspelled, if it is",
    'dhcr.io/acme/api:1',
    pulled('dhcr.io/acme/api:1', '401 Unauthorized'),
    { login: 'ghcr.io' },
    {
      first:
        /^Write ghcr\.io instead of dhcr\.io, if you mean that registry, as the pod's secret regcred for ghcr\.io suggests: /,
    },
  ],
  [
    'a pod with a credential provider for another registry',
    'ghcr.io/team/api:1',
    ANONYMOUS,
    { account: { pullsThrough: 'jfrog' } },
    { first: /^Run `docker login ghcr\.io`/, never: /credential provider/ },
  ],
  [
    'a pod with a credential provider and a login of its own',
    'acme.jfrog.io/hub/api:1',
    'failed to fetch oauth token: 401 Unauthorized',
    { login: 'acme.jfrog.io', account: { pullsThrough: 'jfrog' } },
    { never: /provider for JFrog/ },
  ],
  [
    "a repository of another account's ECR",
    ECR,
    'denied: User: arn:aws:sts::222222222222:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/team/api because no resource-based policy allows the action',
    { first: /belongs to account 111111111111.*must allow account 222222222222/ },
  ],
  [
    'a credential provider whose node lacks the right',
    ECR,
    'error execing credential provider plugin ecr-credential-provider for image x: exit status 1: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:GetAuthorizationToken',
    {
      first: /role nodes lacks ecr:GetAuthorizationToken/,
      says: /the registry was not asked/,
      never: /Check the name/,
    },
  ],
  [
    'a mirror that requires a login',
    'registry.k8s.io/a/b:1',
    'unexpected status from HEAD request to https://cache.example/v2/a/b/manifests/1?ns=registry.k8s.io: 401 Unauthorized',
    {
      first: /the mirror cache\.example/,
      says: /If cache\.example itself requires a login/,
      never: /the name is wrong/,
    },
  ],
  [
    'a password with a line feed',
    OWN,
    'unauthorized: incorrect username or password',
    { secret: entry('registry.example', { padded: true }) },
    { first: /Recreate secret regcred: .*whitespace/ },
  ],
  [
    'the name of a file in place of a key',
    'europe-docker.pkg.dev/acme/web/api:1',
    'unauthorized: authentication failed',
    { secret: entry('europe-docker.pkg.dev', { username: '_json_key', mistake: 'file-name' }) },
    { first: /Recreate secret regcred with the content of the file .*"\$\(cat FILE\)"/ },
  ],
  [
    'a key that is not in base64 where the user name promises it',
    'europe-docker.pkg.dev/acme/web/api:1',
    'unauthorized: authentication failed',
    { secret: entry('europe-docker.pkg.dev', { username: '_json_key_base64', mistake: 'no-key' }) },
    { first: /key file, in base64, .*"\$\(base64 < FILE \| tr -d '\\n'\)".* can't be read as one/ },
  ],
  [
    'a command that no shell ran, in a secret that a tool copies',
    OWN,
    'unauthorized: incorrect username or password',
    {
      secret: {
        ...entry('registry.example', { mistake: 'unexpanded' }),
        writer: { type: 'copy', of: 'platform/regcred' },
      },
    },
    { first: /Correct secret regcred in what writes it .*platform\/regcred.* nothing replaced/ },
  ],
  [
    'what a template writes for a missing value, in a secret that an operator writes',
    {
      image: OWN,
      error:
        'unexpected status from HEAD request to https://registry.example/v2/a/manifests/1: 401 Unauthorized',
      secret: {
        ...entry('registry.example', { username: '<no value>', mistake: 'no-value' }),
        writer: {
          type: 'resource',
          kind: 'VaultStaticSecret',
          group: 'secrets.hashicorp.com',
          name: 'regcred',
        },
      },
    },
    {
      first:
        /^Correct secret regcred in what writes it \(VaultStaticSecret regcred\), .*user name is <no value>, which a template/,
    },
  ],
  [
    'the same where the user name is hidden, as it is the password',
    {
      image: OWN,
      error: 'unauthorized: incorrect username or password',
      secret: entry('registry.example', { username: '[redacted]', mistake: 'no-value' }),
    },
    {
      first:
        /^Recreate secret regcred with the real user name and the real password: its password or user name is a word such as <no value>/,
    },
  ],
  [
    "an image that is locked in Azure's registry",
    {
      image: 'acme.azurecr.io/billing/api:2.3.1',
      error:
        'reading manifest 2.3.1 in acme.azurecr.io/billing/api: unknown: The operation is disallowed on this registry, repository or image. View troubleshooting steps at https://aka.ms/acr/faq/',
      login: 'acme.azurecr.io',
    },
    {
      short: /images that are locked/,
      first:
        /readEnabled.*az acr repository show --name acme --image billing\/api:2\.3\.1 --query changeableAttributes$/,
      never: /vulnerability|which policy/,
    },
  ],
  [
    'the same for a name with a tag and a digest, of which only one can be asked for',
    {
      image: `acme.azurecr.io/billing/api:2@sha256:${'a'.repeat(64)}`,
      error: 'denied: The operation is disallowed on this registry, repository or image',
      login: 'acme.azurecr.io',
    },
    { first: /--image billing\/api@sha256:a+ --query/ },
  ],
  [
    "Azure's words that another registry passes on",
    {
      image: 'harbor.example/cache/api:2',
      error: 'denied: The operation is disallowed on this registry, repository or image',
    },
    { never: /\blocked\b/ },
  ],
  [
    "an image that its publisher may have kept private in Huawei's registry",
    {
      image: 'swr.cn-north-1.myhuaweicloud.com/acme/app:1',
      error:
        'Head "https://swr.cn-north-1.myhuaweicloud.com/v2/acme/app/manifests/1": denied: You may not login yet',
    },
    { says: /make it public .* or ask its publisher to/ },
  ],
  [
    "a login under the other name of a region of Oracle's registry",
    {
      image: 'us-ashburn-1.ocir.io/ns/shop/cart:4',
      error: 'denied: Anonymous users are only allowed read access on public repos',
      secret: entry('iad.ocir.io'),
    },
    {
      first: /^Add a login for us-ashburn-1\.ocir\.io to secret regcred: .*another name of the same registry/,
    },
  ],
  [
    'a password that would have to be a key at a registry of Google only',
    OWN,
    'unauthorized: incorrect username or password',
    { secret: entry('registry.example', { username: '_json_key', mistake: 'no-key' }) },
    { never: /key file/ },
  ],
  [
    'the name of a file in a login that was accepted',
    'europe-docker.pkg.dev/acme/web/api:1',
    'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme"',
    { secret: entry('europe-docker.pkg.dev', { username: '_json_key', mistake: 'file-name' }) },
    { never: /name of a file/ },
  ],
  [
    'a secret for another path of the registry',
    OWN,
    'unauthorized: authentication required',
    { secret: entry('registry.example/other') },
    {
      first:
        /Recreate secret regcred with --docker-server=registry\.example, .*: it has the key registry\.example\/other/,
    },
  ],
  [
    'a secret for a sister image, whose login most likely reaches this one',
    'ghcr.io/acme/api:4',
    'failed to authorize: failed to fetch anonymous token: 401 Unauthorized',
    { secret: entry('ghcr.io/acme/web') },
    { first: /^Recreate secret regcred with --docker-server=ghcr\.io/ },
  ],
  [
    "a secret for another owner's images",
    'ghcr.io/acme/api:4',
    'failed to authorize: failed to fetch anonymous token: 401 Unauthorized',
    { secret: entry('ghcr.io/other/web') },
    { first: /^Run `docker login ghcr\.io`/ },
  ],
  [
    'a node that lacks an official image which nobody refuses',
    'redis:7',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    { node: { kubelet: 'v1.34.1+k3s1' } },
    { first: /\/etc\/rancher\/k3s\/registries\.yaml/, never: /no image has this name/ },
  ],
  [
    'an image that is on the node and verified again',
    OWN,
    'pull access denied, repository does not exist or may require authorization',
    { node: { kubelet: 'v1.35.0', images: [OWN] } },
    {
      first: /^Name the pull secret that the image was pulled with/,
      says: /KEP-2535/,
      never: /Check the name/,
    },
  ],
  [
    'an explicit deny in ECR, which no role overrides',
    '111111111111.dkr.ecr.eu-west-1.amazonaws.com/a:1',
    'pull access denied, repository does not exist or may require authorization: denied: User: arn:aws:sts::111111111111:assumed-role/nodes/i-1 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/a with an explicit deny in a service control policy',
    {
      first: /explicit deny .*organization's administrators/,
      never: /AmazonEC2ContainerRegistry|repository does not exist|docker login/,
    },
  ],
  [
    'a package at GitHub that was never made public',
    'ghcr.io/acme/app:1',
    'Error response from daemon: Get https://ghcr.io/v2/acme/app/manifests/1: unauthorized',
    { first: /typo/, says: /make it public \(on GitHub, Package settings/ },
  ],
  [
    'a package that is meant to be private, as the pod has a login',
    'ghcr.io/acme/app:1',
    'Error response from daemon: Get https://ghcr.io/v2/acme/app/manifests/1: denied',
    { secret: entry('ghcr.io') },
    { never: /make it public/ },
  ],
  [
    'a full storage quota, which is no policy against the image',
    'quay.lan/proxy/acme/app:1',
    'reading manifest 1 in quay.lan/proxy/acme/app: denied: Quota has been exceeded on namespace',
    {
      short: /^a storage quota at quay\.lan$/,
      says: /The owner's storage quota at quay\.lan is used up/,
      never: /passes the policy|A policy of/,
    },
  ],
  [
    "a credential provider that failed, so that nobody's access was denied",
    ECR,
    'rpc error: failed to get credentials: credential provider plugin ecr-credential-provider: exit status 1',
    { short: /^a failing credential provider on the nodes$/ },
  ],
  [
    'a public download host that refuses',
    'acme/app:1',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/sha256/aa/data?verify=1: 403 Forbidden',
    { first: /a block of the nodes' address by its operator/, never: /policy of the bucket/ },
  ],
  [
    'an image of Kubernetes without a registry in its name',
    'external-dns/external-dns:v0.14',
    NO_LOGIN,
    {
      first: /^Write registry\.k8s\.io in front of the name if /,
      says: /=registry\.k8s\.io\/external-dns\/external-dns:v0\.14/,
      never: /imageRegistry/,
    },
  ],
  [
    "an image at Quay's website",
    'quay.io/repository/acme/app:1.2',
    'reading manifest 1.2 in quay.io/repository/acme/app: unauthorized: access to the requested resource is not authorized',
    {
      first: /Write quay\.io instead of quay\.io\/repository: that is Quay's/,
      says: /=quay\.io\/acme\/app:1\.2/,
    },
  ],
  [
    'an image at the website of GitLab, which may answer anything',
    'gitlab.com/acme/app:1.2',
    'unexpected status from HEAD request to https://gitlab.com/v2/acme/app/manifests/1.2: 403 Forbidden',
    {
      first: /Write registry\.gitlab\.com instead of gitlab\.com/,
      says: /=registry\.gitlab\.com\/acme\/app:1\.2/,
      never: /See who answers/,
    },
  ],
  [
    'an image in a dependency proxy, which GitLab serves at its own host',
    'gitlab.com/team/dependency_proxy/containers/nginx:1.29',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://gitlab.com/jwt/auth?scope=repository%3Ateam%2Fdependency_proxy%2Fcontainers%2Fnginx%3Apull&service=dependency_proxy: 401 Unauthorized',
    {
      first:
        /^Run `docker login gitlab\.com`.*a deploy token of the group with the scopes read_registry and write_registry/,
      never: /website|scope read_registry/,
    },
  ],
  [
    "a service principal whose address Azure's registry does not let in",
    'acme.azurecr.io/api:3',
    'unexpected status from HEAD request to https://acme.azurecr.io/v2/api/manifests/3: 403 Forbidden',
    { secret: entry('acme.azurecr.io') },
    { first: /network rules .*privatelink\.azurecr\.io/, never: /AcrPull/ },
  ],
  [
    'IBM software without its key',
    'cp.icr.io/cp/acme/app:1',
    'unauthorized: The login credentials are not valid, or your IBM Cloud account is not active.',
    { first: /the user name is cp/ },
  ],
  [
    "a public registry that says itself where this repository is, in CRI-O's words",
    'registry.access.redhat.com/rhel8/postgresql-16:latest',
    'initializing source docker://registry.access.redhat.com/rhel8/postgresql-16:latest: reading manifest latest in registry.access.redhat.com/rhel8/postgresql-16: unauthorized: This repo requires terms acceptance and is only available on registry.redhat.io',
    {
      first: /^Use registry\.redhat\.io\/rhel8\/postgresql-16:latest .* shop=|^Use registry\.redhat\.io/s,
      says: /docker login registry\.redhat\.io/,
      never: /everything (?:there|at \S+) is public|docker login registry\.access|for a typo/,
    },
  ],
  [
    'the same words under another code',
    'registry.access.redhat.com/rhel8/nginx-116',
    'unsupported: This repo requires terms acceptance and is only available on registry.redhat.io',
    { first: /^Use registry\.redhat\.io\/rhel8\/nginx-116/, never: /doesn't recognize/ },
  ],
  [
    'a message that only links to a website',
    'quay.io/acme/app:1',
    'denied: the project has moved to docs.example.com, see https://docs.example.com/pull',
    { never: /Use docs\.example\.com/ },
  ],
  [
    "an image whose terms the pod's account has not accepted",
    'container-registry.oracle.com/database/enterprise:19.3',
    'denied: You must accept the Oracle Standard Terms and Restrictions for this image',
    { secret: entry('container-registry.oracle.com') },
    {
      first: /^Sign in at the website of container-registry\.oracle\.com/,
      says: /accounts that have accepted its terms/,
      never: /for a typo/,
    },
  ],
  [
    'a public registry whose text asks for a login for this image',
    'mcr.microsoft.com/acme/app:1',
    'unauthorized: please log in to pull this image, it requires a subscription',
    { first: /docker login mcr\.microsoft\.com/, never: /everything (?:there|at \S+) is public/ },
  ],
  [
    'a public registry with the words of any refusal',
    'mcr.microsoft.com/acme/app:1',
    'pull access denied for mcr.microsoft.com/acme/app, repository does not exist or may require docker login: unauthorized: authentication required',
    { first: /everything at mcr\.microsoft\.com is public/, never: /docker login/ },
  ],
  [
    "a credential provider that speaks another version of the kubelet's protocol",
    'acme.azurecr.io/app:1',
    'error execing credential provider plugin acr for image acme.azurecr.io/app: exit status 1: E0418 06:12:14.490885   14903 main.go:161] Error running credential provider plugin: group version credentialprovider.kubelet.k8s.io/v1beta1 is not supported',
    { node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } } },
    {
      first: /^Set apiVersion in the kubelet's CredentialProviderConfig/,
      says: /Its reason: "group version \S+v1beta1 is not supported"\.$/m,
      never: /returned no login/,
    },
  ],
  [
    'a credential provider for another processor',
    'acme.azurecr.io/app:1',
    'error execing credential provider plugin acr for image acme.azurecr.io/app: fork/exec /var/lib/acr: exec format error',
    { node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } } },
    { first: /^Install the program/, never: /platform|buildx/ },
  ],
  [
    "a role that GKE's nodes lack, with the repository of the image's name",
    'europe-west2-docker.pkg.dev/acme-ml/models/app:4',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west2-docker.pkg.dev/v2/token?service=europe-west2-docker.pkg.dev: 403 Forbidden',
    { node: { labels: { 'cloud.google.com/gke-nodepool': 'a' } } },
    {
      first:
        /gcloud compute instances list --filter=name=\S+ .* gcloud artifacts repositories add-iam-policy-binding models --project=acme-ml --location=europe-west2 --role=roles\/artifactregistry\.reader --member=serviceAccount:<account>$/,
      says: /as a stopgap until/,
    },
  ],
  [
    'the same for a name of Container Registry and a project of a domain',
    'eu.gcr.io/example.com/shop/app:4',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://eu.gcr.io/v2/token: 403 Forbidden',
    { node: { labels: { 'cloud.google.com/gke-nodepool': 'a' } } },
    { first: /binding eu\.gcr\.io --project=example\.com:shop --location=europe / },
  ],
  [
    "a role that AKS's nodes may lack",
    'acmelabs-a1b2c3.azurecr.io/app:1',
    'Error response from daemon: Get "https://acmelabs-a1b2c3.azurecr.io/v2/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.',
    { node: { labels: { 'kubernetes.azure.com/cluster': 'prod' } } },
    { says: /az aks update --attach-acr acmelabs --name <cluster> --resource-group <group>/ },
  ],
  [
    "the role of ECR's own account that the text names",
    ECR,
    'denied: User: arn:aws:sts::111111111111:assumed-role/node-role/i-0c3f is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/team/api because no identity-based policy allows the ecr:BatchGetImage action',
    {
      first:
        /aws iam attach-role-policy --policy-arn arn:aws:iam::aws:policy\/AmazonEC2ContainerRegistryPullOnly --role-name node-role$/,
    },
  ],
  [
    "Oracle's registry, whose user names start with the tenancy",
    'fra.ocir.io/axacme/team/app:1',
    'denied: Anonymous users are only allowed read access on public repos',
    { first: /docker login fra\.ocir\.io.*NAMESPACE\/oracleidentitycloudservice\/USER/ },
  ],
  [
    'an expired login for a private registry, none of whose images is public',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1',
    'denied: Your authorization token has expired. Reauthenticate and try again.',
    { login: '123456789012.dkr.ecr.eu-west-1.amazonaws.com' },
    { never: /if the image is public/ },
  ],
  [
    "an image of Red Hat's on OpenShift, whose nodes have the cluster's login",
    'registry.redhat.io/redhat/redhat-operator-index:v4.19',
    'unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.',
    {
      node: { osImage: 'CentOS Stream CoreOS 9.0.20250902', runtime: 'cri-o://1.32.5' },
      pod: { controller: owner('operators.coreos.com/v1alpha1', 'CatalogSource', 'acme-operators') },
    },
    {
      first:
        /global pull secret .*or name a pull secret with one under spec\.secrets of CatalogSource acme-operators/,
      says: /pullguard fix -n web/,
    },
  ],
  [
    "a GitLab's registry, by where it issues tokens",
    OWN,
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://git.acme.example/jwt/auth?scope=repository%3Aa%2Fb%3Apull&service=container_registry: 403 Forbidden',
    { says: /deploy token with the scope read_registry/ },
  ],
  [
    "the catalog's own service account, which OLM makes of the catalog",
    'registry.acme.example/catalog/index:v4.19',
    'unauthorized: authentication required',
    {
      pod: {
        controller: owner('operators.coreos.com/v1alpha1', 'CatalogSource', 'acme-operators'),
        serviceAccount: 'acme-operators',
      },
    },
    {
      says: /CatalogSource acme-operators takes its pull secrets from \(spec\.secrets\)/,
      never: /pullguard fix/,
    },
  ],
  [
    "OpenShift's own catalog, whose spec OpenShift restores",
    'registry.redhat.io/redhat/redhat-operator-index:v4.19',
    'unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.',
    {
      node: { osImage: 'CentOS Stream CoreOS 9.0.20250902', runtime: 'cri-o://1.32.5' },
      pod: {
        namespace: 'openshift-marketplace',
        controller: owner('operators.coreos.com/v1alpha1', 'CatalogSource', 'redhat-operators'),
        serviceAccount: 'redhat-operators',
      },
    },
    { first: /global pull secret /, never: /pullguard fix|spec\.secrets/ },
  ],
  [
    "an image of one's own there, whose login is the namespace's matter",
    OWN,
    'unauthorized: authentication required',
    { node: { osImage: 'CentOS Stream CoreOS 9.0.20250902', runtime: 'cri-o://1.32.5' } },
    { never: /openshift-config/ },
  ],
  [
    'a mirror at ECR, for which no node gets a login',
    OWN,
    'pulling from host 123456789012.dkr.ecr.us-east-1.amazonaws.com failed with status code [manifests 3]: 401 Unauthorized',
    { node: { osImage: 'Bottlerocket OS 1.32.0 (aws-k8s-1.31)' } },
    {
      first: /^Write 123456789012\.dkr\S+ into the image's name/,
      never: /log of the mirror|serve the nodes without|docker login/,
    },
  ],
  [
    "Amazon's registry for EKS in one region, outside AWS",
    EKS_IMAGE,
    NO_LOGIN,
    { node: { provider: 'hcloud' } },
    {
      first: /^Use the image's copy in public\.ecr\.aws.*only AWS identities are allowed to pull/,
      says: /docker login --username AWS/,
    },
  ],
  [
    'the same on a node in AWS, whose role is missing most likely',
    EKS_IMAGE,
    NO_LOGIN,
    { node: { provider: 'aws' } },
    {
      first: /credential provider/,
      says: /Use Amazon's registry in the region of the nodes, if that is not us-west-2, or the image's copy/,
    },
  ],
  [
    "a role that lacks a right at Amazon's registry, whose policy nobody else can change",
    EKS_IMAGE,
    'denied: User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-0abc is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-west-2:602401143452:repository/amazon/aws-load-balancer-controller because no identity-based policy allows the ecr:BatchGetImage action',
    { node: { provider: 'aws' } },
    { first: /role NodeRole lacks ecr:BatchGetImage/, never: /repository policy/ },
  ],
  [
    'a project at gcr.io that was closed, of which anonymous callers hear of invalid credentials',
    'gcr.io/acme/pilot:1.14',
    "Error response from daemon: unauthorized: You don't have the needed permissions to perform this operation, and you may have invalid credentials. To authenticate your request, follow the steps in: https://cloud.google.com/container-registry/docs/advanced-authentication",
    { first: /^Check the name/, never: /refused the login|login that the node itself sent/ },
  ],
  [
    "an image of a project that may be somebody else's",
    'gcr.io/ynli-k8s/spark:v2.3.0-gcs',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gcr.io/v2/token?scope=a&service=gcr.io: 403 Forbidden',
    { node: { provider: 'gce' } },
    { first: /if project ynli-k8s is not yours, only its owner can do that/ },
  ],
  [
    'a name that Zarf made, in a namespace without its secret',
    ZARF,
    pulled(ZARF, NO_LOGIN),
    {
      first:
        /^If namespace web has no secret private-registry, copy it there.*metadata\.name=private-registry/,
    },
  ],
  [
    "a registry at the node's loopback, for which the namespace has a login that the pod does not name",
    'localhost:5000/api:1',
    pulled('localhost:5000/api:1', 'server message: insufficient_scope: authorization failed'),
    { login: 'localhost:5000', pod: { pullSecrets: [] } },
    { first: /regcred/, says: /See what listens at localhost:5000/, never: /different machine/ },
  ],
  [
    "a name that Zarf made, where Zarf's secret is for another port",
    ZARF,
    pulled(ZARF, NO_LOGIN),
    { secret: { name: 'private-registry', ...entry('127.0.0.1:5000') } },
    { says: /Add a login for 127\.0\.0\.1:31999 to secret private-registry/, never: /copy it there/ },
  ],
  [
    "a name that Zarf made, with Zarf's login",
    ZARF,
    pulled(ZARF, NO_LOGIN),
    { login: '127.0.0.1:31999' },
    { never: /copy it there/ },
  ],
])('the report fits %s', expectRow)
