/** Reports on what a registry passes on of its own upstream, what an earlier pull left behind, and what is true only for some nodes. */
import { describe, expect, test } from 'vitest'
import { narrowNode } from '../../src/source/narrow/related-objects.ts'
import { pulled, type Situation } from '../advice/situation.ts'
import { expectRow, type Row, sandboxOf, textsOf } from './texts-of.ts'

const DIGEST = 'dd5f1c5d14a8a72aa4ca51224c26a661c2e4f19ea3e5f9b7d8343f4952de5f0d'
const STREAM = 'image-registry.openshift-image-registry.svc:5000/openshift/jenkins:2'

/** openshift/image-registry, pkg/errors. */
const passedOn = (source: string, why: string): Situation => ({
  image: STREAM,
  error: `Error reading manifest 2 in image-registry.openshift-image-registry.svc:5000/openshift/jenkins: unknown: unable to pull manifest from ${source}: ${why}`,
})

describe("what OpenShift's registry met where it wanted to fetch an image", () => {
  test.each<Row>([
    [
      'a refusal is one of its own login',
      passedOn(
        `quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:${DIGEST}`,
        'unauthorized: access to the requested resource is not authorized',
      ),
      {
        short: /the upstream registry of/,
        first:
          /^Give image-registry\.\S+ a login that may pull quay\.io\/openshift-release-dev\/ocp-v4\.0-art-dev,.*one for quay\.io in the cluster's own \(pull-secret in namespace openshift-config\).*kubectl -n openshift describe imagestream jenkins/,
        never: /system:image-puller|typo|start-build/,
      },
    ],
    [
      'a refusal may come with the address',
      passedOn(
        'registry.redhat.io/ocp/jenkins:2',
        'Get "https://registry.redhat.io/v2/ocp/jenkins/manifests/2": unauthorized: Please login to the Red Hat Registry',
      ),
      { first: /^Give image-registry\.\S+ a login that may pull registry\.redhat\.io\/ocp\/jenkins,/ },
    ],
    [
      'a name that it could not resolve is not for the node to resolve',
      passedOn(
        'cp.icr.io/cp/kafka:2',
        'Get https://cp.icr.io/v2/: dial tcp: lookup cp.icr.io on 10.166.0.10:53: no such host',
      ),
      {
        says: /could not fetch the image from cp\.icr\.io\. That does not prove/,
        first: /^Let image-registry\.\S+ reach cp\.icr\.io/,
        never: /mirror|getent|resolv\.conf/,
      },
    ],
    [
      'a proxy that lets it through to nobody is no matter of a login',
      passedOn('quay.io/acme/jenkins:2', 'Get "https://quay.io/v2/": Forbidden'),
      { first: /^Let image-registry\.\S+ reach quay\.io .*proxy settings/, never: /a login that may pull/ },
    ],
    [
      'a certificate that it did not accept is not for the node to trust',
      passedOn(
        'registry.example/team/api:2',
        'Get "https://registry.example/v2/": x509: certificate signed by unknown authority',
      ),
      { first: /^Let image-registry\.\S+ trust the authority of the certificate/, never: /on node node-1/ },
    ],
    [
      'a request without a login reached its upstream',
      passedOn(
        'docker.io/acme/jenkins:2',
        'Get "https://registry-1.docker.io/v2/acme/jenkins/manifests/2": no basic auth credentials',
      ),
      {
        says: /with logins of its own \(those of the cluster and of the image stream\)/,
        first:
          /^Give image-registry\.\S+ a login that may pull docker\.io\/acme\/jenkins, if that still exists/,
        never: /cache rule|remote repository/,
      },
    ],
    [
      'a limit on pulls is no matter of its network',
      passedOn(
        'docker.io/acme/jenkins:2',
        'Get "https://registry-1.docker.io/v2/acme/jenkins/manifests/2": received unexpected HTTP status: 429 Too Many Requests',
      ),
      { says: /is a cache whose upstream registry limits its pulls/, never: /its own network|throttles/ },
    ],
    [
      'what it found missing there is missing',
      passedOn('docker.io/jenkins/jenkins:2', 'manifest unknown: manifest unknown'),
      { short: /image not found/, first: /^See whether image stream openshift\/jenkins has the tag 2/ },
    ],
  ])('%s', expectRow)
})

