/** Texts of canceled pulls, and texts that prove no cause. */
import { expectCause } from './expect-cause.ts'

expectCause('canceled-or-deadline', {
  'bare deadline': 'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  'bare cancel': 'rpc error: code = Canceled desc = context canceled',
  resolver:
    'failed to do request: Head "https://reg.corp/v2/app/manifests/1": dial tcp: lookup reg.corp: operation was canceled',
  dockershim: 'Failed to pull image "nginx:1": rpc error: code = Unknown desc = net/http: request canceled',
  'no progress': 'failed to pull image: pull progress timed out after 5m0s',
})

expectCause('other', {
  'Docker on Windows':
    'error during connect: Post "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.44/images/create": open //./pipe/docker_engine: The system cannot find the file specified.',
  'docker on Windows, not running':
    'An error occurred trying to connect: Post http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.23/images/create?fromImage=nginx: open //./pipe/docker_engine: The system cannot find the file specified.',
  'docker, a body beside a 412': `Head "https://gcr.io/v2/a/b/manifests/latest": error parsing HTTP 412 response body: invalid character 'R' looking for beginning of value: "Request Rejected: Please contact project owners"`,
  nothing: '',
  'a file of the node': 'open /etc/containers/certs.d/reg.corp/client.key: permission denied',
  'back-off alone': 'Back-off pulling image "nginx:1"',
  'the reason again': 'Error: ErrImagePull',
  'the runtime is gone':
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
  'the runtime went': 'rpc error: code = Unavailable desc = error reading from server: EOF',
  nonsense: 'the moon is made of cheese',
  'a truncated digest is not a status':
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://reg.corp/v2/app/blobs/sha256:566',
  'a status that says nothing':
    'unexpected status code https://reg.corp/v2/app/blobs/sha256:566e42bcee1c?ns=docker.io: 400 Bad Request',
  'a name that is cut': 'Back-off pulling image "library/unauthori',
  "the daemon's own 500":
    '500 Server Error: Internal Server Error for url: http+docker://localhost/v1.45/images/create?tag=1&fromImage=app',
  'an unknown scheme': 'Get "docker://reg.corp/v2/": unsupported protocol scheme "docker"',
})
