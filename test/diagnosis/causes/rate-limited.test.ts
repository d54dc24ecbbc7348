/** Texts of registries that limit the caller. */
import { expectCause } from './expect-cause.ts'

const HUB = 'https://registry-1.docker.io/v2/library/nginx/manifests'
const SHA = 'sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8'

expectCause(
  'rate-limited',
  {
    'containerd 2, an account': `failed to pull and unpack image "docker.io/library/node:20": failed to copy: httpReadSeeker: failed open: unexpected status from GET request to ${HUB}/${SHA}: 429 Too Many Requests\ntoomanyrequests: You have reached your pull rate limit as 'acme': [redacted]. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit`,
  },
  { limit: 'account' },
)

expectCause(
  'rate-limited',
  {
    'combined event, dockershim':
      '(combined from similar events): Failed to pull image "redis:6": rpc error: code = Unknown desc = Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
    'CRI-O':
      'rpc error: code = Unknown desc = initializing source docker://redis:6: reading manifest 6 in docker.io/library/redis: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits',
    'the answer to a HEAD request, which never has a message': `failed to pull and unpack image "docker.io/library/nginx:1.27": failed to resolve reference "docker.io/library/nginx:1.27": unexpected status from HEAD request to ${HUB}/1.27: 429 Too Many Requests`,
    'ECR public':
      'failed to copy: httpReadSeeker: failed open: unexpected status code https://public.ecr.aws/v2/docker/library/nginx/manifests/latest: 429 Too Many Requests - Server message: toomanyrequests: Rate exceeded',
    'ECR public, bytes':
      'failed to pull and unpack image "public.ecr.aws/x/y:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://public.ecr.aws/v2/x/y/blobs/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 403 Forbidden - Server message: toomanyrequests: Data limit exceeded',
    GHCR: 'failed to resolve reference "ghcr.io/acme/app:1": failed to authorize: failed to fetch anonymous token: unexpected status: 429 Too Many Requests: {"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 880.092µs, allowed: 44000/minute"}]}',
    ACR: 'failed to resolve reference "acme.azurecr.io/app:1": unexpected status from HEAD request to https://acme.azurecr.io/v2/app/manifests/1: 429 Too Many Requests',
    'registry.k8s.io':
      'failed to resolve reference "registry.k8s.io/pause:3.9": unexpected status from HEAD request to https://registry.k8s.io/v2/pause/manifests/3.9: 429 Too Many Requests',
    'docker-containerd':
      'Error response from daemon: failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
    Cloudflare: `error parsing HTTP 403 response body: invalid character 'e' looking for beginning of value: "error code: 1015"`,
  },
  { limit: 'unspecified' },
)

expectCause(
  'rate-limited',
  {
    'the token server':
      'failed to resolve reference "docker.io/acme/app:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.docker.io/token?scope=repository%3Aacme%2Fapp%3Apull&service=registry.docker.io: 429 Too Many Requests',
    'Docker Hub, locked out':
      'Error response from daemon: Get "https://registry-1.docker.io/v2/": toomanyrequests: too many failed login attempts for username or IP address',
  },
  { limit: 'abuse' },
)

expectCause('rate-limited', {
  'Artifact Registry': `rpc error: code = Unknown desc = failed to pull and unpack image "us-docker.pkg.dev/p/r/i:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://us-docker.pkg.dev/v2/p/r/i/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: Quota exceeded for quota metric 'Requests per project per region' and limit 'Requests per project per region per minute per region' of service 'artifactregistry.googleapis.com' for consumer 'project_number:1'.`,
  'ACR, its words':
    'Error response from daemon: toomanyrequests: Too many requests. Please visit https://aka.ms/acr/skus for more information.',
  'MCR, no JSON': `Error response from daemon: error parsing HTTP 429 response body: invalid character 'R' looking for beginning of value: "Ref A: 1E2D Ref B: DUB01 Ref C: 2025-01-01T00:00:00Z"`,
  Quay: 'rpc error: code = Unknown desc = reading manifest v1 in quay.io/acme/app: received unexpected HTTP status: 429 TOO MANY REQUESTS',
  'Harbor behind Docker Hub':
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://harbor.corp/v2/hub/library/redis/manifests/7: 429 Too Many Requests - Server message: unknown: too many requests to upstream registry',
  'a cache that answers 500 over its upstream':
    'Error response from daemon: received unexpected HTTP status: 500 Internal Server Error: http status code: 429, body: {"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}',
  GitLab:
    'unexpected status from HEAD request to https://registry.gitlab.com/v2/acme/app/manifests/1: 429 Too Many Requests',
  bandwidth: 'Error response from daemon: denied: You have exceeded your monthly bandwidth limit',
  'containerd 1.4':
    'failed to copy: httpReadSeeker: failed open: unexpected status code [manifests 1.19]: 429 Too Many Requests',
  'S3 behind a registry':
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://prod-registry.s3.amazonaws.com/docker/registry/v2/blobs/data: 503 Slow Down - Server message: SlowDown: Please reduce your request rate.',
  ECS: 'CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/manifests/sha256:2bb501e6429bc: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
})

expectCause(
  'rate-limited',
  {
    'cut short': '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenti',
  },
  { limit: 'anonymous' },
)
