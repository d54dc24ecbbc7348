/** Texts about images that exist but can't be used: another platform, another format, a policy against them. */
import { expectCause } from './expect-cause.ts'

const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'

expectCause('platform-mismatch', {
  'docker, other OS in the list':
    'Error response from daemon: cannot download image with operating system "windows" when requesting "linux"',
  'Docker on Windows, a Linux image':
    'failed to register layer: re-exec error: exit status 1: output: ProcessBaseLayer C:\\ProgramData\\Docker\\windowsfilter\\75de: The system cannot find the path specified.',
  'docker-containerd':
    'image with reference nginx:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64',
  'docker, other OS':
    'image operating system "windows" cannot be used on this platform: operating system is not supported',
  unpacking: `failed to extract layer ${SHA}: exec format error`,
  ECS: "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
})

expectCause('unsupported-manifest', {
  'ctr, schema 1 without signatures': 'ctr: no signatures',
  'CRI-O, unknown type':
    'Unimplemented manifest MIME type "application/x" (normalized as "application/vnd.docker.distribution.manifest.v1+json")',
  'CRI-O, mixed types':
    'parsing image configuration: invalid mixed OCI image with Docker v2s2 config ("a/b")',
  'CRI-O, two formats in one':
    'rejecting ambiguous manifest, unexpected fields []string{"manifests"} in supposedly a/b',
  "CRI-O, an index's digest": "Digest of source image's manifest would not match destination reference",
  'distribution, to an old client':
    'reading manifest 1 in reg.corp/a: manifest unknown: OCI index found, but accept header does not support OCI indexes',
  'docker, a model':
    'AI models are not yet supported by the Engine, please use "docker model pull/run" instead',
  'docker, the media type alone':
    'Error response from daemon: application/vnd.docker.distribution.manifest.v1+prettyjws not supported',
  nerdctl: 'encountered unknown type application/json',
  'docker, schema 1': 'Error response from daemon: missing signature key',
  moby: `mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not 'application/vnd.oci.image.manifest.v1+json'`,
  'CRI-O':
    'parsing image configuration: unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"',
  registry: 'reading manifest 1 in reg.corp/app: manifest invalid: manifest invalid',
  'containerd 1.6, schema 1 without signatures':
    'Back-off pulling image "reg.corp/app:1": ErrImagePull: failed to pull and unpack image "reg.corp/app:1": no signatures',
  'containerd, a manifest of 9 MB':
    'rpc error: code = NotFound desc = failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": rejecting 9000002 byte manifest for reg.corp/app:1: not found',
  'Docker 20, an artifact': 'invalid rootfs in image configuration',
  'containerd, a configuration that is none':
    "unmarshal image config: invalid character '\\x1f' looking for beginning of value",
  'containerd, an index in place of a manifest': `manifest: invalid desc ${SHA}: media-type: expected manifest but found index (application/vnd.oci.image.index.v1+json)`,
})

expectCause('signature-policy', {
  'docker, a plugin': 'Error response from daemon: authorization denied by plugin opa: not from our registry',
  "CRI-O, a namespace's policy":
    'get context for namespace: read policy path /etc/crio/policies/web.json: stat /etc/crio/policies/web.json: permission denied',
  'CRI-O, no signature':
    'copying system image from manifest list: reading signatures: parsing signature https://registry.redhat.io/containers/sigstore/openshift4/ose-oauth-proxy@sha256=f968/signature-9: unrecognized signature format, starting with binary 0x3c',
  'CRI-O': 'Source image rejected: A signature was required, but no signature exists',
  'CRI-O, rejected': 'Source image rejected: Running image docker://reg.corp/app:1 is rejected by policy.',
  'Kata, in the guest':
    'rpc error: code = Internal desc = Security validate failed: Validate image failed: The signatures do not satisfied! Reject reason: [Match reference failed.]',
  'kubelet since 1.28':
    'image pull failed for reg.corp/app:1 because the signature validation failed: Source image rejected: A signature was required, but no signature exists',
  'back-off':
    'Back-off pulling image "reg.corp/app:1": SignatureValidationFailed: image pull failed for reg.corp/app:1 because the signature validation failed: Source image rejected: Signature for identity "reg.corp/app:2" is not accepted',
  'policy file':
    'invalid policy in "/etc/containers/policy.json": invalid character \'}\' looking for beginning of object key string',
  'containerd image verifier':
    'failed to pull and unpack image "reg.corp/app:1": image verifier cosign blocked pull of reg.corp/app:1 with digest sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8 for reason: no matching signatures',
  'docker content trust':
    'Error: remote trust data does not exist for docker.io/acme/app: notary.docker.io does not have trust data for docker.io/acme/app',
  'containerd image verifier, which did not finish': `blocking pull of reg.corp/app:1 with digest ${SHA}: image verifier bindir returned error: failed to call verifier cosign (runtime 10s): context deadline exceeded`,
  Nydus:
    'failed to prepare extraction snapshot "a": bootstrap signature is required when force validation: unknown',
  'podman, no policy': 'open /etc/containers/policy.json: no such file or directory',
})
expectCause(
  'signature-policy',
  {
    'reason alone': 'x509: certificate signed by unknown authority',
  },
  { reason: 'SignatureValidationFailed' },
)
