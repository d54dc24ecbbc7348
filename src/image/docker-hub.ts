/** The names Docker Hub goes by: in references, in the keys of logins and on the wire. */

/** Its name in image references. */
export const DOCKER_HUB = 'docker.io'

/** Its older name: normalized away in references, and where the kubelet files the usual key. */
export const DOCKER_HUB_INDEX = 'index.docker.io'

/** The key of its logins that docker, kubectl and the kubelet agree on; the last slash is needed, or the kubelet never matches it. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** The host that serves its images. */
export const DOCKER_HUB_HOST = 'registry-1.docker.io'

const SERVING_HOSTS = [DOCKER_HUB_INDEX, DOCKER_HUB_HOST, 'registry.hub.docker.com']
const ALIASES = [DOCKER_HUB, ...SERVING_HOSTS, 'hub.docker.com', 'docker.com', '*.docker.io']

/** One spelling for one registry: `index.docker.io` is Docker Hub, host names have no case. */
export function canonicalRegistry(host: string): string {
  const name = host.toLowerCase()
  return name === DOCKER_HUB_INDEX ? DOCKER_HUB : name
}

/**
 * Whether pulls from that registry count at Docker Hub: its name, or a host that serves its images, in any case and with or without :443.
 * Its website and mirrors do not.
 * @param registry as in a reference
 */
export function isDockerHub(registry: string): boolean {
  return registry === DOCKER_HUB || SERVING_HOSTS.includes(registry.toLowerCase().replace(/:443$/, ''))
}

/** Whether the host in a login's key stands for Docker Hub in the eyes of a person, even if no kubelet ever matches it. */
export function isDockerHubAlias(host: string): boolean {
  return ALIASES.includes(host)
}

/** Whether a host belongs to Docker Hub, such as that of its token server. */
export function isDockerHubHost(host: string): boolean {
  return host === DOCKER_HUB || host.endsWith(`.${DOCKER_HUB}`)
}
