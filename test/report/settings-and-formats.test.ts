/** Reports on faults that look like the registry's or the image's, and are of a mirror, a node's settings, a format, or a default. */
import { describe, expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { stepsFor } from '../../src/advice/advise.ts'
import { credentialLinesFor } from '../../src/report/words/causes.ts'
import { findingOf, pulled, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { expectReport, expectRow, type Row, textsOf } from './texts-of.ts'

const DENIED =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
const OWN = 'registry.example/team/api:3'
const K3S = { kubelet: 'v1.31.6+k3s1', runtime: 'containerd://2.0.2' }
const HASH = '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef'

/** The situation of an image whose pod always pulls. */
const always = (image: string, error: string): Situation => ({
  image,
  error,
  pod: { containers: [container({ image, pullPolicy: 'Always', state: waiting('ErrImagePull', error) })] },
})

describe('a signature in the place of an image', () => {
  test.each([
    'unsupported media type application/vnd.dev.cosign.simplesigning.v1+json',
    'unsupported media type application/vnd.dev.sigstore.bundle.v0.3+json',
    'unsupported media type application/vnd.dsse.envelope.v1+json',
    'unsupported media type application/vnd.cncf.notary.signature',
    'failed to extract layer sha256:2c: failed to get stream processor for application/vnd.dev.cosign.simplesigning.v1+json: no processor for media-type: unknown',
  ])('is not built again: %s', error => {
    expectReport(
      { image: `registry.example/team/api@sha256:${'1'.repeat(64)}`, error },
      {
        first: /^Use the tag or the digest of the image itself: .* names is a signature/,
        says: /set image \S+ app=registry\.example\/team\/api:<tag>/,
        never: /[Bb]uild and push|Helm chart/,
      },
    )
  })

  test('is none where the media type is that of a list of components', () => {
    const error = 'unsupported media type application/vnd.cyclonedx+json'
    expectReport({ image: OWN, error }, { first: /^Use the name of a container image/, never: /signature,/ })
  })
})

describe('an image that comes with K3s and RKE2', () => {
  const image = 'rancher/local-path-provisioner:v0.0.21'

  test.each(['v1.24.3+k3s1', 'v1.31.6+rke2r1'])(
    'is public, so that its refusal is of a mirror (%s)',
    kubelet => {
      expectReport(
        {
          image,
          error: pulled(`docker.io/${image}`, DENIED),
          node: { kubelet, runtime: 'containerd://1.6.6' },
        },
        {
          first:
            /^Check the node's mirror settings, .*registries\.yaml.* is an image of K3s and RKE2 that anyone can pull/,
          says: /^Docker Hub refused an image of the node's distribution.*\n.*token server has a fault/,
          never: /make it public|typo|pullguard fix|is private/,
        },
      )
    },
  )

  test('is looked for at the mirror first if it is the pause image, and no login helps', () => {
    const found = findingOf({
      image: 'rancher/mirrored-pause:3.6',
      error: pulled('docker.io/rancher/mirrored-pause:3.6', DENIED),
      node: K3S,
    })
    const codes = stepsFor({ ...found, containerKind: 'sandbox' }).map(({ code }) => code)
    expect(codes[0]).toBe('existing-official')
    expect(codes).toContain('set-sandbox-image')
    expect(codes).not.toContain('sandbox-login')
  })

  test.each([
    ['on other nodes', image, { kubelet: 'v1.31.6' }],
    ['under another name of Rancher', 'rancher/my-own:1', K3S],
  ])('may be mistyped %s', (_where, name, node) => {
    expectReport(
      { image: name, error: pulled(`docker.io/${name}`, DENIED), node },
      { first: /^Check the name/ },
    )
  })
})

test('an official image that Docker Hub refuses may be refused to everyone', () => {
  expectReport(
    { image: 'busybox:latest', error: pulled('docker.io/library/busybox:latest', DENIED) },
    {
      first: /official image that anyone can pull, so most likely/,
      says: /unless its token server has a fault.*dockerstatus\.com/s,
    },
  )
})

describe('an image that was built where the cluster runs', () => {
  const error = (image: string) => pulled(`docker.io/${image}`, DENIED)

  test('is loaded, and not pulled again, on a single machine with a containerd of its own', () => {
    const image = 'local/my-app:latest'
    const texts = textsOf({ ...always(image, error(image)), node: K3S })
    expect(texts.all).toMatch(
      /If local\/my-app:latest was only built on a machine.*IfNotPresent.*k3s ctr images import/,
    )
    const tagged = 'acme/my-app:1.2.3'
    expect(textsOf({ ...always(tagged, error(tagged)), node: K3S }).all).not.toMatch(/was only built/)
  })

  test('of a namespace that Kubernetes does not see is built again, and then not pulled', () => {
    const image = 'local/my-app:latest'
    const situation = always(image, error(image))
    const texts = textsOf({
      ...situation,
      pod: { ...situation.pod, node: 'lima-rancher-desktop' },
      node: { ...K3S, name: 'lima-rancher-desktop' },
    })
    expect(texts.all).toMatch(
      /set imagePullPolicy to IfNotPresent(?!.*kind load).*nerdctl --namespace k8s\.io build/s,
    )
  })

  test("is on OrbStack's node already", () => {
    expectReport(
      { ...always('server:latest', error('library/server:latest')), node: { kubelet: 'v1.27.4+orb1' } },
      {
        first: /^If server:latest was only built or loaded on the node, set imagePullPolicy to IfNotPresent/,
      },
    )
  })
})

test.each<Row>([
  [
    'what looks missing in another OpenShift project may be refused to this one',
    'docker-registry.default.svc:5000/shared/base:1',
    'Error: image shared/base:1 not found',
    { login: 'docker-registry.default.svc:5000' },
    { first: /describe imagestream base/, says: /system:image-puller/ },
  ],
  [
    'whose manifest is unknown in another OpenShift project was looked for',
    {
      image: 'image-registry.openshift-image-registry.svc:5000/shared/base:1',
      error:
        'initializing source docker://image-registry.openshift-image-registry.svc:5000/shared/base:1: reading manifest 1 in image-registry.openshift-image-registry.svc:5000/shared/base: manifest unknown',
    },
    { first: /describe imagestream base/, never: /image-puller/ },
  ],
  [
    'everyone may pull from the project openshift',
    'docker-registry.default.svc:5000/openshift/ruby:9',
    'Error: image openshift/ruby:9 not found',
    { never: /image-puller/ },
  ],
  [
    'what is missing in its own OpenShift project needs no right',
    'docker-registry.default.svc:5000/web/base:1',
    'Error: image web/base:1 not found',
    { never: /image-puller/ },
  ],
  [
    "a guest VM has neither the cluster's DNS nor the node's file of hosts",
    'image-registry.openshift-image-registry.svc:5000/web/app:1',
    'CreateContainer failed: All attempts fail:\n#1: rpc error: code = Internal desc = failed to pull manifest error sending request for url \n(https://image-registry.openshift-image-registry.svc:5000/v2/): error trying to connect: dns error: failed to lookup address information: Name or service not known',
    { reason: 'CreateContainerError' },
    { says: /is a Service of the cluster, which the guest VM can't resolve/, never: /\/etc\/hosts/ },
  ],
  [
    'a DNS server that is not there anymore may be in the memory of the runtime only',
    'nginx',
    'Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io on 127.0.1.1:53: read udp 127.0.0.1:39049->127.0.1.1:53: read: connection refused',
    {
      first: /getent hosts/,
      says: /If that works, restart the container runtime.*\. If it fails, start the DNS service/,
    },
  ],
  [
    "a proxy's own name is looked up",
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": proxyconnect tcp: dial tcp: lookup proxy.acme.example: no such host',
    { first: /getent hosts proxy\.acme\.example/, says: /a proxy whose name the node can't resolve/ },
  ],
  [
    'a proxy that refuses the connection has a name',
    OWN,
    'Head "https://registry.example/v2/team/api/manifests/3": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    { never: /getent/ },
  ],
  [
    'a connection over IPv6 is tested over IPv6',
    'ghcr.io/a/b:1',
    'Get "https://ghcr.io/v2/": read tcp [2a05:fc1:40:178::2]:58602->[2606:50c0:8000::154]:443: read: connection reset by peer',
    { first: /works with -4, IPv6 is broken on the way.* curl -sSv -6 / },
  ],
  [
    'a connection to the node itself is not one over IPv6',
    'registry.example:8443/a/b:1',
    'Head "https://registry.example:8443/v2/a/b/manifests/1": dial tcp [::1]:8443: connect: connection refused',
    { never: /IPv6| -6 / },
  ],
  [
    'a connection over IPv6 that times out, too',
    'ghcr.io/a/b:1',
    'Head "https://ghcr.io/v2/a/b/manifests/1": dial tcp [2606:50c0:8000::154]:443: i/o timeout',
    { says: /curl -sSv -6 / },
  ],
  [
    'a connection over IPv4 is not tested over IPv6',
    'ghcr.io/a/b:1',
    'Get "https://ghcr.io/v2/": read tcp 10.0.0.4:58602->140.82.121.34:443: read: connection reset by peer',
    { first: /curl -sSv -m/, never: /IPv6/ },
  ],
  [
    'settings of Talos that contradict each other are corrected',
    'ghcr.io/a/b:1',
    'failed to resolve reference "ghcr.io/a/b:1": TLS config specified for non-HTTPS registry: "harbor.lan"',
    { node: { osImage: 'Talos (v1.9.4)', runtime: 'containerd://2.0.3' } },
    {
      short: /^contradictory settings for registries and mirrors$/,
      first: /^Remove the tls part of harbor\.lan .*machine\.registries\.config/,
      never: /doesn't recognize|no known cause/,
    },
  ],
  [
    'what K3s finds nowhere may be missing in a mirror for all registries only',
    OWN,
    pulled(OWN, `${OWN}: not found`),
    { node: K3S },
    {
      first: /typo/,
      says: /or a mirror that the node asks in its place,.*look in \S*registries\.yaml.*"\*"/s,
    },
  ],
  [
    'what a registry lacks by its own words is not in a mirror of K3s',
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://registry.example/v2/team/api/manifests/3: 404 Not Found',
    ),
    { node: K3S },
    { never: /in its place|registries\.yaml/ },
  ],
  [
    "a node's identity comes first at a registry of Azure that wants a login, in the words of Docker",
    'acme.azurecr.io/api:1',
    'Error response from daemon: Get https://acme.azurecr.io/v2/api/manifests/1: unauthorized: authentication required',
    { node: { provider: 'azure', labels: { 'kubernetes.azure.com/cluster': 'mc' } } },
    { first: /az aks check-acr/, says: /received no login that it accepts/ },
  ],
  [
    'a login comes first at Artifact Registry where the node has no identity there',
    'europe-docker.pkg.dev/acme/web/api:1',
    "Error response from daemon: unauthorized: You don't have the needed permissions to perform this operation, and you may have invalid credentials.",
    { node: { labels: { 'minikube.k8s.io/name': 'minikube' }, runtime: 'docker://19.3.13' } },
    {
      first: /docker login -u oauth2accesstoken/,
      says: /Check the name europe-docker\.pkg\.dev\/acme\/web\/api:1/,
    },
  ],
  [
    'a signature with the media types of Docker is made again',
    OWN,
    'Source image rejected: reading signatures: unexpected MIME type for sigstore attachment manifest registry.example/team/api:sha256-1.sig: "application/vnd.docker.distribution.manifest.v2+json"',
    { node: { runtime: 'cri-o://1.34.1' } },
    {
      first: /^Sign the image again with OCI media types/,
      says: /is signed, but in a format/,
      never: /use-sigstore/,
    },
  ],
  [
    'a store of signatures that refuses the one after the last has to answer 404',
    OWN,
    `registry.example/team/api:3 isn't allowed: Error reading signature from https://sigs.s3.eu-west-1.amazonaws.com/team/api@sha256=aa/signature-2: status 403 (Forbidden)`,
    {
      first:
        /^Let the nodes read the signature store sigs\.s3\S+ and have it answer 404.*403 for signature-2/,
      says: /could not read the signatures of the image/,
      never: /refused to deliver a layer|redirected/,
    },
  ],
  [
    'an image with a configuration of Docker in a manifest of OCI is not called an artifact such as a chart',
    OWN,
    'parsing image configuration: unsupported image-specific operation on artifact with type "application/vnd.docker.container.image.v1+json"',
    { node: { runtime: 'cri-o://1.25.1' } },
    { first: /^Use another tag or digest/, says: /takes no such mixture/, never: /Helm/ },
  ],
  [
    'a manifest that a cache announces with the wrong type is not built again',
    'harbor.example/hub-cache/acme/api:1',
    "Error response from daemon: mediaType in manifest list should be 'application/vnd.docker.distribution.manifest.list.v2+json' not 'application/vnd.oci.image.index.v1+json'",
    { first: /^Have harbor\.example announce .*crane digest/, never: /push the image again|old format/ },
  ],
  [
    'a store of signatures that is open to everyone is not theirs to correct',
    'registry.redhat.io/ubi9/ubi:9.4',
    'Source image rejected: reading signatures: reading signature from https://registry.redhat.io/containers/sigstore/ubi9/ubi@sha256=aa/signature-4: status 403 (Forbidden)',
    { node: { runtime: 'cri-o://1.32.5' } },
    { first: /^Look for a proxy or firewall .*registry\.redhat\.io/, never: /S3|have it answer/ },
  ],
  [
    'a manifest with the wrong type that is pulled by its digest already',
    `harbor.example/hub-cache/acme/api@sha256:${'a'.repeat(64)}`,
    "Error response from daemon: mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not 'application/vnd.oci.image.manifest.v1+json'",
    { first: /^Have harbor\.example announce .*Until then, use the registry/, never: /crane digest/ },
  ],
  [
    'a pull that ended while layers were unpacked by a release that does not count that as no progress',
    OWN,
    'failed to pull and unpack image: failed to extract layer sha256:aa: context canceled',
    { node: { runtime: 'containerd://2.0.5' } },
    { says: /another layer was still on its way/, never: /use_local_image_pull|network was not/ },
  ],
  [
    'a pull that ended while layers were unpacked by one that may',
    OWN,
    'failed to pull and unpack image: failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip sha256:aa) to overlayfs as "extract-1": context canceled',
    { node: { runtime: 'containerd://2.2.3' } },
    { says: /network was not what was slow.*use_local_image_pull = true/s },
  ],
  [
    'a layer that CRI-O may have been unable to decrypt',
    OWN,
    `writing blob: layer 0 (blob "sha256:aa"/""/"sha256:aa") does not match config's DiffID "sha256:bb"`,
    { node: { runtime: 'cri-o://1.35.0' } },
    { first: /^Use another tag .*decryption_keys_path/, never: /Helm|artifact/ },
  ],
  [
    'a layer that an old Docker loses on Windows may be its own fault',
    OWN,
    'failed to register layer: re-exec error: exit status 1: output: remove \\\\?\\C:\\ProgramData\\docker\\windowsfilter\\aa\\UtilityVM\\Files\\x.dll: Access is denied.',
    { node: { runtime: 'docker://17.6.2-ee-6', os: 'windows' } },
    { first: /^Find what keeps .*or update Docker, as releases this old.*icacls/ },
  ],
  [
    'a layer that containerd lost before it had a setting to keep it',
    OWN,
    `failed to unpack image on snapshotter overlayfs: content digest sha256:${'a'.repeat(64)}: not found`,
    { node: { runtime: 'containerd://1.2.5' } },
    { says: /If the error comes back, update containerd/, never: /discard_unpacked_layers|Kata/ },
  ],
  [
    'a guest VM whose request was not answered is no unknown cause',
    OWN,
    'Error: failed to create containerd task: failed to create shim task: failed to pull manifest error sending request for url (https://registry.example/v2/team/api/manifests/3)',
    { reason: 'CreateContainerError' },
    {
      says: /The guest VM got no answer.*does not trust its certificate/s,
      never: /doesn't recognize|no known cause/,
    },
  ],
  [
    'the folder of a snapshotter is emptied with that of containerd',
    OWN,
    'failed to prepare extraction snapshot "extract-1 sha256:aa": failed to rename: rename /var/lib/containerd-stargz-grpc/snapshotter/snapshots/new-1 /var/lib/containerd-stargz-grpc/snapshotter/snapshots/34: file exists',
    { node: { runtime: 'containerd://1.7.20' } },
    { says: /io\.containerd\.\* in \/var\/lib\/containerd, and all that is in the root of stargz/ },
  ],
  [
    'a plugin of the network that containerd takes for a verifier is named',
    OWN,
    'image verifier bindir blocked pull of registry.example/team/api:3 with digest sha256:aa for reason: verifier host-local rejected image (exit code 2): bad',
    { first: /^Set bin_dir .*host-local is the name of a network plugin/, never: /Sign the image/ },
  ],
  [
    'a client that accepts only TLS 1.3 is set to TLS 1.2, too',
    'quay.io/a/b:1',
    'Get "https://quay.io/v2/": tls: server selected unsupported protocol version 303',
    {
      first: /^Let the client .* accept TLS 1\.2 too/,
      says: /no certificate was judged/,
      never: /too old|intercept|openssl/,
    },
  ],
  [
    'a registry of our own that chooses an old TLS is updated',
    OWN,
    'Get "https://registry.example/v2/": tls: server selected unsupported protocol version 301',
    { first: /^Enable TLS 1\.2 or later at registry\.example/, never: /Reissue|valid certificate/ },
  ],
  [
    'an old TLS on the way to a registry of others is of something in between',
    'quay.io/a/b:1',
    'Get "https://quay.io/v2/": tls: server selected unsupported protocol version 302',
    { first: /^Look for a proxy or firewall .* only speaks TLS 1\.1/, says: /HTTPS_PROXY/ },
  ],
  [
    'a server that refuses the versions of TLS may be the older one, and its certificate is not at fault',
    'registry.digitalocean.com/a/b:1',
    'Get "https://api.digitalocean.com/v2/registry/auth?service=registry.digitalocean.com": remote error: tls: protocol version not supported',
    { says: /set to use newer ones only \(such as TLS 1\.3\)/, never: /Reissue/ },
  ],
  [
    'a full thin pool is not a file system',
    OWN,
    'Error response from daemon: devmapper: Thin Pool has 0 free data blocks which is less than minimum required 20253 free data blocks. Create more free space in thin pool or use dm.min_free_space option to change behavior',
    { node: { runtime: 'docker://1.12.6' } },
    { first: /thin pool.*docker info.*lvs -a/, says: /lvextend/, never: /df -h/ },
  ],
  [
    'an image may be larger than an old Docker allows, with room on the disk',
    OWN,
    'failed to register layer: write /usr/oracle/a.dbf: no space left on device',
    { node: { runtime: 'docker://19.3.13' } },
    { says: /dm\.basesize/ },
  ],
  [
    'a Docker without devicemapper has no such limit',
    OWN,
    'failed to register layer: write /usr/oracle/a.dbf: no space left on device',
    { node: { runtime: 'docker://27.3.1' } },
    { never: /basesize/ },
  ],
  [
    'a damaged store is emptied where it is, and holds no image of a pull that failed',
    OWN,
    `Error committing the finished image: error reading layer "${HASH}": error creating overlay mount to /mnt/containers/graphroot/overlay/${HASH}/merged: no such file or directory`,
    { node: { runtime: 'cri-o://1.20.5' } },
    {
      first: /next attempt/,
      says: /under \/mnt\/containers\/graphroot .*`crio wipe -f`.* and start them again.*\n.*journalctl/,
      never: /\/var\/lib\/containers|rmi/,
    },
  ],
  [
    'an attribute of a file comes before security modules with an old containerd',
    OWN,
    `failed to extract layer sha256:${HASH}: operation not permitted: unknown`,
    { node: { runtime: 'containerd://1.6.4' } },
    {
      first: /^If other images unpack .*extended attribute.*containerd \(1\.6\.4\) to 1\.7/,
      says: /ausearch/,
    },
  ],
  [
    'a newer containerd leaves out such attributes',
    OWN,
    `failed to extract layer sha256:${HASH}: operation not permitted: unknown`,
    { node: { runtime: 'containerd://2.1.4' } },
    { first: /ausearch/, never: /extended attribute/ },
  ],
  [
    'an owner beyond the IDs of a user namespace needs more of them',
    OWN,
    'mount callback failed on /home/a/tmpmounts/m1: failed to Lchown "/home/a/tmpmounts/m1/opt/x" for UID 304185, GID 89939',
    { first: /more subordinate IDs/ },
  ],
  [
    'an owner within them may be refused for another reason',
    OWN,
    'mount callback failed on /home/a/tmpmounts/m1: failed to Lchown "/home/a/tmpmounts/m1/opt/x" for UID 1000, GID 1000',
    { never: /subordinate IDs/ },
  ],
])('%s', expectRow)

test('a pull secret that does not exist is named where the registry was not reached yet', () => {
  const error = 'Get "https://registry.example/v2/": dial tcp 10.0.0.9:443: connect: connection refused'
  const linesFor = (image: string, text = error) => {
    const finding = withSteps(findingOf({ image, error: text, secret: { problem: 'missing' } }))
    return credentialLinesFor({
      invocation: { program: 'pullguard', flags: [], fromDump: false },
      findings: [finding],
    })
  }
  expect(linesFor(OWN)).toEqual([
    expect.stringMatching(/^secret web\/regcred does not exist, which is another/),
  ])
  expect(linesFor('quay.io/acme/api:1')).toEqual([])
  const download =
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.example/b"'
  expect(linesFor(OWN, `${download}: dial tcp 10.0.0.9:443: i/o timeout`)).toEqual([])
})
