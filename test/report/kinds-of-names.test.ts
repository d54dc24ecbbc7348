/** Reports on logins that a pod has only by appearance: under another name of the registry, or in a list with an entry that names none. */
import { test } from 'vitest'
import type { Container } from '../../src/snapshot/pod.ts'
import type { Situation } from '../advice/situation.ts'
import { container, ownerLink, waiting } from '../diagnosis/snapshots.ts'
import { expectRow, type Row } from './texts-of.ts'

const HUB_KEY = 'https://index.docker.io/v1/'
const REACHED =
  'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
const limited = (image: string): Situation => ({
  image,
  error: `failed to copy: httpReadSeeker: failed open: unexpected status code https://${image.replace('/', '/v2/').replace(/:[^:]*$/, '')}/manifests/1: 429 Too Many Requests - Server message: ${REACHED}`,
})
const SCOPE =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
const login = { entries: [{ key: HUB_KEY, username: 'acme', problem: null }] }
const chart = {
  owners: [ownerLink('StatefulSet', 'rabbit')],
  pod: {
    controller: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'rabbit', uid: '' },
    pullSecrets: [],
    unnamedSecret: true as const,
  },
}

/** A ReplicaSet's pod that got the policy Always, with its image on the node. */
const forced = (image: string): Situation => {
  const failing = container({ image, pullPolicy: 'Always', state: waiting('ErrImagePull', SCOPE) })
  const template = {
    mark: '6d4',
    images: { [failing.name]: image },
    policies: { [failing.name]: 'IfNotPresent' as const },
    pullSecrets: [],
  }
  return {
    image,
    error: SCOPE,
    node: { images: [`docker.io/${image.includes('/') ? '' : 'library/'}${image}`] },
    pod: {
      controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-6d4', uid: 'web-6d4' },
      templateHash: '6d4',
      containers: [failing],
    },
    owners: [ownerLink('ReplicaSet', 'web-6d4', { template })],
  }
}

const antrea = (name: string, kind: Container['kind'], state = waiting('PodInitializing', '')) =>
  container({ name, kind, state, image: 'projects.registry.vmware.com/antrea/antrea-agent-ubuntu:v1.15.0' })

const NOT_FOR = (host: string) => `x509: certificate is valid for 0a.0b.traefik.default, not ${host}`

