/** The names Docker Hub goes by: in references, in credential files and on the wire. */

/** Its name in image references. */
export const DOCKER_HUB = 'docker.io'

/** The key that docker, kubectl and the kubelet agree on; the last slash is needed, or the kubelet never matches it. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/'

/** The host that serves its images. */
export const DOCKER_HUB_HOST = 'registry-1.docker.io'

/** One spelling for one registry: `index.docker.io` is Docker Hub, host names have no case. */
export function registryName(host: string): string {
  const name = host.toLowerCase()
  return name === 'index.docker.io' ? DOCKER_HUB : name
}

/** Whether asking that registry counts at Docker Hub, under whichever of its own names. */
export function isDockerHub(registry: string): boolean {
  return registry === DOCKER_HUB || /\.docker\.(io|com)$/.test(registry)
}
