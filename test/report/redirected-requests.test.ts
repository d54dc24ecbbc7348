/** Reports on hosts of other names: those that a registry redirects requests to, mirrors, and what answers with a certificate for no name. */
import { expect, test } from 'vitest'
import { findingOf, pulled, type Situation } from '../advice/situation.ts'
import { expectRow, type Row } from './texts-of.ts'

const DOCKER = { runtime: 'docker://29.0.1' }
const head = (url: string, end = 'dial tcp 192.0.2.7:443: i/o timeout') =>
  `failed to do request: Head "${url}": ${end}`
const answered = (url: string, status: string) => `unexpected status from HEAD request to ${url}: ${status}`
const CIRCLE = 'stopped after 10 redirects'
const OWN = 'images.acme.dev/team/app:1'
const NO_NAMES = 'x509: certificate is not valid for any names, but wanted to match'

test.each<[string, string, string, ReturnType<typeof endpointIn>, Situation['node']?]>([
  [
    'the old name of Kubernetes redirects',
    'k8s.gcr.io/pause:3.9',
    answered('https://registry.k8s.io/v2/pause/manifests/3.9', '503 Service Unavailable'),
    { host: 'registry.k8s.io', role: 'registry' },
  ],
  [
    'the old name of Kubernetes redirects, and so does the new one',
    'k8s.gcr.io/pause:3.9',
    head('https://us-west2-docker.pkg.dev/v2/k8s-artifacts-prod/images/pause/manifests/3.9'),
    { host: 'us-west2-docker.pkg.dev', role: 'registry' },
  ],
  [
    'a name of a project redirects, as containerd would name the registry to a mirror',
    OWN,
    head('https://ghcr.io/v2/team/app/manifests/1'),
    { host: 'ghcr.io', role: 'registry' },
  ],
  [
    'containerd names the registry to a mirror of it',
    OWN,
    head('https://harbor.acme.dev/v2/team/app/manifests/1?ns=images.acme.dev'),
    { host: 'harbor.acme.dev', role: 'mirror' },
  ],
  [
    'versions of containerd before 1.4 do not',
    OWN,
    'failed to do request: Head https://harbor.acme.dev/v2/team/app/manifests/1: dial tcp 192.0.2.7:443: i/o timeout',
    { host: 'harbor.acme.dev', role: 'mirror' },
  ],
  [
    'a cache on the node is a mirror',
    OWN,
    head('http://127.0.0.1:5000/v2/team/app/manifests/1'),
    { host: '127.0.0.1:5000', role: 'mirror' },
  ],
  [
    'a registry that redirects nobody has a mirror that does',
    'ghcr.io/team/app:1',
    head('https://harbor.acme.dev/v2/team/app/manifests/1'),
    { host: 'harbor.acme.dev', role: 'mirror' },
  ],
  [
    'CRI-O has mirrors of every registry, and does not tell them its name',
    OWN,
    'pinging container registry harbor.acme.dev: Get "https://harbor.acme.dev/v2/": dial tcp 192.0.2.7:443: i/o timeout',
    { host: 'harbor.acme.dev', role: 'mirror' },
    { runtime: 'cri-o://1.34.1' },
  ],
  [
    'Docker has mirrors of Docker Hub only',
    OWN,
    'Error response from daemon: Get "https://registry-1.docker.io/v2/team/app/manifests/1": EOF',
    { host: 'registry-1.docker.io', role: 'registry' },
    DOCKER,
  ],
  [
    'Docker asks a mirror of Docker Hub without its name',
    'team/app:1',
    'Error response from daemon: Head "https://harbor.acme.dev/v2/team/app/manifests/1": EOF',
    { host: 'harbor.acme.dev', role: 'mirror' },
    DOCKER,
  ],
  [
    'the name that a certificate had to be valid for is the host',
    'registry.k8s.io/pause:3.9',
    `error pulling image configuration: download failed after attempts=6: tls: failed to verify certificate: ${NO_NAMES} prod-registry-k8s-io-ap-south-1.s3.dualstack.ap-south-1.amazonaws.com`,
    { host: 'prod-registry-k8s-io-ap-south-1.s3.dualstack.ap-south-1.amazonaws.com', role: 'storage' },
    DOCKER,
  ],
  [
    'the name that a certificate is not valid for is the host',
    'ubuntu',
    'error pulling image configuration: download failed after attempts=6: tls: failed to verify certificate: x509: certificate is valid for fw.acme.dev, *.fw.acme.dev, not production.cloudflare.docker.com',
    { host: 'production.cloudflare.docker.com', role: 'storage' },
    DOCKER,
  ],
])('%s', (_name, image, error, expected, node = {}) => {
  expect(endpointIn(image, error, node)).toEqual(expected)
})