test.each<Row>([
  [
    'a name that only leads to Docker Hub, whose login the pod has',
    { ...limited('docker.n8n.io/n8nio/n8n:1.118.2'), login: HUB_KEY },
    {
      short: /^Docker Hub's rate limit$/,
      first:
        /^Write docker\.io instead of docker\.n8n\.io, which is only another name of Docker Hub.* set image \S+ app=docker\.io\/n8nio\/n8n:1\.118\.2/,
      says: /limit for anonymous pulls is used up \(docker\.n8n\.io is another name of it\)/,
      never: /\bcache\b.*don't (?:matter|count)/,
    },
  ],
  [
    'the same name where nobody has a login',
    limited('docker.redpanda.com/redpandadata/redpanda:v23.2.5'),
    {
      first: /^Use docker\.io\/redpandadata\/redpanda:v23\.2\.5, which is the same image/,
      says: /docker login docker\.redpanda\.com/,
    },
  ],
  [
    'a name that may lead to Docker Hub, or to a cache',
    limited('images.acme.example/acme/api:3'),
    {
      first: /^If images\.acme\.example is your own cache, let it use its own login for Docker Hub/,
      says: /if images\.acme\.example is only another name of Docker Hub, .*use docker\.io\/acme\/api:3/,
      never: /is a cache whose upstream/,
    },
  ],
  [
    'a cache by its name',
    limited('nexus.acme.example/acme/api:3'),
    { first: /^Let the cache nexus\.acme\.example use its own login/, never: /another name/ },
  ],
  [
    'an entry without a name, which keeps out the list of the service account',
    'acme/rabbit:4',
    SCOPE,
    { secret: login, account: { imagePullSecrets: ['regcred'] }, ...chart },
    {
      first:
        /^Correct the entry of imagePullSecrets that has no name: give it the name regcred, or remove that list, so that new pods get regcred from service account default .*edit statefulset\/rabbit/,
      never: /older than the pull secret|Recreate the pods/,
    },
  ],
  [
    'an entry without a name beside a secret of its namespace',
    'acme/rabbit:4',
    SCOPE,
    { secret: login, account: {}, ...chart },
    {
      first:
        /give it the name regcred, or give the pods' service account such a secret, and remove that list \(a chart/,
      never: /Add secret regcred/,
    },
  ],
  [
    'an entry without a name where nothing has a login',
    'ghcr.io/acme/rabbit:4',
    'denied: denied',
    { ...chart },
    { first: /give it the name of a pull secret with a login for ghcr\.io/ },
  ],
  [
    'a template whose other containers have the same image',
    'projects.registry.vmware.com/antrea/antrea-agent-ubuntu:v1.15.0',
    'not found',
    {
      owners: [ownerLink('DaemonSet', 'antrea-agent')],
      pod: {
        controller: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'antrea-agent', uid: '' },
        containers: [
          antrea('install-cni', 'init', waiting('ErrImagePull', 'antrea-agent-ubuntu:v1.15.0: not found')),
          antrea('antrea-agent', 'container'),
          { ...antrea('sidecar', 'container'), image: 'nginx:1.27' },
          { ...antrea('debugger', 'ephemeral') },
        ],
      },
    },
    { first: /set image daemonset\/antrea-agent install-cni=(\S+) antrea-agent=\1$/ },
  ],
  [
    'a virtual machine of KubeVirt',
    'registry.example/disks/win2k12r2:latest',
    'name unknown',
    {
      pod: {
        controller: {
          apiVersion: 'kubevirt.io/v1',
          kind: 'VirtualMachineInstance',
          name: 'vmi-windows',
          uid: 'v',
        },
      },
    },
    {
      says: /Set the correct image in the VirtualMachine that owns .*restart it .* get virtualmachineinstance\.kubevirt\.io\/vmi-windows -o yaml/,
      never: /edit virtualmachineinstance|set image/,
    },
  ],
  [
    "KubeVirt's own container in the pod of a virtual machine",
    'registry.example/kubevirt/virt-launcher:v1',
    'name unknown',
    {
      pod: {
        controller: {
          apiVersion: 'kubevirt.io/v1',
          kind: 'VirtualMachineInstance',
          name: 'vmi-windows',
          uid: 'v',
        },
        containers: [
          container({
            name: 'compute',
            image: 'registry.example/kubevirt/virt-launcher:v1',
            state: waiting('ErrImagePull', 'name unknown'),
          }),
        ],
      },
    },
    {
      says: /Set the correct image where KubeVirt's own images are set .*get kubevirts\.kubevirt\.io -A/,
      never: /in the VirtualMachine that owns/,
    },
  ],
  [
    'a short name that a registry of the node lacks, which may be another image on Docker Hub',
    'acme/app:1',
    'initializing source docker://quay.io/acme/app:1: reading manifest 1 in quay.io/acme/app: unauthorized: access to the requested resource is not authorized',
    { node: { runtime: 'cri-o://1.34.1' } },
    { first: /docker\.io if the image is on Docker Hub.* app=<image>/, never: /app=docker\.io/ },
  ],
  [
    'a short name that Docker Hub lacks, too',
    'acme/app:1',
    'initializing source docker://quay.io/acme/app:1: reading manifest 1 in quay.io/acme/app: name unknown; initializing source docker://docker.io/acme/app:1: reading manifest 1 in docker.io/acme/app: name unknown',
    { node: { runtime: 'cri-o://1.34.1' } },
    { first: /^Write the full name with its registry.*; or add .* app=<image>/, never: /docker\.io if/ },
  ],
  [
    'a short name for which the node has several registries',
    'acme/app:1',
    'short name mode is enforcing, but image name acme/app:1 returns ambiguous list',
    { node: { runtime: 'cri-o://1.34.1' } },
    {
      first: /add an alias on the nodes, or leave one registry in unqualified-search-registries/,
      never: /or add an alias or/,
    },
  ],
  [
    'a registry of Azure, whose tier limits it',
    'aksrepos.azurecr.io/mirror/agent:1',
    'toomanyrequests: Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service tiers.',
    {
      first: /start fewer pods at once/,
      says: /Or move the registry to a higher tier \(Basic, Standard, Premium\).* az acr update --name aksrepos --sku <tier>/,
      never: /registry's owner/,
    },
  ],
  [
    'the address of a page that shows an image',
    'https://hub.docker.com/r/acme/app:1',
    "couldn't parse image name: invalid reference format",
    { reason: 'InvalidImageName' },
    {
      first:
        /^Write the image's name, which starts with docker\.io, instead of the address of a page on Docker Hub's website/,
      never: /=hub\.docker\.com|as in hub\.docker\.com/,
    },
  ],
  [
    'a name with a scheme',
    'https://harbor.acme.example/release/notebook:1.1.0',
    'couldn\'t parse image reference "https://harbor.acme.example/release/notebook:1.1.0": invalid reference format',
    { reason: 'InvalidImageName' },
    { says: /set image \S+ app=harbor\.acme\.example\/release\/notebook:1\.1\.0/ },
  ],
  [
    "a driver's tag without the operating system that the operator appends",
    'nvcr.io/nvidia/driver:550.54.14',
    'nvcr.io/nvidia/driver:550.54.14: not found',
    { node: { osImage: 'Ubuntu 20.04.6 LTS' } },
    { first: /^Append .*as in nvcr\.io\/nvidia\/driver:550\.54\.14-ubuntu20\.04: /, never: /v550/ },
  ],
  [
    'the same on a node whose system has no known form there',
    'nvcr.io/nvidia/cloud-native/gdrdrv:v2.4.1',
    'nvcr.io/nvidia/cloud-native/gdrdrv:v2.4.1: not found',
    { node: { osImage: 'Flatcar Container Linux' } },
    { first: /^Append .*as in \S+:v2\.4\.1-ubuntu22\.04: / },
  ],
  [
    'an image with another name since, whose tags are not written in another way',
    'quay.io/jetstack/cert-manager-ctl:v1.16.1',
    'quay.io/jetstack/cert-manager-ctl:v1.16.1: not found',
    { first: /^Use quay\.io\/jetstack\/cert-manager-startupapicheck:v1\.16\.1 instead/, never: /have no v/ },
  ],
  [
    "a digest of an operator's bundle",
    `quay.io/acme/csi-operator@sha256:${'a'.repeat(64)}`,
    `reading manifest sha256:${'a'.repeat(64)} in quay.io/acme/csi-operator: manifest unknown`,
    { node: { osImage: 'Red Hat Enterprise Linux CoreOS 9.6' } },
    { first: /if Operator Lifecycle Manager installed the operator, choose another version of the operator/ },
  ],
  [
    'any other digest',
    `quay.io/acme/api@sha256:${'a'.repeat(64)}`,
    `reading manifest sha256:${'a'.repeat(64)} in quay.io/acme/api: manifest unknown`,
    { node: { osImage: 'Red Hat Enterprise Linux CoreOS 9.6' } },
    { first: /so use the tag's current one/, never: /Operator Lifecycle Manager/ },
  ],
  [
    'a registry of k3d without its port, for which an ingress controller answers',
    'k3d-registry.localhost/web:1',
    `failed to do request: Head "https://k3d-registry.localhost/v2/web/manifests/1": ${NOT_FOR('k3d-registry.localhost')}`,
    { first: /^Write the registry's port in the name k3d-registry\.localhost\/web:1/ },
  ],
  [
    'any other registry without a port behind an ingress controller',
    'registry.example/web:1',
    `failed to do request: Head "https://registry.example/v2/web/manifests/1": ${NOT_FOR('registry.example')}`,
    { first: /^Give the ingress of registry\.example its own certificate.*has a port of its own instead/ },
  ],
  [
    'a name without an account on the node, where admission sets the policy',
    forced('report:dev'),
    { first: /^Push report:dev, which .* has, to a registry.*; or, if the cluster isn't shared/ },
  ],
  [
    "one with an account, which a pull with another pod's login can have brought",
    forced('acme/report:1'),
    { says: /If acme\/report:1, which .* has, was only built or loaded there, push it/, never: /Push acme/ },
  ],
  [
    'a path with three parts below library/ on Docker Hub',
    'library/acme/web:1',
    SCOPE,
    { first: /^Write acme\/web instead of .*; if the image is at another registry, write that registry/ },
  ],
  [
    'such a path at a cache, whose source can be another registry',
    '111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/library/acme/web:1',
    "pull access denied for 111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/library/acme/web, repository does not exist or may require 'docker login': denied: The authentication to the upstream registry failed. Verify that the credentials in AWS Secrets Manager are correct",
    {
      first: /^Write acme\/web instead of library\/acme\/web in the name, if it is of a cache of Docker Hub:/,
    },
  ],
  [
    'one with a port there',
    'registry.example:5000/web:1',
    `failed to do request: Head "https://registry.example:5000/v2/web/manifests/1": ${NOT_FOR('registry.example')}`,
    { first: /^Give the ingress of registry\.example:5000 its own certificate/, never: /port of its own/ },
  ],
])('%s', expectRow)
