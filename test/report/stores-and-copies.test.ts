/** Reports on what a node stores, on copies of an image, and on what a runtime asks for that the image or the host does not have. */
import { describe, test } from 'vitest'
import { pulled } from '../advice/situation.ts'
import { expectReport, expectRow, type Row } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const LAYER = 'be0afd7c222710fd2d083bf77227b607cb57490f9b9b0b74c91402c49f2eaef6'
const DOCKER = { runtime: 'docker://20.10.17', kubelet: 'v1.21.5' }
const CRIO = { runtime: 'cri-o://1.20.5', kubelet: 'v1.20.5' }
const EKS = { provider: 'aws:///us-east-1a/i-0abc', labels: { 'eks.amazonaws.com/nodegroup': 'ng' } }
const NO_MATCH = (image: string) =>
  `failed to pull and unpack image "${image}": no match for platform in manifest: not found`
const INTERNAL =
  'pinging container registry nexus.example: Get "https://nexus.example/v2/": Internal Server Error'

describe("a runtime's own store that does not fit together", () => {
  test.each<Row>([
    [
      'a layer that CRI-O lost is not pulled again, as it fails every image',
      OWN,
      'committing the finished image: layer not known',
      { node: CRIO },
      {
        first: /^Drain node node-1, then replace it or empty the store: .*`crio wipe -f`/,
        never: /damaged in the registry|crictl rmi/,
      },
    ],
    // cri-o/cri-o#1725.
    [
      'a copy with the same ID and other layers is removed by that ID, and no layer is called damaged',
      OWN,
      `Error committing the finished image: image with ID "${LAYER}" already exists, but uses a different top layer: that ID is already in use`,
      { node: CRIO },
      {
        first: /^Remove the copy of the image .* under another name/,
        says: new RegExp(`crictl rmi ${LAYER}`),
        never: /damaged or|does not match its digest|a proxy or a mirror/,
      },
    ],
    [
      'a folder that is not there was not left behind',
      OWN,
      `failed to register layer: rename /data/docker/image/overlay2/layerdb/tmp/write-set-714872967 /data/docker/image/overlay2/layerdb/sha256/${LAYER}: no such file or directory`,
      { node: DOCKER },
      { never: /an earlier pull left/ },
    ],
    [
      'the folder of a layer that Docker left behind is removed',
      OWN,
      `failed to register layer: rename /data/docker/image/overlay2/layerdb/tmp/write-set-714872967 /data/docker/image/overlay2/layerdb/sha256/${LAYER}: file exists`,
      { node: DOCKER },
      {
        first: new RegExp(
          `^Stop Docker on node node-1, remove /data/docker/image/overlay2/layerdb/sha256/${LAYER}, .* remove /data/docker \\(`,
        ),
        never: /push the image again/,
      },
    ],
    [
      "Docker makes the folder of its store's links when it starts",
      OWN,
      `failed to register layer: symlink ../${LAYER}/diff /docker/overlay2/l/FNSBEMYABM6ONGMULYCJSYA6T7: no such file or directory`,
      { node: DOCKER },
      { first: /^Start the container runtime/, says: /remove \/docker \(/, never: /push the image again/ },
    ],
    [
      'Docker makes the folder for downloads when it starts',
      OWN,
      'open /var/lib/docker/tmp/GetImageBlob298434: no such file or directory',
      { node: DOCKER },
      { first: /^Start the container runtime/, never: /push the image again/ },
    ],
    [
      'the store of a node of OpenShift is emptied like any of CRI-O',
      OWN,
      'committing the finished image: layer not known',
      { node: { ...CRIO, osImage: 'Red Hat Enterprise Linux CoreOS 416.94.202408260940-0' } },
      { first: /crio wipe -f/ },
    ],
  ])('%s', expectRow)
})

describe('a copy or a part for another platform', () => {
  const KUIK = 'localhost:7439/ghcr.io/groundnuty/k8s-wait-for:2.0'
  const ZARF = '127.0.0.1:31999/library/nginx:1.27-zarf-3793515731'
  const ARM64 = { architecture: 'arm64', runtime: 'containerd://1.7.22' }
  test.each<Row>([
    [
      'kube-image-keeper stores amd64 only by default',
      KUIK,
      NO_MATCH(KUIK),
      { node: ARM64 },
      {
        first:
          /^Let kube-image-keeper, .* store linux\/arm64 too .*use ghcr\.io\/groundnuty\/k8s-wait-for:2\.0/,
        says: /^The copy of the image at localhost:7439 isn't built/,
        never: /The image was built for platforms other/,
      },
    ],
    [
      "Zarf's packages are of one architecture",
      ZARF,
      NO_MATCH(ZARF),
      { node: ARM64 },
      { first: /^Create the Zarf package for linux\/arm64 \(`zarf package create -a arm64`\)/ },
    ],
    [
      'an old CRI-O looks for 32-bit ARM of the version of a 64-bit CPU',
      OWN,
      'choosing image instance: no image found in manifest list for architecture arm, variant v8, OS linux',
      { node: { ...CRIO, architecture: 'arm' } },
      { first: /^Update the container runtime .*version 6 or 7/, never: /was built for platforms other/ },
    ],
    [
      'Docker looks for it too, and takes older versions',
      OWN,
      'no matching manifest for linux/arm/v8 in the manifest list entries',
      { node: { ...DOCKER, architecture: 'arm' } },
      { first: /install a 64-bit operating system/, says: /32-bit system on a CPU with 64 bits/ },
    ],
    [
      'a node with Linux needs no layer of Windows',
      'golang:1.9',
      'failed to pull image "docker.io/library/golang:1.9": failed to do request: Get https://winlayers.cdn.mscr.io/layers/windowsservercore: read tcp 192.168.1.112:49380->204.79.197.219:443: read: connection reset by peer',
      { node: { runtime: 'containerd://1.1.4' } },
      {
        first:
          /^Update the container runtime on node node-1 \(containerd 1\.1\.4\): a Linux node needs no layer/,
        never: /must be able to reach it too|Let the nodes reach/,
      },
    ],
    [
      'a runtime that pulls its own platform only gets them from an image for Windows',
      OWN,
      pulled(
        OWN,
        'failed to do request: Get "https://go.microsoft.com/fwlink/?linkid=2069158": dial tcp 203.0.113.9:443: i/o timeout',
      ),
      { node: { runtime: 'containerd://2.1.4' } },
      {
        first: /^If the image is for Windows, as its layers suggest, schedule the pods on Windows nodes/,
        never: /Update the container runtime|redirect/,
      },
    ],
    [
      'an image that is named for Windows needs no other runtime',
      `${OWN}-ltsc2019`,
      pulled(
        OWN,
        'failed to do request: Get "https://go.microsoft.com/fwlink/?linkid=2069158": dial tcp 203.0.113.9:443: i/o timeout',
      ),
      { node: { runtime: 'containerd://1.1.4' } },
      { first: /^Schedule the pods on Windows nodes/, never: /Update the container runtime/ },
    ],
  ])('%s', expectRow)
})

describe('what is no image that this runtime can unpack', () => {
  const WASM = 'failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers'
  test.each<Row>([
    [
      'Docker names the type of an artifact',
      OWN,
      'Encountered remote "application/vnd.oras.config.v1+json"(unknown) when fetching',
      { node: DOCKER },
      { first: /^Use the name of a container image/, never: /Build and push the image again/ },
    ],
    [
      'a plugin of Docker is an artifact too',
      OWN,
      'Encountered remote "application/vnd.docker.plugin.v1+json"(plugin) when fetching',
      { node: DOCKER },
      { first: /^Use the name of a container image/ },
    ],
    [
      'the type of an image that an old Docker does not know is no artifact',
      OWN,
      'Encountered remote "application/vnd.oci.image.config.v1+json"(unknown) when fetching',
      { node: { runtime: 'docker://1.13.1' } },
      { never: /Use the name of a container image|Helm chart/ },
    ],
    [
      'an old containerd can not unpack WebAssembly modules, if the image has them',
      OWN,
      WASM,
      { node: { runtime: 'containerd://1.6.24' } },
      { says: /^If the image's layers are WebAssembly modules, .*1\.6\.25/m },
    ],
  ])('%s', expectRow)
})

describe('what another runtime can unpack', () => {
  const LAYER_OF = (why: string) => `failed to extract layer sha256:${LAYER}: ${why}: unknown`
  const WINDOWS = { runtime: 'containerd://2.0.0', os: 'windows' }
  const SNAPSHOT = String.raw`\\\\?\\C:\\ProgramData\\containerd\\root\\io.containerd.snapshotter.v1.windows\\snapshots\\2`
  test.each<Row>([
    // cri-o/cri-o#2157.
    [
      'the digest of an index, with a newer CRI-O',
      `registry.example/team/api@sha256:${LAYER}`,
      "Digest of source image's manifest would not match destination reference",
      { node: { runtime: 'cri-o://1.11.1', kubelet: 'v1.11.1' } },
      {
        first: /^Update the container runtime on node node-1 \(cri-o 1\.11\.1\).*crane digest --platform/,
        never: /unpacked on the node|damages images/,
      },
    ],
    [
      'nothing else, where CRI-O is new enough for the digest of an index',
      `registry.example/team/api@sha256:${LAYER}`,
      "Digest of source image's manifest would not match destination reference",
      { node: { runtime: 'cri-o://1.34.1', kubelet: 'v1.34.1' } },
      {
        first: /^Remove the image from the cache of registry\.example/,
        never: /Update the container runtime|Nothing is damaged/,
      },
    ],
    // dragonflyoss/nydus#639.
    [
      "a layer of Nydus, with Nydus' snapshotter",
      OWN,
      pulled(
        OWN,
        'apply layer error for "registry.example/team/api:3": unsupported diff media type: application/vnd.oci.image.layer.nydus.blob.v1',
      ),
      {},
      { first: /^Use the tag of the ordinary image/, never: /old format|compression=gzip/ },
    ],
    // containerd/containerd#7716; another file system helps where it can't hold them.
    [
      'a whiteout that the runtime may not make, with full rights',
      OWN,
      LAYER_OF('failed to convert whiteout file "usr/lib/.wh.x": operation not permitted'),
      { node: { runtime: 'containerd://1.6.10' } },
      {
        first: /whiteouts.*fuse-overlayfs \(a snapshotter.*If it has full rights, .*findmnt/,
        never: /ext4|NFS/,
      },
    ],
    [
      'with CRI-O, by its own setting, as it has no snapshotters',
      OWN,
      'processing tar file(failed to convert whiteout file "x": operation not permitted): exit status 1',
      { node: { runtime: 'cri-o://1.28.2' } },
      { first: /fuse-overlayfs \(mount_program/, never: /snapshotter/ },
    ],
    [
      'a whiteout that the file system can not hold, on another one',
      OWN,
      LAYER_OF('failed to convert whiteout file "usr/lib/.wh.x": operation not supported'),
      { node: { runtime: 'containerd://1.6.10' } },
      { first: /^Put \/var\/lib\/containerd/ },
    ],
    [
      'a layer for Docker with the image store of containerd, on a file system that holds its files',
      OWN,
      LAYER_OF('failed to convert whiteout file "usr/lib/.wh.x": operation not supported'),
      { node: { runtime: 'docker://29.1.0' } },
      { first: /^Put \/var\/lib\/containerd/, never: /\/var\/lib\/docker/ },
    ],
    // devcontainers/features#1658.
    [
      'an overlay on an overlay, on a volume',
      OWN,
      LAYER_OF(
        'failed to mount /var/lib/containerd/tmpmounts/containerd-mount2: mount source: "overlay", target: "/var/lib/containerd/tmpmounts/containerd-mount2", fstype: overlay, flags: 0, data: "workdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/work,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs", err: invalid argument',
      ),
      { node: { runtime: 'docker://29.0.1' } },
      {
        first: /^See which file system holds \/var\/lib\/containerd on node node-1.*findmnt -T/,
        says: /journalctl -u containerd -u docker/,
      },
    ],
    // microsoft/hcsshim#1445, #2294.
    [
      'a layer that Windows has no library for, with its feature Containers',
      OWN,
      LAYER_OF(`hcsshim::ProcessBaseLayer ${SNAPSHOT}: The specified module could not be found.`),
      { node: WINDOWS },
      { first: /Install-WindowsFeature -Name Containers/, never: /[Pp]ush the image|proxy/ },
    ],
    [
      'a layer that Windows failed at once, with the next attempt',
      OWN,
      LAYER_OF(`hcsshim::ProcessUtilityVMImage ${SNAPSHOT}\\UtilityVM: Incorrect function.`),
      { node: WINDOWS },
      {
        first: /^Wait for the next attempt/,
        says: /ProcessUtilityVMImage: "Incorrect function\."/,
        never: /[Pp]ush the image|proxy/,
      },
    ],
  ])('%s', expectRow)
})

describe('where the settings of a platform are', () => {
  const rhcos = { ...CRIO, osImage: 'Red Hat Enterprise Linux CoreOS 416.94.202408260940-0' }
  const PLAIN =
    'pinging container registry registry.example: 400 The plain HTTP request was sent to HTTPS port'
  const AUTHORITY =
    'Head "https://registry.example/v2/team/api/manifests/3": tls: failed to verify certificate: x509: certificate signed by unknown authority'
  test.each<Row>([
    [
      "OpenShift writes its nodes' NO_PROXY from an object",
      'nexus.example/app/web:1.0',
      INTERNAL,
      { node: rhcos },
      { says: /add nexus\.example to spec\.noProxy of proxy\.config\.openshift\.io\/cluster/ },
    ],
    [
      'minikube passes on the proxy of its own environment',
      OWN,
      pulled(OWN, 'Head "https://registry.example/v2/": dial tcp 203.0.113.9:443: i/o timeout'),
      {
        node: { name: 'minikube', labels: { 'minikube.k8s.io/name': 'minikube' } },
        pod: { node: 'minikube' },
      },
      { says: /HTTPS_PROXY in the environment of `minikube start -p minikube`/ },
    ],
    [
      'Docker has a list of registries that it may ask over HTTP',
      OWN,
      PLAIN,
      { node: DOCKER },
      {
        says: /^Remove registry\.example from insecure-registries in \/etc\/docker\/daemon\.json/m,
        never: /registry-mirrors/,
      },
    ],
    [
      'OpenShift has it in an object',
      OWN,
      PLAIN,
      { node: rhcos },
      { says: /^Remove registry\.example from registrySources\.insecureRegistries/m, never: /MirrorSet/ },
    ],
    [
      'RKE2 of some releases uses an authority only for hosts under mirrors',
      OWN,
      pulled(OWN, AUTHORITY),
      { node: { kubelet: 'v1.27.12+rke2r1' } },
      { says: /RKE2 before v1\.27\.13, .* only for hosts under mirrors: .*"https:\/\/registry\.example"/ },
    ],
    [
      'K3s of others uses it for all',
      OWN,
      pulled(OWN, AUTHORITY),
      { node: { kubelet: 'v1.32.1+k3s1' } },
      { says: /configs\."registry\.example"\.tls\.ca_file/, never: /under mirrors/ },
    ],
  ])('%s', expectRow)
})

describe('what a text does and does not say', () => {
  const PAGE = (status: number, ref: string) =>
    `Error reading manifest 1 in ${ref}: error parsing HTTP ${status} response body: invalid character '<' looking for beginning of value: "<HTML><HEAD><TITLE>Error</TITLE></HEAD></HTML>"`
  test.each<Row>([
    [
      'the signer that a policy requires, and the one who signed, by an older CRI-O',
      'quay.io/crio/signed',
      'Source image rejected: Required email wrong@mail.com not found (got []string{"me@acme.example"})',
      { reason: 'SignatureValidationFailed', node: CRIO },
      { says: /requires the signer wrong@mail\.com, and the image was signed by me@acme\.example;/ },
    ],
    [
      'both, by a newer one',
      'quay.io/crio/signed',
      'Source image rejected: Required email "wrong@mail.com" not found (got ["me@acme.example"])',
      { reason: 'SignatureValidationFailed', node: CRIO },
      { says: /requires the signer wrong@mail\.com, and the image was signed by me@acme\.example;/ },
    ],
    [
      'the socket of a Docker that does not run',
      OWN,
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      { reason: 'ImageInspectError', node: DOCKER },
      { says: /nothing answers at \/var\/run\/docker\.sock systemctl/ },
    ],
    [
      'a page with status 404 of a network of caches may stand for a missing image',
      'registry.redhat.io/a/b:1',
      PAGE(404, 'registry.redhat.io/a/b'),
      { node: CRIO },
      { says: /is not there \(yet\)[\s\S]*--check-images/, never: /says nothing about the image/ },
    ],
    [
      'one with status 503 does not',
      'registry.redhat.io/a/b:1',
      PAGE(503, 'registry.redhat.io/a/b'),
      { node: CRIO },
      { says: /says nothing about the image/, never: /--check-images/ },
    ],
    [
      'a look-up that failed before a DNS server was asked',
      OWN,
      'error pinging docker registry registry.example: Get "https://registry.example/v2/": dial tcp: lookup registry.example: device or resource busy',
      { node: CRIO },
      {
        says: /own look-up failed before any DNS server answered[\s\S]*only the runtime can't look it up/,
        never: /name does not exist/,
      },
    ],
    [
      'a registry that wants a token and does not say for what',
      OWN,
      pulled(OWN, 'no scope specified for token auth challenge'),
      { says: /refused the pull/, never: /doesn't recognize/ },
    ],
    [
      'a registry that was switched off, behind whose name nothing listens anymore',
      'registry.opensource.zalan.do/teapot/external-dns:v0.5.7',
      pulled(
        'registry.opensource.zalan.do/teapot/external-dns:v0.5.7',
        'Head "https://registry.opensource.zalan.do/v2/": dial tcp 52.215.109.161:443: i/o timeout',
      ),
      { first: /^Use registry\.k8s\.io\/external-dns\/external-dns:v0\.5\.7/, never: /firewall/ },
    ],
    [
      "JFrog's credential provider, on a node of a cloud",
      'acme.jfrog.io/hub/api:1',
      'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      { node: EKS },
      {
        first: /^Run `docker login acme\.jfrog\.io`/,
        says: /credential provider \(jfrog-credential-provider\)/,
      },
    ],
    [
      "no kubelet had JFrog's provider built in",
      'acme.jfrog.io/hub/api:1',
      'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      { node: { provider: 'aws', kubelet: 'v1.34.2' } },
      { says: /the kubelet has none of its own\. If it is/, never: /since Kubernetes/ },
    ],
    [
      'nodes elsewhere have no identity for it',
      'acme.jfrog.io/hub/api:1',
      'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      { first: /^Run `docker login acme\.jfrog\.io`/, never: /jfrog-credential-provider/ },
    ],
  ])('%s', expectRow)

  test.each([
    'PLACEHOLDER_IMAGE',
    'image-placeholder',
    'placeholder-image:latest',
    'BACKEND_IMAGE',
    'API_IMAGE_TAG',
  ])('the image %s was never set', image => {
    const error = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
    expectReport({ image, error, reason: 'InvalidImageName' }, { first: /^Fill in the placeholder/ })
  })

  test.each(['MyApp', 'ACME_API'])('the image %s is only in capitals', image => {
    const error = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format: repository name (library/${image}) must be lowercase`
    expectReport({ image, error, reason: 'InvalidImageName' }, { first: /must be lower case/ })
  })
})
