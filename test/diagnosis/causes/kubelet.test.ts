/** What the kubelet decides before it asks a registry: its throttle, policy Never, names that do not parse. */
import { expectCause } from './expect-cause.ts'

const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'

expectCause('kubelet-qps', {
  event: 'Failed to pull image "nginx:1": pull QPS exceeded',
  'back-off': 'Back-off pulling image "nginx:1": ErrImagePull: pull QPS exceeded',
})

expectCause('never-pull', {
  kubelet: 'Container image "app:1" is not present with pull policy of Never',
})
expectCause(
  'never-pull',
  {
    'reason alone': '',
  },
  { reason: 'ErrImageNeverPull' },
)

expectCause('invalid-reference', {
  ECR: "405 Method Not Allowed: unsupported: Invalid parameter at 'ImageTag' failed to satisfy constraint: 'must satisfy regular expression'",
  'containerd, an impossible port':
    'failed to resolve reference "reg.corp:99999/app:1": failed to do request: Head "https://reg.corp:99999/v2/app/manifests/1": dial tcp: address 99999: invalid port',
  skopeo:
    'FATA[0000] Error parsing image name "docker://docker.io/alpine:3.17.1@sha256:f271e74b": Docker references with both a tag and digest are currently not supported',
  'skopeo, no reason': 'Error parsing image name "docker:/alpine"',
  kubelet: `Failed to apply default image tag "nginx:": couldn't parse image name "nginx:": invalid reference format`,
  'upper case': `Failed to apply default image tag "Acme/App:1": couldn't parse image name "Acme/App:1": invalid reference format: repository name (Acme/App) must be lowercase`,
  '64 hex': `Failed to apply default image tag "${SHA.slice(7)}": couldn't parse image name "${SHA.slice(7)}": invalid repository name (${SHA.slice(7)}), cannot specify 64-byte hexadecimal strings`,
  'digest length': `couldn't parse image name "nginx@sha256:abc": invalid checksum digest length`,
  blanks: `Failed to apply default image tag "nginx: connection refused": couldn't parse image name "nginx: connection refused": invalid reference format`,
  'CRI-O, short name':
    'Failed to inspect image "": rpc error: code = Unknown desc = short-name "nginx:1" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
  'CRI-O, ambiguous': 'short name mode is enforcing, but image name nginx:latest returns ambiguous list',
  containerd: [
    'rpc error: code = InvalidArgument desc = failed to parse image reference "nginx:::1": invalid reference format',
    'failed to resolve reference "reg.corp/app": object required',
  ],
  'CRI-O':
    'parsing image name "docker://Acme/app": invalid reference format: repository name must be lowercase',
})
expectCause(
  'invalid-reference',
  {
    'reason alone': 'whatever the kubelet says',
  },
  { reason: 'InvalidImageName' },
)
