/** What changed between the Kubernetes and containerd releases that the simulator imitates; each is compared with the real one. */

/** A release of the API server and the kubelet. */
export interface KubernetesRelease {
  /** As `kubectl version` prints it. */
  version: string
  minor: string
  /** The kubelet's events for a container. */
  created(container: string): string
  started(container: string): string
  /** Whether a Table of service accounts has a column for their secrets. */
  countsAccountSecrets: boolean
  /** A StatefulSet's `rollingUpdate` if none is given. */
  statefulSetUpdate: { partition: number; maxUnavailable?: number }
}

/** A registry's refusal: its status, the request, and the error in its body. */
export interface RegistryRefusal {
  /** With the registry's real host, for error messages: `https://registry-1.docker.io/v2/…`. */
  url: string
  host: string
  /** `manifests latest` for `/manifests/latest`. */
  part: string
  /** `429 Too Many Requests`. */
  status: string
  /** `toomanyrequests: You have…`, or empty. */
  serverMessage: string
}

/** A release of containerd: its words for a failed pull. */
export interface RuntimeRelease {
  /** As a node reports it: `containerd://1.6.20`. */
  version: string
  /** The scheme for registries on loopback addresses that have no host configuration. */
  loopbackScheme: 'http' | 'https'
  unresolved(image: string): string
  refusedHead(refusal: RegistryRefusal): string
  refusedGet(refusal: RegistryRefusal): string
  refusedToken(refusal: Pick<RegistryRefusal, 'url' | 'status'>): string
}

/** What the nodes and the API server of a simulated cluster run. */
export interface Stack {
  kubernetes: KubernetesRelease
  runtime: RuntimeRelease
}

const KUBERNETES_1_34: KubernetesRelease = {
  version: 'v1.34.2',
  minor: '34',
  created: container => `Created container: ${container}`,
  started: container => `Started container ${container}`,
  countsAccountSecrets: true,
  statefulSetUpdate: { partition: 0 },
}

const KUBERNETES_1_37: KubernetesRelease = {
  version: 'v1.37.2',
  minor: '37',
  created: () => 'Container created',
  started: () => 'Container started',
  countsAccountSecrets: false,
  statefulSetUpdate: { partition: 0, maxUnavailable: 1 },
}

const CONTAINERD_1_6: RuntimeRelease = {
  version: 'containerd://1.6.20',
  loopbackScheme: 'http',
  unresolved: image => `failed to resolve reference "${image}"`,
  refusedHead: ({ host, part, status }) =>
    `pulling from host ${host} failed with status code [${part}]: ${status}`,
  refusedGet: ({ url, status, serverMessage }) =>
    `unexpected status code ${url}: ${status}${serverMessage && ` - Server message: ${serverMessage}`}`,
  refusedToken: ({ status }) => `unexpected status: ${status}`,
}

const CONTAINERD_2_4: RuntimeRelease = {
  version: 'containerd://2.4.2',
  loopbackScheme: 'https',
  unresolved: () => 'failed to resolve image',
  refusedHead: ({ url, status }) => `unexpected status from HEAD request to ${url}: ${status}`,
  refusedGet: ({ url, status, serverMessage }) =>
    `unexpected status from GET request to ${url}: ${status}${serverMessage && `\n${serverMessage}`}`,
  refusedToken: ({ url, status }) => `unexpected status from GET request to ${url}: ${status}`,
}

/** The stack of the project's recorded cases. */
export const RECORDED_STACK: Stack = { kubernetes: KUBERNETES_1_34, runtime: CONTAINERD_1_6 }

/** The simulated releases that behave most like a node's versions, such as `v1.36.0` and `containerd://2.1.4`. */
export function stackLike(kubelet: string, runtime: string): Stack {
  const minor = Number(/^v1\.(\d+)/.exec(kubelet)?.[1])
  const major = Number(/^containerd:\/\/(\d+)/.exec(runtime)?.[1])
  return {
    kubernetes: minor >= Number(KUBERNETES_1_37.minor) ? KUBERNETES_1_37 : KUBERNETES_1_34,
    runtime: major >= 2 ? CONTAINERD_2_4 : CONTAINERD_1_6,
  }
}
