/** Reports on errors that are easily blamed on another part of the pull than the one that failed. */
import { expect, test } from 'vitest'
import { findingOf } from '../advice/situation.ts'
import { expectRow, type Row } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const DOCKER = { runtime: 'docker://27.3.1' }
const CRIO = { runtime: 'cri-o://1.34.1' }
const CONFIG = 'error pulling image configuration: download failed after attempts=6: '
const OAUTH = 'failed to fetch oauth token: unexpected status: 500 Internal Server Error'
const NULL_TOKEN =
  'Get "null://cache.lan:5005/v2/token?scope=repository%3Alibrary%2Fubuntu%3Apull&service=null%3A%2F%2Fcache.lan": unsupported protocol scheme "null"'

test.each<Row>([
  // sonatype/nexus-public#628
  [
    'a mirror that announces a token address of null://, and not the settings of the node',
    'ubuntu:20.04',
    `Head "http://cache.lan:5005/v2/library/ubuntu/manifests/20.04": ${NULL_TOKEN}`,
    { node: DOCKER },
    {
      short: /^an unusable token address$/,
      first: /^Correct the address for tokens that the mirror cache\.lan:5005 announces, null:\/\/.*Nexus/,
      says: /Neither the node nor the login is at fault/,
      never: /no scheme, or has two|daemon\.json|hosts\.toml/,
    },
  ],
  [
    'such a mirror where containerd writes only the request for the token',
    'ubuntu:20.04',
    `failed to authorize: failed to fetch anonymous token: ${NULL_TOKEN}`,
    { says: /^The mirror cache\.lan:5005 announces/, never: /Docker Hub announces|hosts\.toml/ },
  ],
  [
    'a registry that announces a token address without a host',
    OWN,
    'failed to authorize: failed to fetch anonymous token: Get "/v2/token?scope=repository%3Ateam%2Fapi%3Apull&service=reg": unsupported protocol scheme ""',
    { says: /^registry\.example announces an address/, first: /X-Forwarded-Proto/, never: /Nexus writes/ },
  ],
  [
    'the host that a registry redirects downloads to, of which the text has only the address',
    'cgr.dev/chainguard/static:latest',
    `${CONFIG}read tcp 10.77.81.205:37550->104.18.8.90:443: read: connection reset by peer`,
    { node: DOCKER },
    {
      short: /download host 104\.18\.8\.90:443/,
      first: /^Test the connection .*curl -sSvk .*https:\/\/104\.18\.8\.90:443\//,
      says: /Let the nodes reach 104\.18\.8\.90:443 .*not only cgr\.dev/,
      never: /cgr\.dev is running|https:\/\/cgr\.dev\/v2/,
    },
  ],
  // kubernetes/registry.k8s.io#154
  [
    'the host of a download that the text does not name',
    'registry.k8s.io/pause:3.8',
    `${CONFIG}remote error: tls: handshake failure`,
    { node: DOCKER },
    {
      first: /^Let the nodes reach the host that registry\.k8s\.io redirects downloads to \(.*S3\)/,
      says: /^The TLS handshake with the host that registry\.k8s\.io redirects downloads to failed/,
      never: /certificate or the protocol version is too old|https:\/\/registry\.k8s\.io\/v2/,
    },
  ],
  [
    'the certificate of that host, and not of the registry that sent the manifest',
    'docker.io/acme/app:1',
    `${CONFIG}x509: certificate signed by unknown authority`,
    { node: DOCKER },
    {
      says: /^The TLS handshake with the host that Docker Hub redirects downloads to failed/,
      first: /^If the issuer is not a public authority/,
      never: /openssl/,
    },
  ],
  [
    'the private address that a download came from, which is no host of a public registry',
    'docker.io/acme/app:1',
    'failed to copy: read tcp 10.0.0.5:43210->10.20.0.9:3128: i/o timeout',
    {
      says: /^10\.20\.0\.9:3128 did not answer in time/,
      first: /^Find out what is at 10\.20\.0\.9:3128, .*a proxy, a mirror of Docker Hub/,
      never: /Let the nodes reach|https:\/\/registry-1\.docker\.io/,
    },
  ],
  [
    'the host itself, where its registry sends the layers itself',
    OWN,
    `${CONFIG}dial tcp 198.51.100.7:443: connect: connection refused`,
    { node: DOCKER },
    { never: /redirects? downloads|download host/ },
  ],
  [
    'the other side of a TLS handshake, which rejects what the node offers',
    'acme/broker',
    'Get https://registry-1.docker.io/v2/: remote error: tls: handshake failure',
    { node: DOCKER },
    {
      says: /accepts none of the TLS versions or ciphers that the node offers/,
      never: /too old for the runtime|valid certificate|Reissue/,
    },
  ],
  [
    'the same in the words of OpenSSL',
    OWN,
    `error:0A000410:SSL routines::sslv3 alert handshake failure`,
    { says: /The other side ended the handshake/, never: /Reissue/ },
  ],
  [
    'a server that is too old, where the runtime itself rejects its version',
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": tls: server selected unsupported protocol version 301',
    { says: /too old for the runtime/, never: /other side ended/ },
  ],
  [
    'an address that is asked under the name of the registry, for which alone it has a certificate',
    'public.ecr.aws/eks/aws-load-balancer-controller:v3',
    'dial tcp 99.83.145.10:443: i/o timeout',
    {
      first:
        /to 99\.83\.145\.10:443 under the name public\.ecr\.aws .*--connect-to public\.ecr\.aws:443:99\.83\.145\.10:443 .*https:\/\/public\.ecr\.aws\/v2\/$/,
    },
  ],
  [
    'an address that is the registry in the name, which is asked as it is',
    '10.0.0.5:5000/team/api:3',
    'dial tcp 10.0.0.5:5000: i/o timeout',
    { says: /https:\/\/10\.0\.0\.5:5000\/v2/, never: /connect-to/ },
  ],
  // goharbor/harbor#11108
  [
    'a mirror that the text does not name, by a login for a registry that needs none',
    'k8s.gcr.io/etcd:3.2.24',
    `failed to authorize: ${OAUTH}`,
    {
      short: /a mirror of k8s\.gcr\.io/,
      first: /^Find the mirror of k8s\.gcr\.io in .* token server/,
      says: /token server of a mirror, most likely/,
      never: /^k8s\.gcr\.io answers/,
    },
  ],
  [
    'Google, to which the kubelet of a machine there sends its own token',
    'k8s.gcr.io/etcd:3.2.24',
    `failed to authorize: ${OAUTH}`,
    { node: { provider: 'gce' } },
    { first: /status\.cloud\.google\.com/, never: /mirror of k8s/ },
  ],
  [
    'Docker Hub, which accounts have logins for',
    'nginx',
    `failed to authorize: ${OAUTH}`,
    { first: /dockerstatus/, never: /token server of a mirror/ },
  ],
  [
    'the registry itself, of which a token is asked without a login',
    'registry.k8s.io/pause:3.9',
    `failed to authorize: ${OAUTH.replace('oauth', 'anonymous')}`,
    { never: /token server of a mirror/ },
  ],
  // containers/image#1090
  [
    'the registries that the node searches for short names, not a mirror of Docker Hub',
    'idonotexist',
    'Trying to pull docker.io/library/idonotexist:latest...\n  denied: requested access to the resource is denied\nError: 4 errors occurred while pulling:\n * Error initializing source docker://registry.fedoraproject.org/idonotexist:latest: Error reading manifest latest in registry.fedoraproject.org/idonotexist: manifest unknown: manifest unknown',
    { node: CRIO },
    {
      first: /^Write the full name .*web=docker\.io\/library\/idonotexist|^Write the full name/,
      says: /asked docker\.io and registry\.fedoraproject\.org.*none of them has/,
      never: /mirror/,
    },
  ],
  [
    'the only registry of that list, by its refusal',
    'team/api:3',
    'initializing source docker://quay.io/team/api:3: reading manifest 3 in quay.io/team/api: unauthorized: access to the requested resource is not authorized',
    { node: CRIO },
    { says: /asked quay\.io, /, first: /^Write the full name/, never: /mirror|pullguard fix/ },
  ],
  // wazuh/wazuh-kubernetes#237
  [
    'the last registry of that list, which older CRI-O reports without the full name',
    'team/api:3',
    'reading manifest 3 in quay.io/team/api: unauthorized: access to the requested resource is not authorized',
    { node: CRIO },
    {
      says: /asked quay\.io, .*Docker Hub failed as well[\s\S]*crictl pull docker\.io\/team\/api:3/,
      first: /^Write the full name .*docker\.io\/team\/api:3/,
      never: /mirror|in place of/,
    },
  ],
  [
    'the last registry of that list, whose name a node does not know',
    'team/api:3',
    'pinging container registry quay.io: Get "https://quay.io/v2/": dial tcp: lookup quay.io on 10.0.0.2:53: no such host',
    { node: CRIO },
    {
      says: /can't resolve the name quay\.io\b[\s\S]*asked quay\.io, [\s\S]*getent hosts quay\.io/,
      first: /^Write the full name/,
      never: /mirror/,
    },
  ],
  [
    'that list, which is an object on OpenShift',
    'nginx',
    'reading manifest latest in registry.access.redhat.com/nginx: name unknown: Repo not found',
    { node: { ...CRIO, osImage: 'Red Hat Enterprise Linux CoreOS 418.94 (Plow)' } },
    { first: /^Write the full name .*containerRuntimeSearchRegistries/, never: /registries\.conf|mirror/ },
  ],
  [
    'the last registry of that list, whose servers fail',
    'nginx',
    'reading manifest latest in quay.io/nginx: received unexpected HTTP status: 503 Service Unavailable',
    { node: CRIO },
    {
      says: /^quay\.io answers[\s\S]*status\.redhat\.com/,
      first: /^Write the full name/,
      never: /mirror|dockerstatus/,
    },
  ],
  [
    'the limit of the last registry of that list, which no login for Docker Hub raises',
    'nginx',
    'reading manifest latest in quay.io/nginx: toomanyrequests: rate limit exceeded',
    { node: CRIO },
    { says: /^quay\.io's limit/, first: /^Write the full name/, never: /pullguard fix|Docker Hub's/ },
  ],
  [
    'a host that may be on that list, or in place of Docker Hub',
    'team/api:3',
    'pinging container registry registry.example: Get "https://registry.example/v2/": x509: certificate signed by unknown authority',
    { node: CRIO },
    {
      says: /either as one of the registries that it searches .* or in place of Docker Hub[\s\S]*If registry\.example is set in place of Docker Hub[\s\S]*certs\.d\/registry\.example\/ca\.crt/,
      first: /^Write the full name/,
      never: /the mirror|Or correct/,
    },
  ],
  [
    "a mirror that keeps the path of Docker Hub's own images",
    'nginx',
    'reading manifest latest in registry.example/library/nginx: denied',
    { node: CRIO },
    { says: /The mirror registry\.example refused/, never: /full name/ },
  ],
  [
    'a mirror before a registry that the name has, which is not searched',
    'quay.io/team/api:3',
    'initializing source docker://quay.io/team/api:3: (Mirrors also failed: [cache.corp/team/api:3: reading manifest 3 in cache.corp/team/api: manifest unknown]): quay.io/team/api:3: reading manifest 3 in quay.io/team/api: unauthorized: access to the requested resource is not authorized',
    { node: CRIO },
    { never: /short names/ },
  ],
  // imjasonh/kontain.me#34
  [
    "the server of the image's signatures that only Docker's client asks",
    OWN,
    'you are not authorized to perform this operation: server returned 401.',
    { node: DOCKER },
    {
      first: /DOCKER_CONTENT_TRUST=0/,
      says: /^The server for the image's signatures \(Notary\)/,
      never: /allowlist|this address|identity/,
    },
  ],
  // containerd/containerd#6147
  [
    'a mirror whose name containerd leaves out, not Docker Hub',
    'openjdk:11',
    `failed to copy: httpReadSeeker: failed open: content at v2/library/openjdk/manifests/sha256:${'4'.repeat(64)}?ns=docker.io not found: not found`,
    {
      first: /^Find the mirror of Docker Hub in .*docker\.io/,
      says: /^A mirror of Docker Hub lacks a manifest/,
      never: /^Docker Hub lacks|web=openjdk:/m,
    },
  ],
  // dragonflyoss/dragonfly-archived#37: the line is in the log of the reverse proxy that is the mirror.
  [
    'a mirror on the node, whose own log is among the lines',
    '127.0.0.1:65001/team/base:1',
    'received unexpected HTTP status: 502 Bad Gateway\n2018/03/20 06:06:20 http: proxy error: dfget fail(exit status 1):exit status 1',
    { says: /answers with a server error/, never: /NO_PROXY of the runtime, and restart/ },
  ],
  [
    'a registry that refuses a name by rules of its own, in its own words',
    'europe-docker.pkg.dev/acme/app:1',
    'unexpected status from HEAD request to https://europe-docker.pkg.dev/v2/acme/app/manifests/1: 400 Bad Request: name invalid: Missing image name. Pulls should be of the form /v2/PROJECT-ID/REPOSITORY/IMAGE',
    {
      short: /a registry does not accept/,
      first: /"name invalid: Missing image name\./,
      says: /^europe-docker\.pkg\.dev does not accept the image's name/,
      never: /The image name is invalid|upper case/,
    },
  ],
  [
    'the same as an error document',
    OWN,
    'Error response from daemon: {"errors":[{"code":"NAME_INVALID","message":"invalid repository name"}]}',
    { first: /: "invalid repository name"/, never: /\}\]/ },
  ],
  [
    'a host that answers 404 in its own form, which is no server error',
    OWN,
    `error parsing HTTP 404 response body: invalid character 'N' looking for beginning of value: "Nothing here"`,
    { says: /sent an answer that the runtime can't use/, never: /server error/ },
  ],
  // containerd/accelerated-container-image#76
  [
    "the block device of an image, not the disk of the runtime's store",
    OWN,
    'failed to prepare extraction snapshot "extract-164412284-SC8e sha256:23e0": failed to attach and mount for snapshot 33: failed to mount /dev/sdh to /var/lib/overlaybd/snapshots/33/block/mountpoint: read-only file system: unknown',
    { first: /OverlayBD.*overlaybd\.log/, says: /snapshotter \(OverlayBD\)/, never: /fsck|disk errors/ },
  ],
  // containerd/stargz-snapshotter#187
  [
    'the file system or a mount on it that can not hold the owners of files',
    OWN,
    'failed to extract layer sha256:5115: mount callback failed on /var/lib/containerd/tmpmounts/m1: lchown /var/lib/containerd/tmpmounts/m1/etc: operation not supported: unknown',
    {
      first: /snapshotter other than overlayfs/,
      says: /can't hold image layers/,
      never: /push the image again/,
    },
  ],
  // dragonflyoss/nydus#1385
  [
    "a snapshotter that runs without the daemon of the image's layers",
    OWN,
    'failed to create containerd container: snapshot 15 is not ready, err: no instance: unknown',
    { reason: 'CreateContainerError' },
    { first: /log of the snapshotter .*\(Nydus\)/, never: /is not running/ },
  ],
  // cri-o/cri-o#9135
  [
    "a store of artifacts that can't hold their signatures",
    'ghcr.io/cri-o/bundle:1',
    'unable to try pulling possible OCI artifact: copy artifact: Can not copy signatures to oci:/var/lib/containers/storage/artifacts:ghcr.io/cri-o/bundle:1: Pushing signatures for OCI images is not supported',
    { node: CRIO },
    {
      first: /^Update CRI-O .*1\.33.*use-sigstore-attachments to false for ghcr\.io/,
      says: /has no place for signatures/,
      never: /Helm chart|Push the image/,
    },
  ],
  [
    'a used-up quota of IBM Cloud, which refuses layers',
    'us.icr.io/team/api:3',
    `unexpected status code https://us.icr.io/v2/team/api/blobs/sha256:${'3'.repeat(64)}: 403 Forbidden`,
    { first: /pull traffic.*ibmcloud cr quota$/ },
  ],
  [
    'a missing login that the registry explains in an error document',
    'icr.io/team/api:3',
    'Get "https://icr.io/v2/": unauthorized: {"errors":[{"code":"UNAUTHORIZED","message":"Authorization required. See https://cloud.ibm.com/docs/Registry?topic=Registry-troubleshoot-auth-req","detail":"Authorization required."}]}',
    { says: /docker login icr\.io/, never: /reason of its own|errors/ },
  ],
  [
    'a reason in an error document, which is quoted without the rest of it',
    OWN,
    'unauthorized: {"errors":[{"code":"UNAUTHORIZED","message":"the moon is not in the right phase today","detail":""}]}',
    { says: /"the moon is not in the right phase today"/, never: /errors/ },
  ],
  // docker/cli#6114
  [
    'a registry that was shut down, which nobody can push to again',
    'docker.pkg.github.com/acme/drone/kubectl:v1',
    `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:${'e'.repeat(64)} (application/vnd.docker.distribution.manifest.v2+json) from remote: not found`,
    {
      first: /^Use ghcr\.io\/acme\/drone\/kubectl:v1 instead/,
      says: /shut down/,
      never: /Push|push the image|a layer/,
    },
  ],
  [
    'the same where only the name has upper case letters',
    'docker.pkg.github.com/Acme/chime:1.1',
    'invalid reference format: repository name must be lowercase',
    { reason: 'InvalidImageName' },
    {
      first: /^Use ghcr\.io\/acme\/chime:1\.1 instead/,
      says: /The registry docker\.pkg\.github\.com was shut down/,
      never: /=docker\.pkg/,
    },
  ],
])('the blame is on %s', expectRow)

