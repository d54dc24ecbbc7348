/** The pod that asks Docker Hub from a node: an image that is there already, a short script, and nothing else. */

/** Marks the pods, so that one that was left behind is found. */
export const PROBE_LABEL = 'pullguard.dev/quota-probe'
const NAME = 'pullguard-quota-'

/** Seconds; the kubelet ends the pod then, whatever became of this program. */
const LONGEST_LIFE = 60

/** Exit codes of the script. */
export const NO_CLIENT = 3

/**
 * Asks for headers alone, which costs no pull. BusyBox' wget sends a GET even with --spider, which would cost one: only curl and GNU Wget will do.
 * The token server is the one that the registry names; nothing but anonymous requests are sent.
 */
const SCRIPT = `
for tool in grep sed tr; do command -v $tool >/dev/null 2>&1 || exit ${NO_CLIENT}; done
if command -v curl >/dev/null 2>&1; then
  ask() { curl -sSI --max-time 15 -H "$2" "$1"; }
  get() { curl -sS --max-time 15 "$1"; }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  ask() { wget -q -S --spider --tries=1 --timeout=15 --header="$2" "$1" 2>&1; }
  get() { wget -q -O - --tries=1 --timeout=15 "$1"; }
else
  exit ${NO_CLIENT}
fi
challenge=$(ask "$1" 'Accept: */*' | tr -d '\\r' | sed -n 's/^ *[Ww][Ww][Ww]-[Aa]uthenticate: *[Bb]earer *//p')
realm=$(printf '%s' "$challenge" | sed -n 's/.*realm="\\([^"]*\\)".*/\\1/p')
service=$(printf '%s' "$challenge" | sed -n 's/.*service="\\([^"]*\\)".*/\\1/p')
token=$(get "$realm?service=$service&scope=repository:ratelimitpreview/test:pull" | sed -n 's/.*"token" *: *"\\([^"]*\\)".*/\\1/p')
ask "$1" "Authorization: Bearer $token" | tr -d '\\r' | grep -iE '^ *(HTTP/|ratelimit-|docker-ratelimit-source|retry-after|content-type)' >/dev/termination-log
`

const COMMAND = ['sh', '-c', SCRIPT, 'quota']

export interface ProbeDraft {
  namespace: string
  node: string
  /** As a pod on that node has it. */
  image: string
  /** The registry's URL, such as `https://registry-1.docker.io`. */
  registry: string
  /** With the node's own network, and so the address that its pulls come from. */
  hostNetwork: boolean
}

/** The object. It asks for as little as the strictest Pod Security level allows, but for the node's network. */
export function probePod({ namespace, node, image, registry, hostNetwork }: ProbeDraft): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: NAME,
      namespace,
      labels: { [PROBE_LABEL]: 'true', 'app.kubernetes.io/managed-by': 'pullguard' },
    },
    spec: {
      nodeName: node,
      hostNetwork,
      restartPolicy: 'Never',
      activeDeadlineSeconds: LONGEST_LIFE,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_534,
        runAsGroup: 65_534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'ask',
          image,
          imagePullPolicy: 'Never',
          command: COMMAND,
          args: [`${registry}/v2/ratelimitpreview/test/manifests/latest`],
          resources: {
            requests: { cpu: '10m', memory: '16Mi' },
            limits: { cpu: '200m', memory: '64Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  }
}

interface PodLike {
  metadata?: { name?: string; ownerReferences?: unknown[] }
  spec?: { restartPolicy?: string; containers?: { command?: string[] }[] }
}

/** Whether a pod is one of these: a label alone proves nothing, but no other pod runs this script under such a name. */
export function isProbePod({ metadata, spec }: PodLike): boolean {
  const [container, ...others] = spec?.containers ?? []
  return (
    metadata?.name?.startsWith(NAME) === true &&
    (metadata.ownerReferences ?? []).length === 0 &&
    spec?.restartPolicy === 'Never' &&
    others.length === 0 &&
    JSON.stringify(container?.command) === JSON.stringify(COMMAND)
  )
}
