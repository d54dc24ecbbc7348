/** Reports on images that are missing, or that are something else than an image for the node. */
import { test } from 'vitest'
import { pulled, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { type Expected, expectReport, expectRow, type Row } from './texts-of.ts'

const OWN = 'registry.example/team/api:3'
const VOLUME = container({
  name: 'weights',
  kind: 'volume',
  image: OWN,
  state: waiting('ErrImagePull', 'registry.example/team/api:3: not found'),
})
const ZARF = '127.0.0.1:31999/library/nginx:1.27-zarf-3793515731'
const ofDeployment = (image: string) => ({
  controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-1', uid: 'o' },
  containers: [
    container({
      image,
      state: waiting('InvalidImageName', `couldn't parse image name "${image}": invalid reference format`),
    }),
  ],
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
])('the image of %s is corrected where that lasts', (_name, fields, expected) => {
  const containers = [container({ image: OWN, state: waiting('ErrImagePull', MISSING.error) })]
  expectReport({ ...MISSING, pod: { ...fields, containers } }, expected)
})

test.each<Row>([
  [
    'a tag with a v in a project that still publishes at gcr.io',
    {
      image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:v2.14.1',
      error: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:v2.14.1: not found',
    },
    { first: /tags have no v, as in 2\.14\.1/, never: /shut down|where it is published now/ },
  ],
  [
    'a tag that ECR may keep in its archive',
    {
      image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/payroll/engine:2026.04.2',
      error: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/payroll/engine:2026.04.2: not found',
    },
    {
      says: /ARCHIVED.* aws ecr describe-images --registry-id 111122223333 --region eu-west-1 --repository-name payroll\/engine --image-ids imageTag=2026\.04\.2$/m,
    },
  ],
  [
    "a tag of Amazon's own registry, which others can't look into",
    {
      image: '602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/coredns:v1.11.9',
      error: '602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/coredns:v1.11.9: not found',
    },
    { never: /ARCHIVED/ },
  ],
  [
    'a digest that lost a digit',
    {
      image: `quay.io/acme/app:1@sha256:${'a'.repeat(63)}`,
      error: "couldn't parse image name: invalid checksum digest length",
      reason: 'InvalidImageName',
    },
    { says: /rules of image names: the digest has 63 digits/, never: /uppercase letters/ },
  ],
  [
    "a number in an image's host, which other images of the chart have, too",
    '6.02401143452e+11.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni-init:v1.15.1',
    "couldn't parse image name: invalid reference format",
    { reason: 'InvalidImageName' },
    { first: /--set-string.*any other image with the same number/, never: /set image/ },
  ],
  [
    'a configuration that lists other layers',
    OWN,
    "Error response from daemon: layers from manifest don't match image configuration",
    { says: /lists different layers than its manifest/, never: /rmi/ },
  ],
  [
    'a layer that a cache in front of a public registry lost',
    'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.5.0',
    'error pulling image configuration: download failed after attempts=1: unknown blob',
    {
      first: /^Look for a proxy or mirror between the nodes and registry\.k8s\.io/,
      says: /HTTPS_PROXY/,
      never: /Push/,
    },
  ],
  [
    'a manifest that it lost',
    'registry.k8s.io/pause:3.10',
    'failed to pull and unpack image "registry.k8s.io/pause:3.10": failed to copy: httpReadSeeker: failed open: content at https://registry.k8s.io/v2/pause/manifests/sha256:d01e759a006ea9c0761efc35e3885245f4a05f08130d5bb20329fb7d6f52bf76 not found: not found',
    {
      first: /^Look for a proxy or mirror .* a manifest that the tag's index lists is missing/,
      never: /Push/,
    },
  ],
  [
    'an image of a publisher at a registry that is no cache',
    'quay.io/team/redis:8',
    'quay.io/team/redis:8: not found',
    { says: /has no (?:such|image)/, never: /behind a proxy cache/ },
  ],
  [
    'a registry in front of a full name, which may be no cache',
    'hub.corp/quay.io/team/api:3',
    'hub.corp/quay.io/team/api:3: not found',
    {
      says: /if hub\.corp fetches such images.*the name would be hub\.corp\/team\/api:3/s,
      never: /is a cache that/,
    },
  ],
  [
    'CoreDNS one level too high',
    'mirror.example/coredns:v1.11.3',
    'mirror.example/coredns:v1.11.3: not found',
    { first: /set dns\.imageRepository to mirror\.example\/coredns/ },
  ],
  [
    'CoreDNS where a cache of registry.k8s.io has it',
    'cache.example/registry.k8s.io/coredns/coredns:v1.11.3',
    'cache.example/registry.k8s.io/coredns/coredns:v1.11.3: not found',
    { says: /Check/, never: /without the second level|dns\.imageRepository/ },
  ],
  [
    'CoreDNS one level too low',
    'mirror.example/k8s/coredns/coredns:v1.11.3',
    'mirror.example/k8s/coredns/coredns: not found',
    { first: /without the second level, as mirror\.example\/k8s\/coredns\)/ },
  ],
  [
    'a minor version of what Kubernetes releases',
    'registry.k8s.io/kubectl:1.32',
    'registry.k8s.io/kubectl:1.32: not found',
    { first: /whole versions, such as v1\.32\.0/ },
  ],
  [
    'a variable that nothing replaced',
    '$PREFIX/shop:1',
    'invalid reference format',
    { reason: 'InvalidImageName' },
    { first: /^Fill in \$PREFIX in .*envsubst/, never: /See what is wrong/ },
  ],
  [
    "Harbor's words for what its proxy project can't fetch",
    OWN,
    'Error response from daemon: unknown: repository team/api not found',
    { says: /proxy cache project of Harbor/ },
  ],
  [
    'an old format on a node with Docker, which refuses it since another version than containerd does',
    'docker/whalesay',
    '[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default and will be removed in an upcoming release.',
    { node: { runtime: 'docker://27.5.1' } },
    { says: /\(Docker since version 26, or earlier with/, never: /containerd since/ },
  ],
  [
    'a name that is right in lower case',
    'ghcr.io/AcmeCorp/Orders:1.9-RC',
    'couldn\'t parse image name "ghcr.io/AcmeCorp/Orders:1.9-RC": invalid reference format',
    { reason: 'InvalidImageName', pod: ofDeployment('ghcr.io/AcmeCorp/Orders:1.9-RC') },
    { says: /=ghcr\.io\/acmecorp\/orders:1\.9-RC$/m },
  ],
  [
    'a name whose word in capitals is to be replaced',
    'acme/YOUR_IMAGE:1',
    'couldn\'t parse image name "acme/YOUR_IMAGE:1": invalid reference format',
    { reason: 'InvalidImageName', pod: ofDeployment('acme/YOUR_IMAGE:1') },
    { says: /=<image>/, never: /your_image/ },
  ],
  [
    'a layer that the registry lacks',
    OWN,
    'Error response from daemon: error pulling image configuration: unknown blob',
    { first: /Push the image to registry\.example again/, never: /has no such/ },
  ],
  [
    'a manifest that does not fit its digest',
    OWN,
    'failed commit on ref "manifest-sha256:0f5a": "manifest-sha256:0f5a" failed size validation: 7 != 9: failed precondition',
    { first: /cache of registry\.example/, never: /crictl rmi|unpacked/ },
  ],
  [
    'an artifact without the configuration of an image',
    OWN,
    `failed to pull and unpack image "${OWN}": number of layers and diffIDs don't match: 1 != 0`,
    { first: /the artifact under this name is something else/, never: /crictl rmi/ },
  ],
  [
    'a digest that was written as a tag',
    `registry.example/team/api:${'0f'.repeat(32)}`,
    `registry.example/team/api:${'0f'.repeat(32)}: not found`,
    { says: /the form of a digest, which is written with @sha256:/ },
  ],
  [
    'a tag that only looks a little like a digest',
    'registry.example/team/api:0f0f0f0',
    'registry.example/team/api:0f0f0f0: not found',
    { never: /the form of a digest/ },
  ],
  [
    'a layer that is missing, not the image',
    OWN,
    'Error response from daemon: error pulling image configuration: unknown blob',
    { short: /^incomplete images$/ },
  ],
  [
    'a tag that is missing where a missing repository gets the same answer',
    OWN,
    'manifest for registry.example/team/api:3 not found: manifest unknown',
    { says: /it or the name before it is misspelled/, never: /The repository exists/ },
  ],
  [
    'a tag that is missing where a missing repository is refused',
    'quay.io/team/api:3',
    'reading manifest 3 in quay.io/team/api: manifest unknown',
    { says: /The repository exists, but this tag does not/ },
  ],
  [
    'an image that its publisher removed',
    'gcr.io/kubebuilder/kube-rbac-proxy:v0.8.0',
    'reading manifest v0.8.0 in gcr.io/kubebuilder/kube-rbac-proxy: manifest unknown',
    { first: /^Use registry\.k8s\.io/, says: /was removed by its publisher/, never: /The repository exists/ },
  ],
  [
    'an image at the website, with a part of its path that only the site has',
    'hub.docker.com/r/acme/app:1.2',
    'hub.docker.com/r/acme/app:1.2: not found',
    {
      first: /Write docker\.io instead of hub\.docker\.com/,
      says: /docker\.io\/acme\/app:1\.2/,
      never: /=hub\.docker/,
    },
  ],
  [
    "the page of an image at GitHub's website",
    'github.com/orgs/acme/packages/container/app:1.2',
    'github.com/orgs/acme/packages/container/app:1.2: not found',
    { first: /Write ghcr\.io instead of github\.com/, says: /=ghcr\.io\/acme\/app:1\.2/ },
  ],
  [
    'an image of an organization that is called repository',
    'quay.io/repository/app:1.2',
    'manifest unknown: manifest unknown',
    { says: /Check the name/, never: /website/ },
  ],
  [
    'the image of a volume',
    OWN,
    'registry.example/team/api:3: not found',
    {
      pod: {
        containers: [VOLUME],
      },
    },
    {
      says: /belongs to the pod's volume weights[\s\S]*image of volume weights \(image\.reference under volumes\)/,
    },
  ],
  [
    'the image of a volume that a custom resource sets in a field of its own',
    OWN,
    'registry.example/team/api:3: not found',
    {
      pod: {
        controller: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'gis', uid: 'gis' },
        containers: [VOLUME],
      },
    },
    { says: /extension in spec\.postgresql\.extensions/, never: /under volumes/ },
  ],
  [
    'a registry that moved the repository to another one',
    'quay.io/acme/app:1',
    'manifest unknown: this repository has been moved to ghcr.io/acme-labs/app.',
    { first: /^Use ghcr\.io\/acme-labs\/app:1 instead/, never: /most likely/ },
  ],
  [
    'a mirror whose name somebody replaced, for a registry that the node may not ask',
    'curlimages/curl',
    '(Mirrors also failed: [<mirror_ip>:5000/curlimages/curl:latest: reading manifest latest in <mirror_ip>:5000/curlimages/curl: manifest unknown]): docker.io/curlimages/curl:latest: registry docker.io is blocked in /etc/containers/registries.conf',
    {
      first: /^Copy the image to the mirror <mirror_ip>:5000/,
      says: /The mirror <mirror_ip>:5000 does not have this image/,
      never: /Docker Hub has no such/,
    },
  ],
  [
    'a list of mirrors at which the text was cut off',
    'quay.io/acme/cli:13',
    'Failed to pull image "quay.io/acme/cli:13": (Mirrors also failed: [mirror.example:5000/acme/cli:13:\n  reading manifest 13 : artifact not found])',
    { says: /The mirror mirror\.example:5000 does not have/, never: /quay\.io has no/ },
  ],
  [
    'a blocked registry with one mirror, which is the one that answered',
    'quay.io/acme/cli:13',
    '(Mirrors also failed: [mirror.example:5000/acme/cli:13: reading manifest 13 in mirror.example:5000/acme/cli: manifest unknown]): quay.io/acme/cli:13: registry quay.io/acme is blocked in /etc/containers/registries.conf',
    { says: /The mirror mirror\.example:5000 does not have/, never: /mirrors failed|last host/ },
  ],
  [
    'a chart in the place of an image, whose repository has no images',
    OWN,
    'parsing image configuration: unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"',
    { says: /set image \S+ app=<image>/ },
  ],
  // oras-project/oras#119.
  ...[
    'Error response from daemon: unsupported media type application/vnd.unknown.config.v1+json',
    'unsupported image-specific operation on artifact with type "application/vnd.unknown.config.v1+json"',
    'Error response from daemon: unsupported media type application/vnd.acme.model.config.v1+json',
  ].map(
    (error): Row => [
      `files of any kind in the place of an image: ${error}`,
      OWN,
      error,
      { first: /^Use the name of a container image/, never: /push the image|Build and push/ },
    ],
  ),
  [
    "OpenShift's own registry, which is switched off or which the node does not know",
    'image-registry.openshift-image-registry.svc:5000/web/app:1',
    'dial tcp: lookup image-registry.openshift-image-registry.svc on 10.0.0.2:53: no such host',
    { first: /managementState Removed/, never: /resolv\.conf|cluster's DNS/ },
  ],
  [
    'a tag that Quay remembers',
    'quay.io/acme/operator:0.4.1-ed5de33',
    'reading manifest 0.4.1-ed5de33 in quay.io/acme/operator: unknown: Tag 0.4.1-ed5de33 was deleted or has expired. To pull, revive via time machine',
    { first: /restore this one from its tag history at quay\.io/, never: /typo|misspelled/ },
  ],
  [
    'a version that may lack its v',
    'quay.io/acme/operator:1.15.3',
    'quay.io/acme/operator:1.15.3: not found',
    { first: /tags start with v, as in v1\.15\.3/ },
  ],
  [
    'a version of an official image in another registry, which has no v to remove',
    '127.0.0.1:31865/library/registry:2.8.3',
    '127.0.0.1:31865/library/registry:2.8.3: not found',
    { says: /Check the name and the tag/, never: /have no v/ },
  ],
  [
    'a version that may lack its last part',
    'rancher/kubectl:v1.34',
    'docker.io/rancher/kubectl:v1.34: not found',
    { first: /whole versions, such as v1\.34\.0/ },
  ],
  [
    'a cache of Harbor, one version of which has this answer for all images of Docker Hub',
    'harbor.example/docker.io/library/nginx:1.29.1',
    'failed to pull and unpack image "harbor.example/docker.io/library/nginx:1.29.1": failed to resolve reference "harbor.example/docker.io/library/nginx:1.29.1": harbor.example/docker.io/library/nginx:1.29.1: not found',
    { first: /Check the name/, says: /goharbor\/harbor#23025/, never: /start with v/ },
  ],
  [
    'a copy that was pushed by hand, with the digest of its original',
    `registry.acme.dev/ingress/certgen:v1.5.4@sha256:${'a'.repeat(64)}`,
    'not found',
    { first: /skopeo copy --all.*`digest: ""`/ },
  ],
  [
    'an image of another architecture, by its name',
    'acme/velero-plugin-arm:1',
    'no match for platform in manifest: not found',
    { node: { architecture: 'amd64' } },
    { first: /built for linux\/amd64 \(the name of this one says arm\)/ },
  ],
  [
    "an image whose name has the node's architecture, or that of other boards like it",
    'acme/arm64v8-tools:1-arm',
    'no match for platform in manifest: not found',
    { node: { architecture: 'arm64' } },
    { first: /built for linux\/arm64, or/ },
  ],
  [
    'a digest at a registry that holds no copies',
    `quay.io/acme/certgen:v1.5.4@sha256:${'a'.repeat(64)}`,
    'not found',
    { first: /^Check the digest/, never: /skopeo/ },
  ],
  [
    'a tag with a v, which the repository may not have',
    'acme/server:v0.21.1',
    'manifest unknown',
    { first: /no v, as in 0\.21\.1/ },
  ],
  // zarf-dev/zarf#4640 and #4998
  [
    'a name that Zarf made, whose image no package brought',
    ZARF,
    pulled(ZARF, `${ZARF}: not found`),
    {
      never: /set image/,
      first: /^Add the image to the images of a Zarf package.*127\.0\.0\.1:31999.*agent=ignore/,
    },
  ],
  [
    'a tag that somebody ended like those of Zarf',
    `${OWN}-zarf-2`,
    pulled(`${OWN}-zarf-2`, `${OWN}-zarf-2: not found`),
    { never: /Zarf/ },
  ],
  [
    'the embedded registry of RKE2, where no node has the image',
    OWN,
    pulled(
      OWN,
      'unexpected status from HEAD request to https://127.0.0.1:9345/v2/team/api/manifests/3?ns=registry.example: 404 Not Found',
    ),
    {
      first: /^Load the image on a node.*5001 and 9345/,
      says: /says nothing about the image/,
      never: /upstream/,
    },
  ],
])('the report fits %s', expectRow)