describe('what an interrupted pull left in the content store of an old containerd', () => {
  const folder = `/var/lib/containerd/io.containerd.content.v1.content/ingest/${DIGEST}`
  const image = 'registry.example/team/api:3'
  const error = `failed to pull and unpack image "${image}": failed reading status of resume write: stat ${folder}/data: no such file or directory: not found`
  test('is named, and the image is not said to have arrived', () => {
    const { all, first } = textsOf({ image, error, node: { runtime: 'containerd://1.2.9' } })
    expect(first).toContain(`Remove ${folder} on node node-1, which an interrupted pull left there`)
    expect(all).not.toMatch(/arrived|damages images|damaged at its publisher/)
  })
  test('needs a restart of what runs containerd', () => {
    const node = { runtime: 'containerd://1.2.9-k3s1', kubelet: 'v1.16.3+k3s1' }
    expect(textsOf({ image, error, node }).first).toMatch(/and restart k3s/)
  })
})

describe('a login for ECR that it refused', () => {
  const registry = '123456789012.dkr.ecr.ap-southeast-2.amazonaws.com'
  const image = `${registry}/app:1.4`
  const error = `Error response from daemon: pull access denied for ${registry}/app, repository does not exist or may require 'docker login'`
  test('is renewed before the name is checked, which ECR would not hide', () => {
    const { all, first } = textsOf({
      image,
      error,
      secret: { entries: [{ key: registry, username: 'AWS', problem: null }] },
    })
    expect(first).toMatch(/^Log in again .*expire after 12 hours/)
    expect(all).toMatch(/a token for ECR lasts for 12 hours/)
    expect(all).not.toMatch(/gives the same answer|does not exist under this name/)
  })
})

test("Amazon's image of App Mesh needs no policy of its repository", () => {
  const image = '840364872350.dkr.ecr.us-west-2.amazonaws.com/amazon/appmesh-controller:v1.12.5'
  const error = pulled(
    image,
    'User: arn:aws:sts::111111111111:assumed-role/node/i-1 is not authorized to perform: ecr:BatchGetImage',
  )
  const { all } = textsOf({ image, error, node: { provider: 'aws' } })
  expect(all).toMatch(/AmazonEC2ContainerRegistryPullOnly/)
  expect(all).not.toMatch(/repository policy/)
})

describe('the way to a node that lacks its pause image', () => {
  const image = 'registry.example/pause:3.9'
  const denied = `failed to get sandbox image "${image}": failed to pull image "${image}": ${pulled(image, 'failed to do request: Head "https://registry.example/v2/pause/manifests/3.9": dial tcp 10.1.2.3:443: connect: connection refused')}`
  const sandbox = sandboxOf(image, denied)
  test.each<[string, NonNullable<Situation['node']>, RegExp]>([
    [
      'Ubuntu in AWS',
      { provider: 'aws' },
      /Connect to node node-1 by SSH, or in a session of AWS Systems Manager/,
    ],
    ['Windows', { os: 'windows', runtime: 'containerd://1.7.0' }, /Connect to node node-1 by RDP or SSH: /],
    [
      'Fargate, which has no other way either',
      { provider: 'aws', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } },
      /on a machine in the same subnets.*Fargate gives no shell/,
    ],
  ])('needs no debug pod: %s', (_name, node, says) => {
    const { all } = textsOf({
      image,
      error: denied,
      node,
      pod: { containers: [sandbox] },
    })
    expect(all).toMatch(says)
    expect(all).not.toMatch(/kubectl debug|HostProcess/)
  })
  const unpackable = `failed to get sandbox image "${image}": failed to pull and unpack image "${image}": unable to initialize unpacker: no unpack platforms defined: invalid argument`
  test.each<[string, string, Situation['pod']]>([
    ['nothing to unpack its pause image with', '', { containers: [sandboxOf(image, unpackable)] }],
    [
      'no runtime that serves the kubelet',
      `Failed to inspect image "${image}": rpc error: code = Unimplemented desc = unknown service runtime.v1.ImageService`,
      {},
    ],
    [
      'no runtime that answers',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
      {},
    ],
  ])('needs no debug pod where it has %s', (_what, error, fields) => {
    const { all } = textsOf({ image, error, node: { runtime: 'containerd://2.1.4' }, pod: fields ?? {} })
    expect(all).toMatch(/Connect to node node-1 by SSH: .*starts no debug pod/)
    expect(all).not.toMatch(/kubectl debug/)
  })
  test('is not SSH in GKE Autopilot', () => {
    const { all } = textsOf({ image, error: denied, pod: { node: 'gk3-pool-1-x', containers: [sandbox] } })
    expect(all).toMatch(/GKE Autopilot gives no shell/)
    expect(all).not.toMatch(/by SSH/)
  })
})