test('several registries that were searched are no endpoint', () => {
  const found = findingOf({
    image: 'team/api:3',
    error:
      'initializing source docker://quay.io/team/api:3: reading manifest 3 in quay.io/team/api: manifest unknown',
    node: CRIO,
  })
  expect(found).toMatchObject({ cause: 'image-not-found', endpoint: null })
})

test.each([
  ['of a public address', '104.18.8.90:443', 'storage'],
  ['of a private network, which may be that of a mirror', '10.0.0.9:443', 'registry'],
])('a download is from another host than the registry by an error %s', (_place, address, role) => {
  const error = `${CONFIG}dial tcp ${address}: i/o timeout`
  expect(findingOf({ image: 'quay.io/team/api:3', error }).endpoint).toEqual({ host: address, role })
})

// docker/hub-feedback#2442
test("the proxy inside Docker Desktop names the host that it can't reach, before the address", () => {
  const storage = 'docker-images-prod.6aa3.r2.cloudflarestorage.com'
  const error = `${CONFIG}dialing ${storage}:443 container via direct connection because static system has no HTTPS proxy: connecting to ${storage}:443: dial tcp 172.64.66.1:443: connect: connection reset by peer`
  expect(findingOf({ image: 'redis', error }).endpoint).toEqual({ host: storage, role: 'storage' })
  const own = 'connecting to registry.example:5000: dial tcp 10.0.0.1:5000: i/o timeout'
  expect(findingOf({ image: 'registry.example:5000/team/api:3', error: own }).endpoint).toEqual({
    host: 'registry.example:5000',
    role: 'registry',
  })
})
