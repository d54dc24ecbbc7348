/** Texts of registries that do not have the image. */
import { expectCause } from './expect-cause.ts'

const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'

expectCause('image-not-found', {
  'Pulp, in plain text':
    'Error reading manifest latest in katello.example/org/busybox: error parsing HTTP 404 response body: invalid character \':\' after top-level value: "404: Not Found"',
  "Quay's proxy organization":
    'reading manifest 1 in quay.corp/cache/library/alpine: denied: the requested image may not exist in the upstream registry, or the configured Quay organization credentials have insufficient rights to access it (401)',
  Flux: `failed to pull artifact from 'oci://ghcr.io/stefanprodan/manifests/podinfo': couldn't find tag "0.0.1"`,
  skopeo:
    'FATA[0001] Error parsing image name "docker://busybox:doesnotexist": reading manifest doesnotexist in docker.io/library/busybox: manifest unknown',
  containerd:
    'Failed to pull image "nginx:9.99": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:9.99": failed to resolve reference "docker.io/library/nginx:9.99": docker.io/library/nginx:9.99: not found',
  'containerd, new kubelet':
    'Back-off pulling image "nginx:9.99": ErrImagePull: failed to pull and unpack image "docker.io/library/nginx:9.99": failed to resolve reference "docker.io/library/nginx:9.99": docker.io/library/nginx:9.99: not found',
  'containerd, a blob': `failed to copy: httpReadSeeker: failed open: content at https://reg.corp/v2/app/blobs/${SHA} not found: not found`,
  'containerd, a digest': `failed to pull and unpack image "reg.corp/app@${SHA}": failed to resolve reference "reg.corp/app@${SHA}": reg.corp/app@${SHA}: not found`,
  'containerd 2, descriptor': `failed to pull and unpack image "reg.corp/app:1": failed to copy: httpReadSeeker: failed open: could not fetch content descriptor ${SHA} (application/vnd.oci.image.config.v1+json) from remote: not found`,
  GAR: 'failed to resolve reference "us-docker.pkg.dev/p/r/i:1": unexpected status from HEAD request to https://us-docker.pkg.dev/v2/p/r/i/manifests/1: 404 Not Found',
  'GAR, docker':
    'Error response from daemon: manifest for us-docker.pkg.dev/p/r/i:1 not found: manifest unknown: Failed to fetch "1"',
  'GAR, repository': 'reading manifest 1 in us-docker.pkg.dev/p/r/i: name unknown: Repository "r" not found',
  "GAR's token server, of a repository that does not exist":
    'failed to resolve reference "us-docker.pkg.dev/p/none/i:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://us-docker.pkg.dev/v2/token?scope=repository%3Ap%2Fnone%2Fi%3Apull&service=us-docker.pkg.dev: 404 Not Found',
  "GAR's token server, older containerd without a login":
    'failed to resolve reference "us-docker.pkg.dev/p/none/i:1": failed to authorize: failed to fetch anonymous token: unexpected status: 404 Not Found',
  GCR: "Error response from daemon: unknown: Project 'project:p' not found or deleted.",
  ECR: 'Error response from daemon: manifest for 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1 not found: manifest unknown: Requested image not found',
  'ECR, repository':
    "Error response from daemon: repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/app not found: name unknown: The repository with name 'app' does not exist in the registry with id '123456789012'",
  ACR: 'Error response from daemon: manifest for acme.azurecr.io/app:1 not found: manifest unknown: manifest tagged by "1" is not found',
  MCR: 'manifest for mcr.microsoft.com/dotnet/sdk:99 not found: manifest unknown: manifest tagged by "99" is not found',
  'Quay, expired':
    'reading manifest v1 in quay.io/acme/app: manifest unknown: Tag v1 was deleted or has expired. To pull, revive via time machine',
  Harbor: 'unknown: artifact p/app:1 not found',
  'Harbor, containerd': 'failed to resolve reference "harbor.corp/p/app:1": harbor.corp/p/app:1: not found',
  'Harbor, project': 'failed to copy: unknown: project nope not found',
  JFrog:
    'Error response from daemon: manifest for acme.jfrog.io/docker/app:1 not found: manifest unknown: The named manifest is not known to the registry.',
  Nexus:
    'Error response from daemon: manifest for nexus.corp:8083/app:1 not found: manifest unknown: manifest unknown',
  GitLab:
    'reading manifest 1 in registry.gitlab.com/acme/app: name unknown: repository name not known to registry',
  GHCR: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}',
  OpenShift:
    'rpc error: code = Unknown desc = Error reading manifest 1 in image-registry.openshift-image-registry.svc:5000/ns/app: manifest unknown: manifest unknown',
  'registry.k8s.io, redirected':
    'rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/pause:99": failed to resolve reference "registry.k8s.io/pause:99": registry.k8s.io/pause:99: not found',
  'Docker 1.12':
    'Failed to pull image "nginx:nope": rpc error: code = 2 desc = Error: image library/nginx:nope not found',
  'docker legacy': 'Tag nope not found in repository docker.io/library/nginx',
  'CRI-O, status': 'reading manifest 1 in reg.corp/app: received unexpected HTTP status: 404 Not Found',
  'CRI-O, blob': `writing blob: fetching blob: invalid status code from registry 404 (Not Found)`,
  'CRI-O 1.3x, artifact too':
    'unable to pull image or OCI artifact: pull image err: initializing source docker://quay.io/acme/app:1: reading manifest 1 in quay.io/acme/app: manifest unknown; artifact err: get manifest: build image source: reading manifest 1 in quay.io/acme/app: manifest unknown',
  'gRPC code alone': 'rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1"',
  'one credential refused, the next let in':
    'Failed to pull image "reg.corp/app:1": [rpc error: code = Unknown desc = failed to resolve reference "reg.corp/app:1": unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 401 Unauthorized, rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": reg.corp/app:1: not found]',
  ECS: 'CannotPullContainerError: failed to resolve ref docker.io/library/nginx:nope: docker.io/library/nginx:nope: not found',
  'a mirror that lacks it':
    'failed to resolve reference "docker.io/library/nginx:9": pulling from host mirror.corp failed with status code [manifests 9]: 404 Not Found',
})
