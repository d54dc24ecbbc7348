/** Texts of registries and token servers that fail themselves. */
import { expectCause } from './expect-cause.ts'

expectCause('registry-server-error', {
  'Container Registry, for the token of another repository':
    'Error response from daemon: name invalid: Requested repository does not match bearer token resource: google_containers/pause-amd64',
  'CRI-O, a web page for a tag':
    "Error initializing image from source docker://registry:5000/base/alpine: invalid character '<' looking for beginning of value",
  'Docker, with a line of the log of a reverse proxy':
    'received unexpected HTTP status: 502 Bad Gateway\n2018/03/20 06:06:20 http: proxy error: dfget fail(exit status 1)',
  'a gateway without a route':
    'reading manifest 1 in reg.corp/a: StatusCode: 404, "{\\"message\\":\\"no Route matched with those values\\"}"',
  'Docker, a mirror that quotes its own failure to reach its storage, with a status of refusals':
    'error parsing HTTP 403 response body: invalid character \'c\' looking for beginning of value: "connecting to bucket.example:80: dial tcp 192.0.2.3:80: i/o timeout"',
  'CRI-O, the same':
    'reading manifest 1 in mirror.example/a: StatusCode: 400, "Get \\"https://ghcr.io/v2/\\": dial tcp: lookup ghcr.io: no such host"',
  'CRI-O, where no registry is': 'pinging container registry reg.corp: StatusCode: 404, "not here"',
  'CRI-O, where a very old registry is': "can't talk to a V1 container registry",
  'CRI-O, a challenge without an address':
    'reading manifest 1 in reg.corp/a: missing realm in bearer auth challenge',
  'docker, an answer without a token': 'authorization server did not include a token in the response',
  skopeo:
    'level=fatal msg="Error parsing image name \\"docker://quay.io/a/b:1\\": Requesting bearer token: invalid status code from registry 502 (Bad Gateway)"',
  '503 of the registry':
    'unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 503 Service Unavailable',
  '503 of a mirror':
    'failed to resolve reference "docker.io/library/nginx:1": pulling from host mirror.corp failed with status code [manifests 1]: 503 Service Unavailable',
  '500':
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://reg.corp/v2/app/blobs/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 500 Internal Server Error',
  '502 of the token server':
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://reg.corp/token: 502 Bad Gateway',
  '504 page': `error parsing HTTP 504 response body: invalid character '<' looking for beginning of value: "<html><head><title>504 Gateway Time-out</title></head></html>"`,
  'its disk is full':
    'received unexpected HTTP status: 500 Internal Server Error: write /storage/x: no space left on device',
  'HTML with status 200': `error unmarshalling content: invalid character '<' looking for beginning of value`,
  'half an answer': 'failed to decode token response: unexpected end of JSON input',
  'Nexus, with an upstream that was blocked by hand':
    'Error response from daemon: unknown: Remote Manually Blocked',
  'a web page, which is not a pull secret': `Failed to pull image "acme/app:1": invalid character '<' looking for beginning of value`,
  'a field of another type in an answer that containerd read':
    'Failed to pull image "acme/app:1": rpc error: code = Unknown desc = json: cannot unmarshal string into Go value of type docker.tokenResponse',
  'CRI-O': 'writing blob: fetching blob: invalid status code from registry 502 (Bad Gateway)',
  dockershim:
    'rpc error: code = Unknown desc = Error response from daemon: received unexpected HTTP status: 500 Internal Server Error',
  rkt: 'Unexpected HTTP code: 500, URL: https://quay.io/v2/acme/app',
  'containerd, sent in a circle':
    'failed to resolve reference "reg.corp/app:1": failed to do request: Head "/v2/app/manifests/1": stopped after 10 redirects',
  'no header': 'missing or empty Content-Type header',
  'containerd, a token that is not JSON':
    'failed to authorize: failed to fetch anonymous token: unable to decode token response: unexpected EOF',
  'containerd, no length':
    'unable to fetch descriptor (sha256:50aa) which reports content size of zero: invalid argument',
  'containerd, a challenge without a realm':
    'failed to pull and unpack image "reg.corp/app:1": failed to resolve image: no realm specified for token auth challenge',
  'containerd, a realm that does not parse, which is not a token':
    'failed to resolve image: invalid token auth challenge realm: parse "https://auth.corp:port/token": invalid port ":port" after host',
  'containerd, an answer without a token':
    'failed to authorize: failed to fetch anonymous token: authorization server did not include a token in the response',
  'a redirect that Go does not follow':
    'Head "https://reg.corp/v2/app/manifests/1": http: no Location header in response',
  'containerd, a redirect without an address':
    'unexpected status from HEAD request to https://reg.corp/v2/app/manifests/1: 307 Temporary Redirect',
  'containerd, a digest in a header, which is not in the name':
    'failed to resolve image: "sha256:xyz" in header not a valid digest: invalid checksum digest length',
  'containerd, an encoding':
    'failed to copy: httpReadSeeker: failed open: unsupported Content-Encoding algorithm: br',
  'containerd, another encoding than it says':
    'failed to copy: httpReadSeeker: failed open: gzip: invalid header',
  'containerd, other bytes than it asked for':
    'failed to copy: httpReadSeeker: failed open: unhandled content range in response: bytes 0-100/200',
  'a registry that ends, which is no runtime':
    'unexpected status from GET request to https://reg.corp/v2/app/manifests/1: 503 Service Unavailable\nunavailable: server is shutting down',
})
