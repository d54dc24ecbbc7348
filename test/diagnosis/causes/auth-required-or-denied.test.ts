/** Texts of registries that refuse the caller. */
import { expectCause } from './expect-cause.ts'

expectCause('auth-required-or-denied', {
  "Docker, a refusal before a connection of the node's own, which the answer does not quote":
    'error parsing HTTP 403 response body: invalid character \'F\' looking for beginning of value: "Forbidden" (Get "https://mirror.example/v2/": dial tcp: lookup mirror.example: no such host)',
  'Harbor through CRI-O, no signature':
    'reading manifest 1 in reg.corp/a/b: unknown: The image is not signed by cosign.',
  'Harbor, a filter of a proxy project':
    'unknown: resource not found: repository "library/app" does not match project repository filter',
  'ACR, a locked image':
    'unexpected status from GET request to https://acme.azurecr.io/v2/a/manifests/1: 405 Method Not Allowed: unsupported: The operation is disallowed on this registry, repository or image.',
  'Quay, a disabled namespace':
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://quay.io/v2/auth: 405 Method Not Allowed: denied: This namespace is disabled.',
  'kubelet 1.35, a credential provider that takes too long':
    'error execing credential provider plugin acr-credential-provider for image acme.azurecr.io/app: context deadline exceeded',
  'Docker, a repository of Red Hat that is at another registry':
    'Error response from daemon: unsupported: This repo requires terms acceptance and is only available on registry.redhat.io',
  'Xray, an artifact':
    'Artifact download request rejected: app.tar.gz was not downloaded due to the download blocking policy configured in Xray for docker-local.',
  'Harbor 1.x':
    'Error response from daemon: unknown: The severity of vulnerability of the image: "high" is equal or higher than the threshold in project setting: "high".',
  'AWS, a wrong key': 'denied: The security token included in the request is invalid',
  'the API server, about an import':
    'Internal error occurred: Get https://registry.redhat.io/v2/openjdk/openjdk-11-rhel8/manifests/latest: unauthorized: Please login to the Red H',
  skopeo:
    'FATA[0000] Error parsing image name "docker://docker.io/certbot": Error reading manifest latest in docker.io/library/certbot: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required',
  'CRI-O 1.33, two credentials':
    'Failed to pull image "reg.corp/app:1": [unable to pull image or OCI artifact: pull image err: reading manifest 1 in reg.corp/app: received unexpected HTTP status: 503 Service Unavailable; artifact err: get manifest: 503, unable to pull image or OCI artifact: pull image err: reading manifest 1 in reg.corp/app: unauthorized: authentication required; artifact err: get manifest: unauthorized: authentication required]',
  'containerd, Docker Hub':
    'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/private:1": failed to resolve reference "docker.io/acme/private:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  'containerd, oauth 400':
    'failed to resolve reference "acme.azurecr.io/app:1": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://acme.azurecr.io/oauth2/token: 400 Bad Request',
  'containerd, no body':
    'failed to resolve reference "registry.gitlab.com/acme/app:1": unexpected status from HEAD request to https://registry.gitlab.com/v2/acme/app/manifests/1: 403 Forbidden',
  'containerd, basic':
    'failed to resolve reference "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1": pulling from host 123456789012.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 1]: 401 Unauthorized',
  'containerd, no basic auth':
    'failed to resolve reference "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1": unexpected status from HEAD request to https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/app/manifests/1: 401 Unauthorized: no basic auth credentials',
  'containerd 1.2':
    'failed to resolve image "acme.corp/app:1": no available registry endpoint: failed to do request: authorization failed: no basic auth credentials',
  ECR: 'Error response from daemon: Get https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/app/manifests/1: denied: Your authorization token has expired. Reauthenticate and try again.',
  'ECR, policy':
    "rpc error: code = Unknown desc = Error response from daemon: pull access denied for 123456789012.dkr.ecr.us-east-1.amazonaws.com/app, repository does not exist or may require 'docker login': denied: User: arn:aws:sts::1:assumed-role/node is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:1:repository/app because no resource-based policy allows the ecr:BatchGetImage action",
  'Artifact Registry, CRI-O':
    'reading manifest 1 in europe-docker.pkg.dev/p/r/i: denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/europe/repositories/r" (or it may not exist)',
  GCR: "Error response from daemon: pull access denied for gcr.io/p/i, repository does not exist or may require 'docker login': denied: Token exchange failed for project 'p'. Caller does not have permission 'storage.objects.get'. To configure permissions, follow instructions at: https://cloud.google.com/container-registry/docs/access-control",
  ACR: 'Error response from daemon: Get "https://acme.azurecr.io/v2/app/manifests/1": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.',
  'ACR, firewall': `failed to resolve reference "acme.azurecr.io/app:1": unexpected status from HEAD request to https://acme.azurecr.io/v2/app/manifests/1: 403 Forbidden`,
  'ACR, firewall words': `Error response from daemon: denied: client with IP '203.0.113.9' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
  'ACR, az': `CONNECTIVITY_REFRESH_TOKEN_ERROR: Access to registry 'acme.azurecr.io' was denied. Response code: 401.`,
  'Docker Hub, wrong password':
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
  'Docker Hub, token scopes': 'unauthorized: access token has insufficient scopes',
  'Docker Hub, old': 'Error: image acme/private not found: does not exist or no pull access',
  Quay: 'reading manifest 1 in quay.io/acme/app: unauthorized: access to the requested resource is not authorized',
  'Quay, quota':
    'failed to resolve reference "quay.corp/acme/app:1": unexpected status from HEAD request to https://quay.corp/v2/acme/app/manifests/1: 403 Forbidden - Server message: denied: Quota has been exceeded on namespace',
  'Harbor, storage quota':
    'Error response from daemon: denied: adding 1.2 GiB of storage resource, which when updated to current usage of 9.9 GiB will exceed the configured upper limit of 10.0 GiB.',
  Artifactory: `Error response from daemon: error parsing HTTP 403 response body: no error details found in HTTP response body: "{\\"errors\\":[{\\"status\\":403,\\"message\\":\\"Forbidden\\"}]}"`,
  Nexus:
    'Error response from daemon: Get "https://nexus.corp:8083/v2/": unauthorized: access to the requested resource is not authorized',
  'a proxy page': `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<!DOCTYPE html><html><title>Access Denied</title></html>"`,
  OpenShift:
    'rpc error: code = Unknown desc = Error reading manifest latest in image-registry.openshift-image-registry.svc:5000/ns/app: unauthorized: authentication required',
  'CRI-O, token':
    'initializing source docker://registry.redhat.io/ubi9/ubi:latest: unable to retrieve auth token: invalid username/password: unauthorized: Please login to the Red Hat Registry using your Customer Portal credentials.',
  GitLab:
    'Error response from daemon: Head "https://registry.gitlab.com/v2/acme/app/manifests/1": denied: access forbidden',
  Aliyun:
    "pull access denied for registry.cn-hangzhou.aliyuncs.com/acme/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  'Huawei SWR':
    'failed to resolve reference "swr.cn-north-4.myhuaweicloud.com/acme/app:1": unexpected status from HEAD request to https://swr.cn-north-4.myhuaweicloud.com/v2/acme/app/manifests/1: 401 Unauthorized',
  'S3 behind a registry':
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=[redacted]: 403 Forbidden',
  'docker-py': `docker.errors.APIError: 500 Server Error for http+docker://localhost/v1.41/images/create?fromImage=app: Internal Server Error ("Get https://reg.corp/v2/app/manifests/1: unauthorized: authentication required")`,
  'Docker API': `(HTTP code 404) unexpected - pull access denied for app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied `,
  'export control':
    'failed to resolve reference "docker.io/library/nginx:1": unexpected status from HEAD request to https://registry-1.docker.io/v2/library/nginx/manifests/1: 403 Forbidden',
  'credentials of three secrets':
    'Failed to pull image "reg.corp/app:1": [failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 401 Unauthorized, failed to pull and unpack image "reg.corp/app:1": failed to resolve reference "reg.corp/app:1": failed to do request: Head "https://reg.corp/v2/app/manifests/1": dial tcp 10.0.0.1:443: i/o timeout]',
  'a throttled second try':
    'Failed to pull image "reg.corp/app:1": [rpc error: code = Unknown desc = Error response from daemon: unauthorized: authentication required, pull QPS exceeded]',
  podman:
    'Error: initializing source docker://reg.corp/app:1: reading manifest 1 in reg.corp/app: denied: requested access to the resource is denied',
  'Harbor, vulnerable, no status': `Error response from daemon: unknown: current image with 4 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "Critical" or higher from running.'`,
  'Docker 1.x':
    'Error pulling image (1.1) from gcr.io/acme/app, Server error: 403 trying to fetch remote history for 011d967371125f32',
  ECS: 'ResourceInitializationError: unable to retrieve ecr registry auth: service call has been retried 3 time(s): AccessDeniedException',
  'JSON of a JSON':
    '{\\u0022errors\\u0022:[{\\u0022code\\u0022:\\u0022UNAUTHORIZED\\u0022,\\u0022message\\u0022:\\u0022authentication required\\u0022}]}',
  'a line break in the password':
    'failed to do request: Head "https://reg.corp/v2/app/manifests/1": net/http: invalid header field value for "Authorization"',
  'kubelet, a credential provider':
    'Failed getting credential from external registry credential provider: error execing credential provider plugin ecr-credential-provider for image reg.corp/app: fork/exec /usr/local/bin/ecr-credential-provider: no such file or directory: ',
  'kubelet, an event': 'Failed to pull image "acme/app:1": illegal base64 data at input byte 0',
})

expectCause(
  'auth-required-or-denied',
  {
    'kubelet, a pull secret with a broken auth': 'illegal base64 data at input byte 4',
    'kubelet, an auth without a colon':
      'unable to parse auth field, must be formatted as base64(username:password)',
  },
  { reason: 'illegal base64 data at input byte 4' },
)