describe('what some nodes do not have', () => {
  test.each<Row>([
    [
      'HostProcess containers, with Docker',
      'registry.example/team/api:3',
      'failed to register layer: re-exec error: exit status 1: output: remove \\\\?\\C:\\ProgramData\\docker\\windowsfilter\\4368\\lsass.exe: Access is denied.',
      { node: { os: 'windows', runtime: 'docker://19.3.13' } },
      { says: /by RDP or SSH(?!, or)/, never: /HostProcess/ },
    ],
    [
      'devicemapper, on Windows',
      'registry.example/team/api:3',
      'write C:\\Windows\\TEMP\\GetImageBlob713357907: There is not enough space on the disk.',
      { node: { os: 'windows', runtime: 'docker://19.3.13' } },
      { says: /larger one/, never: /devicemapper|overlay2/ },
    ],
    [
      "a deadline of its own, on GKE's nodes",
      'registry.example/team/api:3',
      'context canceled',
      {
        node: {
          runtime: 'docker://19.3.13',
          kubelet: 'v1.18.9-gke.1',
          labels: { 'cloud.google.com/gke-nodepool': 'p' },
          provider: 'gce',
        },
      },
      { says: /largest layers are smaller/, never: /progress-deadline/ },
    ],
    [
      "a folder of Docker's for certificates of Docker Hub",
      'nginx:alpine',
      'error pulling image configuration: download failed after attempts=6: x509: certificate signed by unknown authority',
      { node: { runtime: 'docker://20.10.17', labels: { 'minikube.k8s.io/name': 'minikube' } } },
      { says: /~\/\.minikube\/certs/, never: /certs\.d/ },
    ],
  ])('%s', expectRow)
})

test.each<Row>([
  [
    'Docker takes a manifest of a type that it does not know for one without its signature',
    'registry.example/team/api:3',
    'Error response from daemon: missing signature key',
    { node: { runtime: 'docker://1.13.1' } },
    { first: /^Update Docker on node node-1.*oci-mediatypes=false/, never: /oci-mediatypes=true/ },
  ],
  [
    'a new Docker knows all types, so that the registry is at fault',
    'registry.example/team/api:3',
    'Error response from daemon: missing signature key',
    { node: { runtime: 'docker://24.0.7' } },
    { first: /^Push the image again in Docker's own format/, never: /Update Docker/ },
  ],
  [
    'a copy for Linux alone may be of an image for Windows, too',
    'harbor.example/csi/smbplugin:v1.9.0',
    'image operating system "linux" cannot be used on this platform',
    { node: { os: 'windows', runtime: 'docker://19.3.13', kernel: '10.0.17763.5329' } },
    { says: /skopeo copy --all/ },
  ],
  [
    "tags of Amazon's own begin with v",
    '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:2.0',
    '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:2.0: not found',
    { first: /most of Amazon's tags start with v, as in v2\.0\.0/ },
  ],
  [
    "a release reaches Amazon's registry of a region later",
    '602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni-init:v1.20.5',
    '602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni-init:v1.20.5: not found',
    { first: /later than its announcement/, never: /have no v/ },
  ],
  [
    'the log of a host that others run is not for the reader',
    'nginx:1',
    pulled(
      'docker.io/library/nginx:1',
      'unexpected status from HEAD request to https://registry-1.docker.io/v2/library/nginx/manifests/1: 418',
    ),
    { never: /See the log of Docker Hub/ },
  ],
  [
    'the registry of OpenShift 3 has no ingress in front of it',
    '172.30.13.89:5000/test/ruby:1',
    'API error (500): v1 ping attempt failed with error: Get http://172.30.13.89:5000/v1/_ping: read tcp 172.30.13.89:5000: connection reset by peer',
    { says: /kubectl -n default get pods,endpoints -l docker-registry=default/, never: /an ingress/ },
  ],
  [
    "Google's words for a request without a valid login point to the scopes of GKE's nodes",
    'gcr.io/acme/hello:0.0.1',
    "Error response from daemon: unauthorized: You don't have the needed permissions to perform this operation, and you may have invalid credentials.",
    {
      node: {
        runtime: 'docker://19.3.13',
        labels: { 'cloud.google.com/gke-nodepool': 'p' },
        provider: 'gce',
      },
    },
    { first: /access scopes of the node pool/ },
  ],
])('%s', expectRow)

test.each([
  [
    'the label of old clusters',
    { 'failure-domain.beta.kubernetes.io/region': 'cn-north-1' },
    '',
    'cn-north-1',
  ],
  ["AWS's zone", {}, 'aws:///us-gov-west-1a/i-0abc', 'us-gov-west-1'],
  [
    'its own label first',
    { 'topology.kubernetes.io/region': 'eu-west-1' },
    'aws:///eu-west-2a/i-0abc',
    'eu-west-1',
  ],
  ['no zone of AWS', {}, 'gce://acme/us-central1-a/n1', undefined],
])('the region of a node is known by %s', (_name, labels, providerID, region) => {
  const node = narrowNode({ metadata: { name: 'node-1', labels }, spec: { providerID } })
  expect(node?.labels['topology.kubernetes.io/region']).toBe(region)
})