const endpointIn = (image: string, error: string, node: NonNullable<Situation['node']>) =>
  findingOf({ image, error: pulled(image, error), node, reason: 'ErrImagePull' }).endpoint

test.each<Row>([
  ...(
    [
      ['host.docker.internal:5000', 'kind-worker', /Docker Desktop gives .*kind load docker-image/],
      ['host.k3d.internal:5000', 'k3d-dev-server-0', /k3d gives .*k3d registry list/],
      [
        'host.minikube.internal:5000',
        'minikube',
        /minikube gives .*load the image \(`minikube image load`\)/,
      ],
      ['host.containers.internal', 'node-1', /Podman gives/],
    ] as const
  ).map(
    ([host, name, first]): Row => [
      `${host}, a name of the machine that only a tool knows`,
      `${host}/shop/web:dev`,
      pulled(
        `${host}/shop/web:dev`,
        head(
          `https://${host}/v2/shop/web/manifests/dev`,
          `dial tcp: lookup ${host.replace(/:.*/, '')} on 172.18.0.1:53: no such host`,
        ),
      ),
      {
        node: { name, labels: name === 'minikube' ? { 'minikube.k8s.io/name': name } : {} },
        pod: { node: name },
      },
      { first, never: /typo|fix DNS|registry, which listens there/ },
    ],
  ),
  [
    'a name of the machine that the DNS server did not answer for',
    'host.docker.internal:5000/web:dev',
    pulled(
      'host.docker.internal:5000/web:dev',
      head(
        'https://host.docker.internal:5000/v2/web/manifests/dev',
        'dial tcp: lookup host.docker.internal on 127.0.0.11:53: read udp 127.0.0.1:4->127.0.0.11:53: i/o timeout',
      ),
    ),
    { first: /^Look up host\.docker\.internal/, says: /Docker Desktop gives/ },
  ],
  [
    "minikube's name for the node of its control plane is none of the machine",
    'control-plane.minikube.internal:5000/web:dev',
    pulled(
      'control-plane.minikube.internal:5000/web:dev',
      head(
        'https://control-plane.minikube.internal:5000/v2/web/manifests/dev',
        'dial tcp: lookup control-plane.minikube.internal on 192.168.49.1:53: no such host',
      ),
    ),
    { never: /minikube gives/ },
  ],
  [
    'redirects of a mirror that never end',
    'golang:1.24',
    pulled('golang:1.24', head('https://mirror.corp/v2/library/golang/manifests/1.24?ns=docker.io', CIRCLE)),
    {
      first:
        /^Follow the redirects .*in front of the mirror mirror\.corp .*X-Forwarded-Proto.*curl -sSIL --max-redirs 10 -m 30 'https:\/\/mirror\.corp\/v2\/library\/golang\/manifests\/1\.24\?ns=docker\.io'/s,
      says: /redirects requests until the runtime gives up.*hosts\.toml/s,
      never: /200 is fine|upstream limits/,
    },
  ],
  [
    'redirects that never end at the address of a layer, whose login is hidden',
    'ghcr.io/team/app:1',
    pulled(
      'ghcr.io/team/app:1',
      head(
        'https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:4f4f?se=2026&sig=[redacted]',
        CIRCLE,
      ),
    ),
    { first: /-m 30 https:\/\/pkg-containers\.githubusercontent\.com\/ghcr1\/blobs\/sha256:4f4f(?!\S)/ },
  ],
  [
    "redirects that never end in a well-known registry's place",
    'redis',
    pulled('redis', head('https://registry-1.docker.io/v2/', CIRCLE)),
    {
      first: /a login portal on the way to registry-1\.docker\.io/,
      says: /HTTPS_PROXY/,
      never: /externalURL|status/,
    },
  ],
  [
    'a host behind a name is not a mirror of the node',
    OWN,
    pulled(OWN, answered('https://ghcr.io/v2/team/app/manifests/1', '503 Service Unavailable')),
    {
      first: /githubstatus/,
      says: /images\.acme\.dev redirected the request to ghcr\.io\./,
      never: /mirror|asked images\.acme\.dev as well|hosts\.toml/,
    },
  ],
  [
    'a limit that is met behind a name is the limit of the host there',
    OWN,
    pulled(OWN, answered('https://registry-1.docker.io/v2/team/app/manifests/1', '429 Too Many Requests')),
    {
      first: /six hours/,
      says: /registry-1\.docker\.io \(behind images\.acme\.dev\) received too many/,
      never: /Wait a minute/,
    },
  ],
  [
    'a certificate for no name, of a registry of somebody here',
    'registry.acme.dev/a:1',
    `Head "https://registry.acme.dev/v2/a/manifests/1": ${NO_NAMES} registry.acme.dev`,
    {
      says: /not valid for any host name(?:.|\n)*Reissue the certificate of registry\.acme\.dev with this name/,
      never: /for a different name|name that the certificate .* is for/,
    },
  ],
  [
    'a certificate for no name in place of a registry that others run',
    'quay.io/a/b:1',
    `Head "https://quay.io/v2/a/b/manifests/1": ${NO_NAMES} quay.io`,
    { says: /something else answers in its place/, never: /for a different name|Reissue/ },
  ],
  [
    'a rejected connection on the node, where something may listen',
    'localhost:7439/docker.io/library/nginx:1.25',
    'pinging container registry localhost:7439: Get "http://localhost:7439/v2/": dial tcp 127.0.0.1:7439: connect: no route to host',
    { says: /the node itself, and it rejected the connection .* host port/, never: /nothing is listening/ },
  ],
  [
    "a cache on the node that asks with the pods' pull secrets",
    'localhost:7439/acme.azurecr.io/shop/api:1',
    'unexpected status from HEAD request to http://localhost:7439/v2/acme.azurecr.io/shop/api/manifests/1: 401 Unauthorized',
    {
      first:
        /^Give the pods a pull secret for acme\.azurecr\.io.*image-caching-policy=ignore.*a role that its own pods have/,
      never: /logins are not used there/,
    },
  ],
  [
    "a cache on the node that asks for a public image with the pods' pull secrets",
    'localhost:7439/docker.io/library/nginx:1',
    'unexpected status from HEAD request to http://localhost:7439/v2/docker.io/library/nginx/manifests/1: 401 Unauthorized',
    { first: /^Correct the pods' pull secret for docker\.io, if they have one/, never: /Give the pods/ },
  ],
  [
    'a cache on the node that fails, perhaps for want of a login',
    'localhost:7439/ghcr.io/acme/app:1',
    'unexpected status from HEAD request to http://localhost:7439/v2/ghcr.io/acme/app/manifests/1: 500 Internal Server Error',
    { never: /login are not the problem/ },
  ],
  [
    'a route that was there when the tag was looked up',
    'ghcr.io/a/b:1',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://ghcr.io/v2/a/b/manifests/sha256:ab": dial tcp 140.82.112.33:443: connect: network is unreachable',
    {
      first: /^Find out what removed the default route/,
      says: /The node had no route to ghcr\.io(?:.|\n)*at that moment/,
      never: /has no route to|as it has none|NAT64/,
    },
  ],
  [
    'an answer from a registry that was shut down',
    'registry.svc.ci.openshift.org/origin/release:4',
    'received unexpected HTTP status: 500 Internal Server Error',
    { says: /was shut down/, never: /is failing|not the problem/ },
  ],
  [
    'a node with Docker, which has mirrors of Docker Hub only, and does not reach another registry',
    'ghcr.io/a/b:1',
    'Get "https://ghcr.io/v2/": dial tcp 140.82.112.33:443: i/o timeout',
    { node: DOCKER },
    { says: /copy the image into a registry that they reach, or load it on them/, never: /mirror/ },
  ],
  [
    'a node with Docker that has no route to another registry',
    'ghcr.io/a/b:1',
    'Get "https://ghcr.io/v2/": dial tcp 140.82.112.33:443: connect: network is unreachable',
    { node: DOCKER },
    { says: /air-gapped, copy the image into a registry that it reaches instead/, never: /mirror/ },
  ],
  [
    'a node with Docker that does not reach Docker Hub',
    'nginx:1',
    'Get "https://registry-1.docker.io/v2/": dial tcp 34.194.164.123:443: i/o timeout',
    { node: DOCKER },
    { says: /give them a mirror of Docker Hub/ },
  ],
  [
    'a loopback address without a route',
    'localhost:5000/a:1',
    'Get "http://localhost:5000/v2/": dial tcp [::1]:5000: connect: network is unreachable',
    { says: /IPv6, which is disabled there/, never: /rejected the connection/ },
  ],
  [
    'an archive is not loaded into Docker by the distribution',
    'ubuntu',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.168.5.1:53: no such host',
    { node: { ...DOCKER, kubelet: 'v1.33.3+k3s1' } },
    { says: /load the image on them/, never: /agent\/images/ },
  ],
  [
    'an archive is loaded into its own containerd',
    'ubuntu',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.168.5.1:53: no such host',
    { node: { runtime: 'containerd://2.0.5-k3s1', kubelet: 'v1.33.3+k3s1' } },
    { says: /archive in \/var\/lib\/rancher\/k3s\/agent\/images/ },
  ],
])('%s', expectRow)
