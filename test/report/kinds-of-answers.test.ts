/** Reports on what registries, caches, mirrors, and runtimes answer besides a refusal: limits, errors of theirs, pages of something else. */
import { describe, test } from 'vitest'
import { pulled, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { type Expected, expectReport, expectRow, type Row } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
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
  ])('%s', (_name, image, error, expected) => expectReport({ image, error }, { ...expected, never }))
})

test.each<Row>([
  [
    'requests at Quay, which does not count pulls',
    'quay.io/acme/collector:2',
    'reading manifest 2 in quay.io/acme/collector: too many requests to registry',
    { login: 'quay.io' },
    {
      first: /^Wait a minute or two.*start fewer pods at once/,
      says: /quay\.io received too many requests .*requests per second from one address, not the number of pulls/s,
      never: /pull rate limit is used up|higher quota/,
    },
  ],
  [
    'a limit of the upstream, in the words of a cache',
    OWN,
    'unknown: http status code: 429, body: toomanyrequests',
    {
      first: /use its own login at its upstream registry/,
      says: /is a cache whose upstream registry limits/,
    },
  ],
  [
    'settings that block the registry, as CRI-O writes it now',
    OWN,
    'registry registry.example is blocked in one of /etc/containers/registries.conf, /etc/containers/registries.conf.d',
    { says: /The node's settings block registry\.example/, never: /Sign the image/ },
  ],
  [
    'a page instead of a registry',
    OWN,
    'reading manifest 3 in registry.example/team/api: StatusCode: 404, "<!doctype html><title>Welcome"',
    { first: /another port/, says: /A web page came back instead of a response from registry\.example/ },
  ],
  [
    'a token endpoint that does not know the request',
    'registry.redhat.io/team/api:3',
    'initializing source docker://registry.redhat.io/team/api:3: Requesting bearer token: invalid status code from registry 405 (Method Not Allowed)',
    {
      says: /The token endpoint of registry\.redhat\.io answers 405 \(Method Not Allowed\)/,
      never: /server error|docker login/,
    },
  ],
  [
    'a mirror that others run, and that fails',
    'nginx:1.29',
    'unexpected status from HEAD request to https://mirror.gcr.io/v2/library/nginx/manifests/1.29?ns=docker.io: 502 Bad Gateway',
    { first: /reports of an outage of the mirror mirror\.gcr\.io/, never: /restart it|its log/ },
  ],
  [
    "Google's cache, which GKE's nodes ask without a setting",
    'nginx:1.29',
    'unexpected status from HEAD request to https://mirror.gcr.io/v2/library/nginx/manifests/1.29?ns=docker.io: 502 Bad Gateway',
    { node: { provider: 'gce', labels: { 'cloud.google.com/gke-nodepool': 'a' } } },
    {
      says: /a mirror of your own for Docker Hub in .*registryHosts.*by default/,
      never: /remove the mirror/,
    },
  ],
  [
    'a mirror that quotes its own failure to reach its storage, whose address is none that the node asked',
    'm.daocloud.io/registry.k8s.io/pause:3.10',
    'error parsing HTTP 403 response body: invalid character \'c\' looking for beginning of value: "connecting to bucket.example:80: connecting to 192.0.2.3:80: dial tcp 192.0.2.3:80: i/o timeout"',
    {
      short: /from m\.daocloud\.io$/,
      says: /m\.daocloud\.io answers that it can't reach a host behind it[\s\S]*no connection of the node failed/,
      first: /operators of m\.daocloud\.io/,
      never: /docker login|typo|its log|192\.0\.2\.3/,
    },
  ],
  [
    'data that a month has no room for',
    OWN,
    'toomanyrequests: remaining traffic quota is not enough for current month',
    { says: /limit on downloaded data is used up\nThe limit is on the amount of data per month/ },
  ],
  [
    'a mirror in a container beside the nodes, which this machine does not reach',
    'public.ecr.aws/a/b:1',
    'unexpected status from HEAD request to http://ecr-cache:5000/v2/a/b/manifests/1?ns=public.ecr.aws: 500 Internal Server Error',
    { first: /^Check the health and the log of the mirror ecr-cache:5000/, never: /pullguard mirror --to/ },
  ],
  [
    'a limit of Docker Hub for an image that each start asks for',
    'busybox',
    'toomanyrequests: You have reached your unauthenticated pull rate limit.',
    {
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
    'a storage account that is busy with everybody',
    'ghcr.io/team/api:3',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://ghcr.io/v2/team/api/blobs/sha256:8eb8: 503 Egress is over the account limit.',
    { first: /status/, says: /storage behind ghcr\.io is at its limit/, never: /curl|log in|owner/ },
  ],
  [
    'a registry that is closing, with a link to its documentation',
    'gcr.io/team/api:3',
    'Error response from daemon: Head "https://gcr.io/v2/team/api/manifests/3": unknown: this registry has been shut down. For more details see: https://cloud.example/docs/moving',
    { first: /another registry/, says: /gcr\.io says that it is shut down/, never: /cloud\.example/ },
  ],
  [
    'memory that ran out on a Windows node',
    OWN,
    'failed to extract layer sha256:aa: cannot allocate memory',
    { node: { os: 'windows', runtime: 'containerd://2.1.4' } },
    { first: /FreePhysicalMemory/, never: /free -m|dmesg|rmi|disk is full/ },
  ],
  [
    'a 429 of the token server, which is no limit on pulls',
    'acme/app:1',
    'failed to authorize: failed to fetch oauth token: unexpected status: 429 Too Many Requests',
    { secret: entry('https://index.docker.io/v1/') },
    {
      first: /Wait a few minutes/,
      says: /The token server of Docker Hub answers 429/,
      never: /six hours|docker login/,
    },
  ],
  [
    "a 429 of another registry's token server",
    'quay.io/acme/app:1',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://quay.io/v2/auth?scope=a&service=quay.io: 429 Too Many Requests',
    { first: /Wait a minute or two/, says: /The token server of quay\.io/, never: /Docker Hub|docker login/ },
  ],
  [
    'a limit that is met with a login, whoever counts it',
    'acme/app:1',
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/app/manifests/1: 429 Too Many Requests',
    { secret: entry('https://index.docker.io/v1/') },
    { first: /^Wait/, says: /an account with a higher limit/, never: /this machine's login/ },
  ],
  [
    'a runtime that does not answer',
    OWN,
    'rpc error: code = Unavailable desc = connection error: dial unix /run/crio.sock',
    { short: /^a container runtime that does not answer$/ },
  ],
  [
    'a mirror address without a scheme',
    OWN,
    'failed to do request: Head "cache.lan:5000/v2/team/api/manifests/3": unsupported protocol scheme "cache.lan"',
    { short: /mirror/, never: /unknown cause/ },
  ],
  [
    'a mirror address that is no URL',
    OWN,
    'parse "10.0.0.5:5000": first path segment in URL cannot contain colon',
    { short: /mirror/, never: /unknown cause/ },
  ],
  [
    'a registry that registries.conf blocks',
    'ghcr.io/team/api:3',
    'initializing source docker://ghcr.io/team/api:3: registry ghcr.io is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d',
    { short: /^ghcr\.io, which the nodes' settings block$/, never: /signature/ },
  ],
  ...STATUS_PAGES.map(
    ([image, host, says]): Row => [
      `a server error of ${host}, whose log nobody here has`,
      image,
      `unexpected status from GET request to https://${host}/token?service=x&scope=repository%3Aa%3Apull: 503 Service Unavailable`,
      { says, never: /the log of/ },
    ],
  ),
  [
    'a proxy that wants a login, whose answer leaves nothing open',
    'registry.k8s.io/pause:3.10',
    'failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": Proxy Authentication Required',
    { says: /^Give the runtime a login for the proxy/m, never: /Repeat the pull/ },
  ],
  [
    'a mirror that refuses connections, which is looked for once',
    'nginx:1.29',
    'failed to do request: Head "http://10.0.4.7:5000/v2/library/nginx/manifests/1.29?ns=docker.io": dial tcp 10.0.4.7:5000: connect: connection refused',
    { first: /^Check that the mirror 10\.0\.4\.7:5000, which serves/, never: /check everything between/ },
  ],
  [
    "the folder of CRI-O's downloads on OpenShift, whose files a MachineConfig brings",
    OWN,
    'writing blob: storing blob to file "/var/tmp/container_images_storage2387/3": write /var/tmp/container_images_storage2387/3: no space left on device',
    {
      node: {
        runtime: 'cri-o://1.32.9-2.rhaos4.19.git1234567.el9',
        osImage: 'Red Hat Enterprise Linux CoreOS 9.6.20250910-0 (Plow)',
      },
    },
    { says: /big_files_temporary_dir in .*crio\.conf\.d, which a MachineConfig has to bring/ },
  ],
  [
    'a limit of ECR Public',
    'public.ecr.aws/acme/app:1',
    'toomanyrequests: Data limit exceeded',
    {
      says: /logins for ECR Public expire after 12 hours, and from then on it refuses even public images to them/,
    },
  ],
  [
    'policy Never, where the node lists an image that may have been preloaded',
    OWN,
    `Container image "${OWN}" is not present with pull policy of Never`,
    { reason: 'ErrImageNeverPull', node: { kubelet: 'v1.36.1', images: [OWN] } },
    {
      first: /^Name the pull secret that the image was pulled with/,
      says: /The node lists the image.*or it was preloaded.*preloadedImagesVerificationAllowlist/s,
      never: /(?:^|\. )It was pulled with|image is not on the node/,
    },
  ],
  [
    'a limit per minute, which Docker Hub does not have',
    'nginx',
    'failed to authorize: failed to fetch anonymous token: unexpected status: 429 Too Many Requests: {"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 880.092µs, allowed: 44000/minute"}]}',
    {
      first: /^Wait a minute or two/,
      says: /What answered in place of Docker Hub received too many requests/,
      never: /six hours|docker login/,
    },
  ],
  [
    'a limit of a public project whose images were all copied elsewhere',
    'gcr.io/google_containers/etcd:3.1.12',
    'Error: Status 429 trying to pull repository google_containers/etcd',
    { first: /^Use registry\.k8s\.io\/etcd:3\.1\.12/, never: /higher quota/ },
  ],
  [
    'a part that is missing, by its type',
    'xpkg.example/acme/app:1',
    `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:${'a'.repeat(64)} (application/vnd.oci.image.config.v1+json) from remote: not found`,
    {
      first: /again if it is yours, or use another tag/,
      says: /lacks a blob of the image, its configuration/,
      never: /a layer/,
    },
  ],
  [
    'a bare 403 of ECR Public, which a login of the node may be behind',
    'public.ecr.aws/acme/app:1',
    'unexpected status from HEAD request to https://public.ecr.aws/v2/acme/app/manifests/1: 403 Forbidden',
    {
      says: /refused the pull without a reason.*If node node-1 itself has a login for public\.ecr\.aws/s,
      never: /before any login was checked|does not let this address/,
    },
  ],
  [
    'a public registry that CRI-O asked over HTTP last is tested over HTTPS',
    'nginx',
    'pinging docker registry returned: Get http://registry-1.docker.io/v2/: dial tcp 34.199.40.84:80: i/o timeout',
    { node: { runtime: 'cri-o://1.17.4' } },
    { first: /https:\/\/registry-1\.docker\.io/, never: / http:/ },
  ],
  [
    'the same limit at the registry that has it',
    'ghcr.io/acme/app:1',
    'toomanyrequests: retry-after: 1.2ms, allowed: 44000/minute',
    {
      first: /^Wait for the next attempt/,
      says: /^ghcr\.io received too many requests.*asks to wait 1\.2ms only, and names a limit of 44000\/minute/ms,
      never: /higher quota/,
    },
  ],
  [
    'a bare 429 of a registry that may relay the limit of another',
    'reg.acme.example/hub/app:1',
    'unexpected status from HEAD request to https://reg.acme.example/v2/hub/app/manifests/1: 429 Too Many Requests',
    { first: /^Wait a minute or two: most such limits/, never: /this limit is on/ },
  ],
  [
    "Docker Hub's limit on an image whose name somebody replaced in the text",
    '<SOME-IMAGE>',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/<SOME-IMAGE>: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit',
    {
      first: /Docker Hub: six hours/,
      says: /Docker Hub's pull rate limit/,
      never: /placeholder|minute or two/,
    },
  ],
  [
    "Docker Hub's limit, passed on by a cache of another name",
    'harbor.example/hub/nginx:1',
    'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    {
      first: /^Let the cache harbor\.example use its own login at its upstream/,
      never: /docker login harbor/,
    },
  ],
  [
    'a host name that was cut off with the text',
    'nginx',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://production.cloudflare.do',
    { never: /cloudflare\.do/ },
  ],
  [
    'a login that failed too often, whoever retries',
    'acme/portal:7',
    'toomanyrequests: too many failed login attempts for username or IP address',
    { login: 'https://index.docker.io/v1/' },
    {
      first: /^Put a login that works into secret regcred, or remove it from the pods until then/,
      never: /too many requests at once|mirror|fewer pods/,
    },
  ],
  [
    'a server error of a cache for one manifest, in the words of CRI-O',
    'cache.example/hub/library/nginx:1',
    'reading manifest 1 in cache.example/hub/library/nginx: received unexpected HTTP status: 500 Internal Server Error',
    { says: /curl -sSI .* https:\/\/cache\.example\/v2\/hub\/library\/nginx\/manifests\/1\b/ },
  ],
  [
    'a server error of a mirror for one manifest, in the words of containerd',
    'nginx',
    'unexpected status from HEAD request to https://cache.example:5000/v2/library/nginx/manifests/latest?ns=docker.io: 500 Internal Server Error',
    {
      says: /curl -sSI .* 'https:\/\/cache\.example:5000\/v2\/library\/nginx\/manifests\/latest\?ns=docker\.io'/,
    },
  ],
  [
    'a server error of a registry that wants a token first',
    'quay.io/acme/app:1',
    'unexpected status from HEAD request to https://quay.io/v2/acme/app/manifests/1: 500 Internal Server Error',
    { says: /curl -sSv .*https:\/\/quay\.io\/v2\/$/m, never: /curl -sSI/ },
  ],
  [
    'a full disk of MicroK8s, whose client removes single images only',
    OWN,
    'write /var/snap/microk8s/common/var/lib/containerd/io.containerd.content.v1.content/ingest/a: no space left on device',
    { says: /microk8s ctr images rm`\).*microk8s ctr images ls$/m },
  ],
  [
    'a node of k0s, by the paths in its errors',
    OWN,
    'write /var/lib/k0s/containerd/io.containerd.content.v1.content/ingest/a: no space left on device',
    { first: /df -h \/var\/lib\/k0s\/containerd/, says: /k0s ctr images ls$/m },
  ],
  [
    'a signature that the runtime may not look for',
    OWN,
    'Source image rejected: A signature was required, but no signature exists',
    { node: { runtime: 'cri-o://1.34.0' } },
    { first: /policy\.json/, says: /use-sigstore-attachments/ },
  ],
  // rancher/rke2#5754, k3s-io/k3s#10388
  [
    'the embedded registry of K3s, in a version that answers 500 for an image that no node has',
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://127.0.0.1:6443/v2/team/api/manifests/3?ns=registry.example: 500 Internal Server Error',
    ),
    { node: { kubelet: 'v1.29.1+k3s1', runtime: 'containerd://1.7.11-k3s2' } },
    {
      first:
        /^Load the image on a node.*registry\.example did not send it either.*fetches nothing itself.*5001 and 6443/,
      says: /no other node has the image, for which older versions answer 500.*containerd asked registry\.example as well/s,
      never: /login are not the problem|upstream/,
    },
  ],
  [
    'a node whose Spegel has not started, which no other machine can ask',
    OWN,
    pulled(
      OWN,
      'failed to do request: Head "http://192.168.64.18:30020/v2/team/api/manifests/3?ns=registry.example": dial tcp 192.168.64.18:30020: connect: connection refused',
    ),
    {
      first: /^See whether Spegel's pod runs .* kubectl get pods -A -o wide --field-selector spec\.nodeName=/,
      never: /pullguard mirror --to/,
    },
  ],
  [
    "a mirror with a name, and a port that Spegel's has as well",
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://hub.acme.dev:30020/v2/team/api/manifests/3?ns=registry.example: 500 Internal Server Error',
    ),
    { first: /^Check the health and the log of the mirror hub/, never: /Spegel|only offers/ },
  ],
  // containerd/containerd#3868 and #5275
  [
    'a mirror that fails, after which containerd asks the registry, too',
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://cache.acme.dev/v2/team/api/manifests/3?ns=registry.example: 502 Bad Gateway',
    ),
    {
      says: /cache\.acme\.dev first for images of registry\.example\. Unless its settings rule it out, containerd asked registry\.example as well/,
      never: /instead of|login are not the problem/,
    },
  ],
  [
    'a mirror that fails for a containerd that asks nothing else then',
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://cache.acme.dev/v2/team/api/manifests/3?ns=registry.example: 502 Bad Gateway',
    ),
    { node: { runtime: 'containerd://1.4.13' } },
    { says: /cache\.acme\.dev first for images of registry\.example/, never: /as well/ },
  ],
])('the report fits %s', expectRow)

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
  ])('%s', (_name, status, expected) => expectReport(answered(status), expected))
})
