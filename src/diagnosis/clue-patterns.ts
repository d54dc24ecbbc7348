/** The clues that words of an error text show by themselves. */

import { UNREADABLE_SECRET } from './causes/auth-required-or-denied.ts'
import { NO_LATEST } from './causes/image-not-found.ts'
import { NO_BASE_LAYER } from './causes/platform-mismatch.ts'
import { NOT_A_REGISTRY, UPSTREAM_BLOCKED } from './causes/registry-server-error.ts'
import { CERTIFICATE_CLUES } from './certificate-clues.ts'
import type { Clue } from './clue.ts'
import { UNLISTED, UPSTREAM_NOT_SET_UP } from './denial-words.ts'

/** Clues by the words that show them. Matched against a text without the image's own names. */
export const TEXT_CLUES: [Clue, RegExp][] = [
  [
    { code: 'web-page' },
    /text\/html|invalid character '?\\*u?003c|invalid character '<'|<!?(?:doctype|html)\b|&lt;html|\\u003chtml|\bdefault backend - 404\b|\b404 page not found\b|signature format, starting with binary 0x3c/i,
  ],
  [
    { code: 'odd-answer' },
    /unable to decode token|did not include a token|no realm specified for token|token auth challenge realm|unsupported content-encoding|unhandled content range|unable to discard to offset|in header not a valid digest|failed open: (?:gzip|flate|zstd|magic number)|reports content size of zero|stopped after \d+ redirects|unexpected status.{1,600}: 30\d |location header|malformed http (?:status|version)|response headers exceeded/i,
  ],
  [
    { code: 'endpoint-scheme' },
    /unsupported protocol scheme|missing protocol scheme|\bparse "?[^"\s/]{1,253}:\d+\S{0,500}: first path segment in URL cannot contain colon|https?:\/\/https?:?\/\//i,
  ],
  [{ code: 'short-name' }, /short[- ]name|unqualified(?:-search| image)/i],
  [{ code: 'tag-and-digest' }, /\breferences? with both a tag and (?:a )?digest\b/i],
  [{ code: 'no-latest' }, NO_LATEST],
  [{ code: 'expired' }, /token has expired|reauthenticate|expired token|token is expired|jwt expired/i],
  [
    { code: 'credential-provider' },
    /credential provider|error getting credentials|docker-credential-|ecr-credential|exec: "?[\w/-]*credential/i,
  ],
  ...CERTIFICATE_CLUES,
  [
    { code: 'cut-off' },
    /\beof\b|reset by peer|broken pipe|forcibly closed|connection (?:was )?(?:reset|closed|aborted)|goaway|stream error: stream id/i,
  ],
  [{ code: 'unopened', why: 'network' }, /(?:network is unreachable|unreachable network)/i],
  [
    { code: 'unopened', why: 'node' },
    /dial (?:tcp|udp) .{1,200}: connect: (?:operation not permitted|permission denied)/i,
  ],
  [{ code: 'unopened', why: 'host' }, /(?:no route to host|host is unreachable|unreachable host)/i],
  [{ code: 'unopened', why: 'refused' }, /connection refused|actively refused/i],
  [
    { code: 'interrupted' },
    // Earlier versions of containerd write httpReaderSeeker.
    /failed to copy: (?!httpRead(?:er)?Seeker: failed open)|short read: expected|failed to discard to offset|failed to read expected number of bytes|happened during read: |stream error: stream id/i,
  ],
  [
    { code: 'literal-server', host: 'docker.io' },
    /https?:\/\/docker\.io(?::443)?\/v2\/|\blookup docker\.io(?: on|:)/i,
  ],
  // As a mirror, which k3s-io/k3s#4435 shows; as the registry in a name it is another mistake.
  [
    { code: 'literal-server', host: 'hub.docker.com' },
    /https?:\/\/hub\.docker\.com(?::443)?\/v2\/[^\s"?]{1,400}\?ns=docker\.io\b/i,
  ],
  [
    { code: 'ingress-default' },
    /ingress controller fake certificate|certificate is valid for ingress\.local\b|\.traefik\.default\b/i,
  ],
  [{ code: 'tls-alert' }, /^(?!.*(?:x509|certificate)).*(?:(?:remote|local) error: tls|bad record mac)/is],
  [
    { code: 'speaks', scheme: 'http' },
    /gave http response to https client|first record does not look like a tls handshake|record received with length 20527|invalidcontenttype/i,
  ],
  [
    { code: 'speaks', scheme: 'https' },
    /http request (?:was sent )?to (?:an )?https (?:server|port)|malformed http response \S{0,9}x1[56]/i,
  ],
  [{ code: 'tls-unfinished' }, /tls handshake timeout/i],
  [{ code: 'request-late' }, /\b408 request time-?out\b|\bhttp 408 response\b|\bstatus(?: code)?:? 408\b/i],
  [
    { code: 'unanswered' },
    // Without "while waiting for connection", the canceled request had one (net/http).
    /\b(?:read|write) tcp \S{1,200}: (?:i\/o timeout|(?:read|write): connection timed out)|timeout awaiting response headers|http2: client connection lost|net\/http: request canceled \(client\.timeout/i,
  ],
  [
    { code: 'registry-closed' },
    /\bregistry\b.{0,60}\b(?:deprecated|shut(?:ting)? down|discontinued|decommissioned|retired|sunset)\b/i,
  ],
  [{ code: 'unreadable-secret' }, UNREADABLE_SECRET],
  [
    { code: 'unsent-login' },
    /failed to get credentials for |invalid decoded auth|invalid header field value|(?:reference "[^"]{1,400}"|resolve image): illegal base64 data/i,
  ],
  [
    { code: 'ambiguous-refusal' },
    /unable to retrieve auth token: invalid username\/password|login credentials are not valid, or your ibm cloud account/i,
  ],
  [{ code: 'named-action' }, /unauthorized to access repository: \S{1,300}, action: pull\b/i],
  [
    { code: 'upstream-limit' },
    // Harbor's own client, and Nexus.
    /too many requests to upstream|http status code: 429, body|\b(?:remote|upstream)\b.{0,60}\b429\b/i,
  ],
  [{ code: 'upstream-setup' }, UPSTREAM_NOT_SET_UP],
  [{ code: 'upstream-blocked' }, UPSTREAM_BLOCKED],
  // learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes, ServerBusy; metal3-io/ironic-standalone-operator#561.
  [{ code: 'storage-busy' }, /\b(?:(?:in|e)gress|operations per second) is over the account limit\b/i],
  [{ code: 'no-registry' }, NOT_A_REGISTRY],
  [{ code: 'harbor' }, /\bunknown: (?:repository|artifact) \S{1,300} not found/i],
  [
    { code: 'other-manifest' },
    /\bref "?manifest-sha\w*:.{0,400}(?:failed size validation|unexpected commit digest)|manifest does not match (?:provided|selected) manifest digest|manifest verification failed for digest/i,
  ],
  [
    { code: 'missing-layer' },
    /\b(?:reading|fetching) (?:partial |config )?blob\b.{0,200}\b404\b|\b(?:unknown blob|blob[_ ]unknown)\b|could not fetch content descriptor .{0,200} from remote: not found/i,
  ],
  // quay/quay, endpoints/v2: only if the repository's history has the tag.
  [{ code: 'tag-deleted' }, /\bwas deleted or has expired\b/i],
  [{ code: 'not-on-node' }, /failed to get sandbox image "[^"]*": image "[^"]*": not found/i],
  [{ code: 'content-gone' }, /content digest sha\d+:\w+: not found|reader from content store/i],
  [
    { code: 'snapshotter-without-login' },
    /failed to prepare extraction snapshot .{1,900}(?:no basic auth credentials|failed to authorize|failed to fetch anonymous token)/i,
  ],
  [
    { code: 'layer-mismatch' },
    /mismatched image rootfs|number of layers and diffids don't match|mismatch between manifest layers and diff ids|layers from manifest don't match image configuration|config's diffid|config claims|image config has only \d+ diffid/i,
  ],
  [
    { code: 'file-system' },
    /whiteout.{0,200}(?:not supported|not permitted)|lchown.{0,120}operation not permitted|cross-device link|stale (?:nfs )?file handle/i,
  ],
  [
    { code: 'partial-layer' },
    /failed size validation|unexpected commit (?:digest|size)|short read|unexpected eof|content digest mismatch|filesystem layer verification failed|digest did not match|flate: corrupt input|invalid (?:blob |manifest )?checksum|crc(?:32)? mismatch/i,
  ],
  [
    { code: 'discarded' },
    /failed size validation|unexpected commit (?:digest|size)|filesystem layer verification failed|digest did not match|blob (?:size|digest) mismatch|invalid (?:blob|manifest) checksum/i,
  ],
  [
    { code: 'kernel-refuses', for: 'limit' },
    /too many open files|file table overflow|(?:fork\/exec|pthread_create|newosproc|clone).{0,200}resource temporarily unavailable/i,
  ],
  [
    { code: 'kernel-refuses', for: 'rights' },
    // An owner that can't be set may be the file system's fault: see file-system.
    /\b(?:setxattr|mknod|chmod|mount|unshare|unlinkat)\b.{0,400}operation not permitted|\b(?:open|mkdir|mknod|mount|rename|unlinkat|chmod|l?stat) \/\S{1,300}: permission denied|required privilege is not held|failed to extract layer \S{1,90}: operation not permitted/i,
  ],
  [
    { code: 'kernel-refuses', for: 'rights' },
    // containerd unpacks in a callback of its mount; Docker and containers/storage in a process of their own.
    /\b(?:failed to (?:extract|register) layer|applylayer|processing tar file)\b(?!.{0,1500}\bl?chown).{0,1500}(?:operation not permitted|permission denied)\b/i,
  ],
  [{ code: 'pull-records' }, /record image pull intent/i],
  [{ code: 'locked-layer' }, /\bref \S{1,200} locked\b/i],
  [
    { code: 'store-folder-gone' },
    /failed to create temp dir: (?:stat|mkdir) \S{1,300}\/snapshots\b\S{0,80}: no such file or directory/i,
  ],
  [
    { code: 'torn-store' },
    /parent snapshot \S{1,200} does not exist|missing parent "|failed to get active snapshot|target snapshot \S{1,200} already exists|failed to rename: .{0,600}file exists|object with key \S{1,200} already exists|thin device .{0,300}(?:file exists|no data available)|failed to create snapshot: no data available|failed to stat parent|(?:bucket|snapshot|lease) does not exist|status for ref \S{1,200}: not found/i,
  ],
  [
    { code: 'encrypted' },
    /\+encrypted\b|decryptlayer|ctd-decoder|ocicrypt|missing private key needed for decryption|decrypting (?:blob|layer)/i,
  ],
  [
    { code: 'snapshotter-gone' },
    /snapshot \S{1,80} is not ready|snapshot(?:ter)?\b.{0,400}(?:dial unix|while dialing|error reading from server|transport is closing)/is,
  ],
  [
    { code: 'runtime-lost', how: 'gone' },
    /error reading from server|transport is closing|keepalive ping failed|produced zero addresses|server is shutting down/i,
  ],
  [{ code: 'runtime-lost', how: 'starting' }, /server is not initialized yet/i],
  [
    { code: 'runtime-lost', how: 'no-cri' },
    /unknown (?:service|method \w{1,60} for service) runtime\.v1\w{0,20}\.(?:Image|Runtime)Service/i,
  ],
  [
    { code: 'runtime-lost', how: 'slow' },
    /failed to inspect image .{0,600}(?:context deadline exceeded|context canceled)/i,
  ],
  [{ code: 'for-linux' }, /operating system \\*"linux\\*" cannot be used/i],
  [{ code: 'for-linux' }, NO_BASE_LAYER],
  [{ code: 'memory' }, /cannot allocate memory|out of memory|not enough (?:free )?memory/i],
  [{ code: 'proxy-scheme' }, /proxyconnect tcp: tls: first record/i],
  [{ code: 'proxy-unreached' }, /proxyconnect tcp|connecting to proxy|socks connect tcp \S{1,200}: dial /i],
  [{ code: 'proxy-unreadable' }, /invalid proxy (?:address|url)/i],
  [
    { code: 'proxy-login' },
    /proxy authentication (?:is )?required|authenticationrequired|\b407\b.{0,20}proxy/i,
  ],
  [
    { code: 'user-namespace' },
    // The kernel answers so to an owner that the user namespace does not map.
    /subordinate ids|cannot be mapped to a host id|\/etc\/subuid|insufficient uids or gids|\blchown.{0,300}invalid argument/i,
  ],
  [
    { code: 'mirror-config' },
    // The second line is containerd's for values of hosts.toml (core/remotes/docker/config/hosts.go).
    /hosts\.toml|parse endpoint url|get registry endpoints|loading registries(?: configuration|: )|\binvalid condition: |\bpull-from-mirror (?:must|value|for)\b|invalid unqualified-search-registries entry|parse registry endpoint|(?:reference "[^"]{1,400}"|resolve image): toml: |failed to parse toml|unable to parse server|unknown capability \S|invalid (?:type|pair) .{1,200} for (?:header )?"|unable to cast .{1,200} to string|invalid \Whost\W tree|registries\.conf(?:\.d)?\S*: (?:toml|parse|decod|bare keys)/i,
  ],
  [{ code: 'busy-mount' }, /(?:mount|snapshot|rootfs|overlay).{0,300}device or resource busy/i],
  [
    { code: 'disk-fault' },
    /input\/output error|read-only file system|structure needs cleaning|: bad message\b/i,
  ],
  [{ code: 'read-only' }, /: read-only file system\b/i],
  // Go's net package (dnsclient_unix.go), and getaddrinfo(3).
  [
    { code: 'dns-answer', answer: 'none' },
    /\blookup \S{1,300}(?: on \S{1,80})?: no such host\b|\bname or service not known\b/i,
  ],
  [
    { code: 'dns-answer', answer: 'late' },
    /\blookup \S{1,300}(?: on \S{1,80})?: (?:(?:read|write|dial) (?:udp|tcp) \S{1,200}: )?i\/o timeout\b/i,
  ],
  [{ code: 'dns-answer', answer: 'error' }, /\blookup \S{1,300}(?: on \S{1,80})?: server misbehaving\b/i],
  [{ code: 'old-settings' }, /must be in v2 format|mixing sysregistry v1\/v2/i],
  [{ code: 'source-blocked' }, /is blocked in (?:one of )?\S*registries\.conf/i],
  // containers/image, signature/policy_eval_*.go; Notation for the last one.
  [{ code: 'signed-otherwise', with: 'name' }, /signature for identity .{1,300} is not accepted/i],
  [
    { code: 'signed-otherwise', with: 'key' },
    /none of the signatures were accepted|cryptographic signature verification failed|invalid signature when validating|signature by key .{1,80} is not accepted|invalid gpg signature|\brequired (?:e-?mail|identity|subject|signer)\b|not (?:produced|signed) by a trusted|unexpected (?:fulcio )?(?:oidc issuer|subject)|key not found for key id|no public key verified/i,
  ],
  [{ code: 'verifier-failed' }, /image verifier \S{1,100} returned error: /i],
  [{ code: 'not-listed' }, /\bis rejected by policy\b/i],
  [
    { code: 'layer-type' },
    /stream processor for application\/vnd\.(?:oci|docker)\.(?!\S{1,200}\+zstd)|layer\.nydus\.|unsupported layer media|encrypted layer/i,
  ],
  [{ code: 'attestation' }, /vnd\.in-toto\+json|attestation-manifest/i],
  [
    { code: 'layer-format' },
    /invalid tar header|unhandled tar header|invalid whiteout name|gzip: invalid header|stream processor for \S{1,200}\+zstd|unsupported (?:layer|compression)|unknown compression|magic number mismatch/i,
  ],
  [
    { code: 'damaged-store' },
    /image not known|does not resolve to an image id|layer not known|failed to get image from containerd|from containerd image store|failed to create image reference|failed to resolve image "[^"]*": not found|no such image: \S+$|unable to inspect image \S+$|consider removing the image to resolve/i,
  ],
  [
    { code: 'broken-store' },
    // containers/storage and Docker: their own lists of layers, and the links between layers.
    /loading (?:primary|additional) layer store|\/(?:layers|images)\.json": (?:unexpected end|invalid character)|can't stat lower layer|link \S{1,300}\/overlay2?\/l\b\S{0,40}: (?:invalid argument|no such file)|readlink \S{1,200}\/overlay2?: invalid argument|\/layerdb\/\S{1,200}: no such file|\/overlay2?\/[\w-]{1,80}(?:\/(?:diff|link|lower|merged|work))?: no such file|layer does not exist|parent layer \S{1,100}: unknown layer|recreating the missing symlinks/i,
  ],
  [
    { code: 'signature-lookup' },
    /reading signature from |\/signature-\d+["':]|source image rejected: (?:downloading signatures|reading manifest \S{1,300}\.sig\b|get ")/i,
  ],
  [
    { code: 'policy-key' },
    // containers/image, signature/policy_eval_*.go.
    /source image rejected: (?:open|read|stat) \/|source image rejected: parsing (?:rekor )?public key|error loading (?:fulcio|pki) ca/i,
  ],
  // GPGME_ERR_INV_ENGINE.
  [{ code: 'no-gnupg' }, /\binvalid crypto engine\b/i],
  [{ code: 'file-denied' }, /\baccess is denied\b(?! due)|\bthe process cannot access the file\b/i],
  [{ code: 'unpacker-killed' }, /signal: killed/i],
  [{ code: 'too-many-layers' }, /\bmax depth exceeded\b/i],
  [{ code: 'no-image-size' }, /\bid or size of image .{1,400} is not set/i],
  [{ code: 'schema1' }, /schema ?(?:version )?1\b|manifest\.v1\+prettyjws|docker v1/i],
  [
    { code: 'artifact' },
    /stream processor for (?!application\/vnd\.(?:oci|docker)\.)\w|vnd\.cncf\.helm|application\/vnd\.wasm|(?<!image or )oci artifact|not a (?:container )?image|artifact type|unknown config media|empty\.v1\+json|ai models are not|not container images/i,
  ],
  [{ code: 'served-list' }, UNLISTED],
  [{ code: 'storage-quota' }, /quota has been exceeded on namespace|storage quota|insufficient storage/i],
  [
    { code: 'vulnerabilities' },
    /vulnerabilit|\bcve-\d|\bxray\b|severity (?:of|level)|scann(?:ed|ing)|quarantine/i,
  ],
  [
    { code: 'region' },
    /export control|not available in your (?:country|region|location)|embargo|sanction|legal reasons|your location|from your (?:country|region)/i,
  ],
  [
    { code: 'token-wanted' },
    /\b(?:use|provide|requires?|log ?in with) (?:a |an |your )?(?:personal )?access token\b|\bpersonal access token (?:is )?(?:required|to log ?in)\b|two[- ]factor auth.{0,80}access token/i,
  ],
  [
    { code: 'token-scope' },
    /saml (?:enforcement|sso)|read_registry|read:packages|read_package|token scope|(?:required|expected) scopes|insufficient scope/i,
  ],
]
