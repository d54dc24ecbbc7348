/** The names Docker Hub goes by: in references, in the keys of logins and on the wire. */

/** Its name in image references. */
export const DOCKER_HUB = 'docker.io'

/** Its older name: normalized away in references, and where the kubelet files the usual key. */
export const DOCKER_HUB_INDEX = 'index.docker.io'

/** The key of its logins that docker, kubectl and the kubelet agree on; the last slash is needed, or the kubelet never matches it. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** The host that serves its images. */
export const DOCKER_HUB_HOST = 'registry-1.docker.io'

const REGISTRY_HOSTS = [DOCKER_HUB, DOCKER_HUB_INDEX, DOCKER_HUB_HOST, 'registry.hub.docker.com']
const ALIASES = [...REGISTRY_HOSTS, 'hub.docker.com', 'docker.com', '*.docker.io']

/** One spelling for one registry: `index.docker.io` is Docker Hub, host names have no case. */
export function canonicalRegistry(host: string): string {
  const name = host.toLowerCase()
  return name === DOCKER_HUB_INDEX ? DOCKER_HUB : name
}

/**
 * Whether it is Docker Hub's registry, so that pulls from it count there: under any of its names, in any case, with or without :443. Its
 * website hub.docker.com, docker.com and mirrors are not.
 */
export function isDockerHub(host: string): boolean {
  return REGISTRY_HOSTS.includes(host.toLowerCase().replace(/:443$/, ''))
}

/** Whether the host in a login's key stands for Docker Hub in the eyes of a person, even if no kubelet ever matches it. */
export function isDockerHubAlias(host: string): boolean {
  return ALIASES.includes(host)
}

/** Whether a host belongs to Docker Hub, even if it serves no images that are known of, such as its token server's. */
export function isDockerHubHost(host: string): boolean {
  return isDockerHub(host) || host.endsWith(`.${DOCKER_HUB}`)
}
