/** Reports on hosts that a node does not reach, or does not get along with: names, routes, proxies, and TLS. */
import { test } from 'vitest'
import { expectRow, heldOn, type Row } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const ECR = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api:3'
const EKS_IMAGE = '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:v2.2.4'

test.each<Row>([
  [
    'an authority that is not trusted, or is missing from the chain',
    'reg.example/acme/app:1',
    'Get "https://reg.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    {
      says: /intermediate certificate the server leaves out/,
      first: /let the server send the intermediate certificate too: fullchain\.pem/,
    },
  ],
  [
    'an authority that only the registry itself can be',
    '10.0.0.9:5000/app:1',
    'x509: certificate signed by unknown authority',
    { never: /intermediate/ },
  ],
  [
    'an authority of which the node has another certificate',
    'reg.example/acme/app:1',
    'Get "https://reg.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "acme-ca")',
    { never: /intermediate/ },
  ],
  [
    'a certificate that is signed with SHA-1, whoever signed it',
    {
      image: 'reg.example:8443/acme/app:1',
      error:
        'Head "https://reg.example:8443/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA" while trying to verify candidate authority certificate "Acme Root CA")',
    },
    {
      first:
        /^Reissue the certificate of reg\.example:8443.* that is signed with SHA-1, and have it signed with SHA-256/,
      never: /let every node trust|does not trust/,
    },
  ],
  [
    'such a certificate in front of a registry that others run',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: cannot verify signature: insecure algorithm ECDSA-SHA1',
    },
    {
      says: /Find the proxy or firewall in between that intercepts TLS/,
      never: /^Reissue|every node trust/m,
    },
  ],
  [
    'the certificate of a DNS filter',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate is valid for *.opendns.com, *.umbrella.com, opendns.com, umbrella.com, not ghcr.io',
    },
    { first: /^Allow ghcr\.io in Cisco Umbrella/, never: /wildcard record/ },
  ],
  [
    'the certificate of something else, by its name',
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate is valid for portal.hotel.example, not ghcr.io',
    },
    {
      first: /^See what ghcr\.io resolves to .* with a certificate for portal\.hotel\.example/,
      never: /Umbrella/,
    },
  ],
  ...['0.0.0.0', '[::]'].map(
    (address): Row => [
      `the answer ${address} of a DNS filter`,
      {
        image: 'acme.docker.scarf.sh/acme/app:1',
        error: `Head "https://acme.docker.scarf.sh/v2/acme/app/manifests/1": dial tcp ${address}:443: connect: connection refused`,
      },
      {
        short: /DNS answers without an address/,
        first: /^Allow acme\.docker\.scarf\.sh in the DNS filter/,
        says: /acme\.docker\.scarf\.sh was never contacted/,
        never: /is running and listening|curl/,
      },
    ],
  ),
  [
    'a name that leads to the loopback address, which filters seldom answer',
    {
      image: 'reg.example/acme/app:1',
      error:
        'Head "https://reg.example/v2/acme/app/manifests/1": dial tcp 127.0.0.1:443: connect: connection refused',
    },
    { first: /^Let reg\.example resolve to/, never: /filter/ },
  ],
  [
    'no address for a host that somebody here may run, on Windows',
    {
      image: 'registry.acme.example/app:1',
      error:
        'Head "https://registry.acme.example/v2/app/manifests/1": dial tcp 0.0.0.0:443: connectex: The requested address is not valid in its context.',
      node: { os: 'windows', runtime: 'containerd://1.7.28' },
    },
    {
      says: /if the host is your own, give its name the right address/,
      never: /most likely blocked|ends at the node itself|\/etc\/hosts/,
    },
  ],
  [
    "a name that the registry's own certificate has not",
    {
      image: 'registry.quay.io/acme/app:1',
      error:
        'Head "https://registry.quay.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate is valid for quay.io, *.cdn.quay.io, not registry.quay.io',
    },
    { first: /correct the host in the image .* the same site answers/, never: /in its place/ },
  ],
  [
    "an ingress controller that answers in a public registry's place",
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate is valid for ingress.local, not ghcr.io',
    },
    { first: /^See what ghcr\.io resolves to/, never: /ingress of ghcr/ },
  ],
  [
    "a certificate for a name that only begins like a DNS filter's",
    {
      image: 'ghcr.io/acme/app:1',
      error:
        'Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate is valid for *.umbrella.com.example, not ghcr.io',
    },
    { first: /^See what ghcr\.io resolves to/, never: /Cisco/ },
  ],
  ...(
    [
      ['192-168-178-20', { first: /^Allow .* DNS rebind protection of 192\.168\.178\.1 / }],
      ['52-0-56-137', { never: /rebind/ }],
    ] as const
  ).map(
    ([address, expected]): Row => [
      `a name of sslip.io with the address ${address}`,
      {
        image: `registry.${address}.sslip.io/lab/app:1`,
        error: `Head "https://registry.${address}.sslip.io/v2/lab/app/manifests/1": dial tcp: lookup registry.${address}.sslip.io on 192.168.178.1:53: no such host`,
      },
      { ...expected, says: /^Look up registry/m },
    ],
  ),
  ...(
    [
      ["a cloud's", '169.254.169.253', { never: /rebind/ }],
      ['a public', '8.8.8.8', { never: /rebind/ }],
      [
        "the node's own",
        '127.0.0.53',
        { first: /rebind protection of the DNS server behind 127\.0\.0\.53 / },
      ],
    ] as const
  ).map(
    ([whose, server, expected]): Row => [
      `a name of nip.io that ${whose} DNS server does not know`,
      {
        image: 'registry.10.0.0.5.nip.io/app:1',
        error: `Head "https://registry.10.0.0.5.nip.io/v2/app/manifests/1": dial tcp: lookup registry.10.0.0.5.nip.io on ${server}:53: no such host`,
      },
      expected,
    ],
  ),
  [
    'a name of nip.io that holds no address',
    {
      image: '10-0-0-999.nip.io/app:1',
      error:
        'Head "https://10-0-0-999.nip.io/v2/app/manifests/1": dial tcp: lookup 10-0-0-999.nip.io on 192.168.178.1:53: no such host',
    },
    { never: /rebind/ },
  ],
  [
    'plain HTTP for nodes with Windows, beside others',
    {
      image: 'registry.lan:5000/api:3',
      error:
        'Head "https://registry.lan:5000/v2/api/manifests/3": http: server gave HTTP response to HTTPS client',
      node: { os: 'windows', runtime: 'containerd://1.7.28' },
    },
    { says: /every Windows node: .*config_path in C:\\Program Files\\containerd\\config\.toml/ },
  ],
  [
    'an HTTPS attempt that may follow one over HTTP',
    'registry.lan:5000/api:3',
    'failed to do request: Head "https://registry.lan:5000/v2/api/manifests/3": http: server gave HTTP response to HTTPS client',
    { node: { runtime: 'containerd://1.7.20-k3s1', kubelet: 'v1.30.4+k3s1' } },
    {
      says: /under mirrors, "registry\.lan:5000" with the endpoint "http:\/\/registry\.lan:5000" \(restart k3s, or k3s-agent on an agent\)\. If it is already configured, check that the image is there/,
    },
  ],
  [
    'a file of containerd, which needs a section',
    'registry.lan:5000/api:3',
    'Head "https://registry.lan:5000/v2/api/manifests/3": http: server gave HTTP response to HTTPS client',
    { node: { runtime: 'containerd://1.7.20' } },
    { says: /hosts\.toml: server = "http:\/\/registry\.lan:5000", and below it an empty section \[host\]/ },
  ],
  [
    'an authority of a registry in that file',
    'registry.lan:5000/api:3',
    'Head "https://registry.lan:5000/v2/api/manifests/3": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    { node: { runtime: 'containerd://1.7.20' } },
    { says: /\(ca = "\/path\/ca\.crt", and below it an empty section \[host\]/ },
  ],
  [
    'an authority of a mirror in that file, which has a section of its own',
    'quay.io/acme/api:3',
    'Head "https://mirror.lan:5000/v2/acme/api/manifests/3?ns=quay.io": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    { node: { runtime: 'containerd://1.7.20' } },
    { says: /under \[host\."https:\/\/mirror\.lan:5000"\]/, never: /empty section/ },
  ],
  [
    'an HTTPS attempt of Docker, which falls back to HTTP and not from it',
    'registry.lan:5000/api:3',
    'Get "https://registry.lan:5000/v2/": http: server gave HTTP response to HTTPS client',
    { node: { runtime: 'docker://27.1.1' } },
    { says: /insecure-registries/, never: /already configured/ },
  ],
  [
    'a host that the registry of Kubernetes sent the node to',
    'registry.k8s.io/sig-storage/csi:4',
    'Head "https://europe-west3-docker.pkg.dev/v2/k8s/images/csi/manifests/4": Forbidden',
    { says: /redirects clients to other hosts, such as europe-west3-docker\.pkg\.dev/ },
  ],
  [
    'a proxy in front of the registry of Kubernetes',
    'registry.k8s.io/sig-storage/csi:4',
    'Head "https://registry.k8s.io/v2/csi/manifests/4": proxyconnect tcp: dial tcp 10.1.1.1:3128: connect: connection refused',
    { says: /The proxy 10\.1\.1\.1:3128/, never: /redirects clients/ },
  ],
  [
    'an image of Rancher itself that no node can reach',
    'rancher/shell:v0.1.18',
    'failed to do request: Head "https://registry-1.docker.io/v2/rancher/shell/manifests/v0.1.18": dial tcp 34.205.13.154:443: i/o timeout',
    { says: /set as system-default-registry(?!, and with a restart)/ },
  ],
  [
    'an image of K3s that was there once, on a node without internet access',
    'rancher/klipper-lb:v0.4.9',
    'failed to do request: Head "https://registry-1.docker.io/v2/rancher/klipper-lb/manifests/v0.4.9": dial tcp: lookup registry-1.docker.io: Try again',
    { node: { kubelet: 'v1.30.5+k3s1', runtime: 'containerd://1.7.21-k3s2' } },
    {
      says: /with a restart they import the archives in \/var\/lib\/rancher\/k3s\/agent\/images again/,
      never: /name does not exist/,
    },
  ],
  [
    'a private name that a public DNS server does not know',
    OWN,
    'dial tcp: lookup registry.example on 8.8.8.8:53: no such host',
    { says: /8\.8\.8\.8 is a public DNS server.*\/etc\/hosts on every node/ },
  ],
  [
    'a name that the DNS server does not know, as musl says it',
    'quay.io/acme/app:1',
    'dial tcp: lookup quay.io: Name does not resolve',
    { says: /DNS server knows no address for this name/ },
  ],
  [
    'a file of certificates that is read before any host is asked',
    'nginx:1.25',
    'failed to pull and unpack image "docker.io/library/nginx:1.25": failed to resolve reference "docker.io/library/nginx:1.25": get TLSConfig for registry "https://mirror.example": failed to load CA file: open /etc/ssl/mirror.crt: no such file or directory',
    { node: { runtime: 'containerd://1.6.20' } },
    { says: /contacted no host/, never: /asked Docker Hub as well/ },
  ],
  [
    'a mirror that was shut down, whatever its name answers since',
    'nginx:1.29',
    'failed to do request: Head "https://docker.mirrors.sjtug.sjtu.edu.cn/v2/library/nginx/manifests/1.29?ns=docker.io": remote error: tls: internal error',
    {
      first: /sjtug\.sjtu\.edu\.cn was shut down by its operator \(since 2024-07/,
      never: /openssl|certificate of/,
    },
  ],
  [
    'a mirror of another registry',
    'quay.io/acme/app:1',
    'failed to do request: Head "https://docker.m.daocloud.io/v2/acme/app/manifests/1?ns=quay.io": net/http: TLS handshake timeout',
    {
      first:
        /^Let the nodes use quay\.m\.daocloud\.io for quay\.io .*: docker\.m\.daocloud\.io is a mirror of Docker Hub only/,
      never: /MTU with/,
    },
  ],
  [
    "Google's cache of Docker Hub, set for another registry",
    'ghcr.io/acme/app:1',
    'unexpected status from HEAD request to https://mirror.gcr.io/v2/acme/app/manifests/1?ns=ghcr.io: 403 Forbidden',
    { first: /^Let the nodes use another mirror of ghcr\.io, or none,/ },
  ],
  [
    "Google's cache of Docker Hub, which lacks the image of another registry",
    'ghcr.io/acme/app:1',
    'unexpected status from HEAD request to https://mirror.gcr.io/v2/acme/app/manifests/1?ns=ghcr.io: 404 Not Found',
    { says: /says nothing about the image at ghcr\.io/, never: /about the image at Docker Hub/ },
  ],
  [
    'a mirror of the registry that a name leads to',
    'docker.n8n.io/n8nio/n8n:1',
    'unexpected status from HEAD request to https://docker.m.daocloud.io/v2/n8nio/n8n/manifests/1?ns=docker.n8n.io: 403 Forbidden',
    { never: /is a mirror of Docker Hub only/ },
  ],
  [
    'an image that Podman built for a minikube',
    'localhost/shop:dev',
    'initializing source docker://localhost/shop:dev: pinging container registry localhost: Get "https://localhost/v2/": dial tcp [::1]:443: connect: connection refused',
    { node: { name: 'lab', labels: { 'minikube.k8s.io/name': 'lab' } }, pod: { node: 'lab' } },
    { first: /^Load the image from this machine into node lab.*minikube image load .*localhost\/shop:dev/s },
  ],
  [
    "a private name that Azure's resolver does not know",
    OWN,
    'dial tcp: lookup registry.example on 168.63.129.16:53: no such host',
    { says: /private DNS zone that is linked to the nodes' virtual network/ },
  ],
  [
    "a public name that Azure's resolver did not find",
    'quay.io/team/api:3',
    'dial tcp: lookup quay.io on 168.63.129.16:53: server misbehaving',
    { never: /private DNS zone/ },
  ],
  [
    'a stranger in the place of the host that has the layers',
    'docker.io/team/api:3',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://docker-images-prod.6aa3.r2.cloudflarestorage.com/registry-v2/blobs/sha256/98/data": tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match docker-images-prod.6aa3.r2.cloudflarestorage.com',
    { first: /certificate/, says: /a provider that blocks the address/, never: /reissue/i },
  ],
  // k3s-io/k3s#1148
  [
    'a node of an early K3s, which wrote its version otherwise',
    '192.168.100.3:5000/centos:7',
    'Head https://192.168.100.3:5000/v2/centos/manifests/7: x509: certificate signed by unknown authority',
    { node: { kubelet: 'v1.16.3-k3s.2', runtime: 'containerd://1.3.0-k3s.5' } },
    { says: /\/etc\/rancher\/k3s\/registries\.yaml/, never: /config\.toml|hosts\.toml/ },
  ],
  [
    'a proxy whose address has two schemes',
    'quay.io/a/b:1',
    'Get "https://quay.io/v2/": proxyconnect tcp: dial tcp: lookup http on 10.0.0.2:53: no such host',
    { says: /the scheme is written twice/ },
  ],
  [
    'a Windows node that asks for a name',
    OWN,
    'dial tcp: lookup registry.example: no such host',
    { node: { os: 'windows', runtime: 'containerd://2.1.4' } },
    { first: /Resolve-DnsName registry\.example/, never: /getent|\/etc\/|resolv\.conf/ },
  ],
  [
    'a Windows node that trusts no authority',
    OWN,
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    { node: { os: 'windows', runtime: 'docker://28.0.1' } },
    { says: /certificate store/, never: /openssl|\/etc\// },
  ],
  [
    'a client certificate that containerd has to show',
    OWN,
    'remote error: tls: certificate required',
    { node: { runtime: 'containerd://2.1.4' } },
    {
      first: /certs\.d\/registry\.example\S*\/hosts\.toml \(client = /,
      never: /\/etc\/(?:docker|containers)/,
    },
  ],
  [
    'a client certificate that Docker has to show',
    OWN,
    'remote error: tls: certificate required',
    { node: { runtime: 'docker://28.0.1' } },
    { first: /\/etc\/docker\/certs\.d\/registry\.example\S* \(client\.cert/, never: /hosts\.toml/ },
  ],
  [
    'a client certificate that CRI-O has to show',
    OWN,
    'remote error: tls: certificate required',
    { node: { runtime: 'cri-o://1.34.0' } },
    { first: /\/etc\/containers\/certs\.d\/registry\.example/, never: /hosts\.toml|\/etc\/docker/ },
  ],
  [
    'a token server with an internal name',
    'git.lan.example/team/api:3',
    'failed to authorize: failed to fetch oauth token: Post "http://gitea-http.git.svc.cluster.local:3000/v2/token": dial tcp: lookup gitea-http.git.svc.cluster.local: no such host',
    { first: /ROOT_URL of Gitea/, never: /typo|fix DNS/ },
  ],
  [
    'a token server with a name without a domain',
    'git.lan.example/team/api:3',
    'failed to authorize: failed to fetch oauth token: Post "http://forge:3000/v2/token": dial tcp: lookup forge on 10.0.0.2:53: no such host',
    { first: /announce its token server by a name that nodes can reach/ },
  ],
  [
    'a forged DNS answer',
    'nginx',
    'Head "https://registry-1.docker.io/v2/": dial tcp 162.125.2.5:443: i/o timeout',
    { short: /^forged DNS answers for registry-1\.docker\.io$/, says: /belongs to Dropbox/ },
  ],
  [
    'a download that CRI-O could not resume',
    'quay.io/team/api:3',
    'copying system image from manifest list: writing blob: happened during read: unexpected EOF (while reconnecting: Get "https://cdn01.quay.io/prod/sha256/c4/c4d1?X-Amz-Signature=3c&X-Amz-Expires=600": EOF)',
    { says: /between the node and cdn01\.quay\.io/, never: /unknown cause/ },
  ],
  [
    'a proxy whose rules do not allow the host, in a network that may have mirrors for digests only',
    'quay.io/acme/web:1',
    'initializing source docker://quay.io/acme/web:1: pinging container registry quay.io: Get "https://quay.io/v2/": Forbidden',
    { node: { osImage: 'Red Hat Enterprise Linux CoreOS 9.4', runtime: 'cri-o://1.29.6-2.rhaos4.16.git' } },
    {
      says: /was reached and answered Forbidden[\s\S]*Ask whoever runs the proxy to allow quay\.io: .*an ImageTagMirrorSet/,
      never: /could not be reached|a login if/,
    },
  ],
  [
    'a proxy that does not allow the host of the tokens, to which the registry itself sent the runtime',
    'nginx',
    'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull&service=registry.docker.io": Forbidden',
    { says: /its rules do not allow auth\.docker\.io\./, never: /was not asked/ },
  ],
  [
    'a proxy that may not allow the port',
    'registry.example:5000/web:1',
    'failed to do request: Head "https://registry.example:5000/v2/web/manifests/1": Forbidden',
    { says: /its rules do not allow this host, or not its port\. The registry was not asked/ },
  ],
  [
    'the network, where the image has left its registry, and a mirror would be one of its new place',
    'docker.io/mailu/admin:1.9',
    'failed to do request: Head "https://registry-1.docker.io/v2/mailu/admin/manifests/1.9": dial tcp 44.205.64.79:443: i/o timeout',
    { says: /a mirror of ghcr\.io/, never: /a mirror of Docker Hub/ },
  ],
  [
    "a layer from one of many hosts of Azure's in China",
    'acme.azurecr.cn/api:1',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cn15.blob.core.chinacloudapi.cn/8254-abc/docker/registry/v2/blobs/sha256/fd/8b/data": dial tcp 40.1.2.3:443: i/o timeout',
    { says: /reach \*\.blob\.core\.chinacloudapi\.cn .*acme\.<region>\.data\.azurecr\.cn alone/ },
  ],
  [
    "a layer's host of Azure that no zone of a private endpoint has",
    'acme.azurecr.io/api:1',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://eus15.blob.core.windows.net/8254-abc/docker/registry/v2/blobs/sha256/fd/8b/data": dial tcp: lookup eus15.blob.core.windows.net on 10.0.0.2:53: no such host',
    { says: /fix DNS/, never: /privatelink/ },
  ],
  [
    'a layer from one of many hosts of Azure, and another attempt without a login',
    'acme.azurecr.io/billing/api:1',
    '[failed to pull and unpack image "acme.azurecr.io/billing/api:1": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://weumanaged15.blob.core.windows.net/8254-abc/docker/registry/v2/blobs/sha256/fd/8b/data?sig=REDACTED": EOF, failed to pull and unpack image "acme.azurecr.io/billing/api:1": failed to resolve reference "acme.azurecr.io/billing/api:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token?scope=repository%3Abilling%2Fapi%3Apull&service=acme.azurecr.io: 401 Unauthorized]',
    {
      says: /The 401 is from another attempt[\s\S]*Let the nodes reach \*\.blob\.core\.windows\.net .*acme\.<region>\.data\.azurecr\.io/,
    },
  ],
  [
    'a closed port for TLS at an address of a private network, which may serve plain HTTP',
    '10.8.0.131/mynginx:1',
    'failed to do request: Head "https://10.8.0.131/v2/mynginx/manifests/1": dial tcp 10.8.0.131:443: connect: connection refused',
    {
      says: /See whether 10\.8\.0\.131 answers over plain HTTP .* curl -sSv -m 15 -o \/dev\/null http:\/\/10\.8\.0\.131\/v2\//,
    },
  ],
  [
    'a certificate in place of that of a registry that everyone trusts',
    'ghcr.io/fluxcd/source-controller:v1.6.2',
    'failed to do request: Head "https://ghcr.io/v2/fluxcd/source-controller/manifests/v1.6.2": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    { node: { runtime: 'containerd://2.1.4' } },
    {
      says: /Most likely, a proxy or firewall in between intercepts TLS: ghcr\.io itself[\s\S]*whose certificate goes into the system's trust store .*, or, for this host alone, \/etc\/containerd/,
      never: /private CA|the authority is your own/,
    },
  ],
  [
    "an image of the node's own distribution on a node without room",
    'rancher/mirrored-metrics-server:v0.7.0',
    'failed to do request: Head "https://registry-1.docker.io/v2/rancher/mirrored-metrics-server/manifests/v0.7.0": dial tcp: lookup registry-1.docker.io on 10.20.0.2:53: no such host',
    { node: { runtime: 'containerd://1.7.11-k3s2', kubelet: 'v1.28.5+k3s1', diskPressure: true } },
    {
      says: /^Look up .*\nFree space on node node-1 too: the node reports DiskPressure[\s\S]*they import the archives/m,
    },
  ],
  [
    'a host of ECR that only some regions have',
    '602401143452.dkr.ecr-fips.eu-west-2.amazonaws.com/eks/coredns:v1',
    'failed to do request: Head "https://602401143452.dkr.ecr-fips.eu-west-2.amazonaws.com/v2/eks/coredns/manifests/v1": dial tcp: lookup 602401143452.dkr.ecr-fips.eu-west-2.amazonaws.com on 10.20.0.2:53: no such host',
    {
      says: /exist only in some regions, and 602401143452\.dkr\.ecr\.eu-west-2\.amazonaws\.com is the same registry/,
    },
  ],
  [
    'a proxy that could not reach the host',
    'quay.io/acme/web:1',
    'failed to do request: Head "https://quay.io/v2/acme/web/manifests/1": Bad Gateway',
    { says: /Let the proxy reach quay\.io/, never: /could not be reached|Ask whoever/ },
  ],
  [
    'a proxy on the way to an image that is at another registry now',
    'gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0',
    'initializing source docker://gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0: pinging container registry gcr.io: Get "https://gcr.io/v2/": Forbidden',
    {
      first: /^Use registry\.k8s\.io\/kubebuilder\/kube-rbac-proxy:v0\.15\.0 instead/,
      says: /Let the proxy forward requests to registry\.k8s\.io/,
      never: /to allow |requests to gcr\.io|crictl pull/,
    },
  ],
  [
    'a registry that does not answer in time, whose image is in another repository there now',
    'bitnami/redis:7.2.4',
    'failed to do request: Head "https://registry-1.docker.io/v2/bitnami/redis/manifests/7.2.4": dial tcp 54.1.2.3:443: i/o timeout',
    {
      first: /^Test the connection/,
      says: /allow the nodes to reach registry-1[\s\S]*\nUse docker\.io\/bitnamilegacy/,
    },
  ],
  [
    'a layer that was cut off, so that the registry still has the image',
    'gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0',
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://gcr.io/v2/kubebuilder/kube-rbac-proxy/blobs/sha256:aa": dial tcp 142.250.1.82:443: i/o timeout',
    { says: /allow the nodes to reach gcr\.io/, never: /Use registry\.k8s\.io/ },
  ],
  [
    'a proxy that requires a login',
    'nginx',
    'Get "https://registry-1.docker.io/v2/": Proxy Authentication Required',
    {
      says: /received no login that it accepts[\s\S]*the proxy's own login, not the registry's[\s\S]*HTTPS_PROXY of its environment .*@ as %40, # as %23.*each % written as %%/,
      never: /Let the proxy pass/,
    },
  ],
  [
    "a proxy whose address can't be read",
    'nginx',
    'Head "https://registry-1.docker.io/v2/library/nginx/manifests/latest": invalid proxy address "http://user:p%ss@proxy:8080": parse "http://user:p%ss@proxy:8080": invalid URL escape "%ss"',
    {
      says: /can't be reached as configured[\s\S]*can't read that proxy's address[\s\S]*it has to be a URL such as/,
      never: /refuses to pass|Let the proxy pass/,
    },
  ],
  [
    'a proxy whose address was only read with a second scheme',
    'nginx',
    'Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp: lookup http on 192.168.10.2:53: no such host',
    {
      says: /its host is read as "http": the scheme is written twice .*, or the password has special characters/,
    },
  ],
  [
    'a token server that a registry in a private network announces by a name of its own',
    '192.168.200.231/p/a:1',
    'failed to authorize: failed to fetch anonymous token: Get "http://registry.acme.lan/service/token?scope=repository%3Ap%2Fa%3Apull&service=harbor-registry": dial tcp: lookup registry.acme.lan on 10.0.0.2:53: no such host',
    {
      first: /^Look up registry\.acme\.lan/,
      says: /Or let 192\.168\.200\.231 announce its token server by a name that nodes can reach, in external_url of harbor\.yml/,
      never: /for a typo/,
    },
  ],
  [
    "a download host of ECR that can't be reached",
    ECR,
    'failed to do request: Get "https://prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com/a/b?X-Amz-Signature=x": dial tcp 52.1.2.3:443: i/o timeout',
    { says: /S3 gateway endpoint in the route tables/ },
  ],
  [
    'a node without a route, which sent nothing',
    OWN,
    'Head "https://registry.example/v2/": dial tcp 10.0.0.5:443: connect: network is unreachable',
    { says: /The node has no route to registry\.example/, never: /refused|dropped|listening/ },
  ],
  [
    'a node without a route for IPv6, whose IPv4 works and proves nothing',
    OWN,
    'Head "https://registry.example/v2/": dial tcp [2001:db8::5]:443: connect: network is unreachable',
    { says: /curl -sSv -6 -m 15/ },
  ],
  [
    'a refused connection',
    OWN,
    'Head "https://registry.example/v2/": dial tcp 10.0.0.5:443: connect: connection refused',
    { says: /The connection to registry\.example was refused\n/, never: /dropped|no route/ },
  ],
  [
    'a proxy that is a part of Docker Desktop, and has its settings there',
    'nginx:1.27',
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp 192.168.65.1:3128: connect: connection refused',
    { pod: { node: 'docker-desktop' } },
    {
      first: /settings \(Resources, Proxies\).*192\.168\.65\.1:3128 is its own proxy.*docker info/,
      never: /NO_PROXY of the runtime|environ|SSH/,
    },
  ],
  [
    "Amazon's registry in a region that the nodes may not reach",
    EKS_IMAGE,
    `failed to do request: Head "https://${EKS_IMAGE.replace('/', '/v2/').replace(':v', '/manifests/v')}": dial tcp 54.1.2.3:443: i/o timeout`,
    { node: { provider: 'aws' } },
    { first: /Test the connection/, says: /allow the nodes to reach .*Use Amazon's registry in the region/s },
  ],
  [
    'a cache that lets nodes in, and waits for its upstream',
    'registry.k8s.io/pause:3.10.1',
    'failed to copy: failed to do request: Get "https://zot.internal:5000/v2/pause/manifests/sha256:278fb9dbcca9518083ad1e11276933a2e96f23de604a3a08cc3c80002767d24c?ns=registry.k8s.io": net/http: timeout awaiting response headers',
    {
      says: /Check the health and the log of the mirror zot\.internal:5000.*as slow as its upstream/,
      never: /firewall/,
    },
  ],
  [
    "a registry of one's own that accepts connections, and then is silent",
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": read tcp 10.0.0.1:3333->10.0.0.2:443: read: connection timed out',
    {
      says: /The connection was opened.*Check the status and the log of registry\.example/s,
      never: /firewall, egress/,
    },
  ],
  [
    "minikube's own registry, which is not enabled",
    'localhost:5000/api:1',
    'failed to do request: Head "http://localhost:5000/v2/api/manifests/1": dial tcp 127.0.0.1:5000: connect: connection refused',
    { node: { labels: { 'minikube.k8s.io/name': 'minikube' } } },
    { first: /minikube addons enable registry.*minikube image load/ },
  ],
  [
    'a registry beside a cluster of k3d',
    'localhost:5005/api:1',
    'failed to do request: Head "http://localhost:5005/v2/api/manifests/1": dial tcp 127.0.0.1:5005: connect: connection refused',
    { pod: { node: 'k3d-dev-server-0' } },
    { first: /k3d registry list/, never: /DaemonSet|is running and listening on that port/ },
  ],
  [
    'a port of the node itself where something else than a registry is',
    'localhost:5000/api:1',
    'failed to do request: Head "http://localhost:5000/v2/api/manifests/1": read tcp 127.0.0.1:41034->127.0.0.1:5000: read: connection reset by peer',
    { shown: { hostsBeside: ['registry.example:5000'] } },
    { first: /^Write registry\.example:5000 .* where no registry answered at that port/ },
  ],
  [
    'a proxy that only one node goes through',
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    {
      node: { runtime: 'containerd://1.7.20', kubelet: 'v1.31.5' },
      held: [heldOn(OWN)],
    },
    {
      first: /compare it with node node-2, which runs the same image/,
      says: /a drop-in file in \/etc\/systemd\/system\/containerd\.service\.d; then `systemctl daemon-reload`/,
    },
  ],
  [
    'a proxy of nodes that may be those of OpenShift, which writes their settings itself',
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    { node: { runtime: 'cri-o://1.31.4', kubelet: 'v1.31.5' } },
    { says: /crio\.service\.d \(on OpenShift, in proxy\.config\.openshift\.io\/cluster instead\); then/ },
  ],
  [
    'a proxy that every node may go through',
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    { node: { runtime: 'containerd://2.0.5-k3s2', kubelet: 'v1.33.4+k3s1' } },
    { never: /compare it with node|containerd\.service\.d/ },
  ],
  [
    'a disk that is full of something else than unused images',
    OWN,
    'write /var/lib/containerd/a: no space left on device',
    { shown: { fullNodes: ['node-1'], nodesInUse: ['node-1'] } },
    {
      first: /logs in \/var\/log.*emptyDir volumes in \/var\/lib\/kubelet, which are removed with their pods/,
      says: /found too few unused images/,
      never: /rmi --prune|DiskPressure/,
    },
  ],
  [
    'a disk of a Windows node that is full of something else than unused images',
    OWN,
    'hcsshim::ImportLayer failed in Win32: There is not enough space on the disk. (0x70)',
    { node: { os: 'windows' }, shown: { fullNodes: ['node-1'], nodesInUse: ['node-1'] } },
    { says: /found too few unused images/, never: /\/var\// },
  ],
  [
    'a disk that is full by what its node reports',
    OWN,
    'write /var/lib/containerd/a: no space left on device',
    { node: { diskPressure: true } },
    {
      says: /reports DiskPressure.*Connect to node node-1 by SSH: .*its kubelet rejects new pods/s,
      never: /found too few unused images|kubectl debug/,
    },
  ],
  [
    'an image that a Docker on the node of K3s may have',
    'my-app:1',
    'Container image "my-app:1" is not present with pull policy of Never',
    { reason: 'ErrImageNeverPull', node: { runtime: 'containerd://2.0.5-k3s2', kubelet: 'v1.33.4+k3s1' } },
    { says: /`docker save my-app:1 \| k3s ctr images import -`/ },
  ],
  [
    'an image for a Windows node, where PowerShell would change what is piped',
    'my-app:1',
    'Container image "my-app:1" is not present with pull policy of Never',
    {
      reason: 'ErrImageNeverPull',
      node: { os: 'windows', runtime: 'containerd://1.7.20-k3s1', kubelet: 'v1.33.4+rke2r1' },
    },
    { says: /`docker save` where it was built/, never: /docker save my-app:1 \|/ },
  ],
  [
    'a clock that stands at 1970, which no other certificate sets right',
    'registry.acme.dev/a:1',
    'Head "https://registry.acme.dev/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 1970-01-01T00:12:00Z is before 2026-01-02T00:00:00Z',
    { first: /clock/, never: /Renew the certificate/ },
  ],
  // moby/moby#39223: the host answers, so packets come back; what is too large never gets there.
  [
    'a request that did not arrive whole',
    'hello-world',
    `error parsing HTTP 408 response body: invalid character '<' looking for beginning of value: "<html><body><h1>408 Request Time-out</h1>\\nYour browser didn't send a complete request in time.\\n</body></html>\\n\\n"`,
    {
      first: /^Compare the MTU/,
      says: /large packets are lost/,
      never: /got nothing back|did not answer|allow the nodes to reach/,
    },
  ],
])('the report fits %s', expectRow)
