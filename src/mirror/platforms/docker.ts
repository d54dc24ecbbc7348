/**
 * Docker behind cri-dockerd: `registry-mirrors` in daemon.json, only for Docker Hub and only the root of a host
 * (docs.docker.com/docker-hub/mirror, dockerd's reference); certificates below /etc/docker/certs.d.
 */

import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { MirrorTarget, PlatformRule } from '../setup.ts'
import { askMirror } from './hosts-toml.ts'

function daemonJson({ address }: MirrorTarget): string {
  const settings = {
    'registry-mirrors': [address.url],
    ...(address.scheme === 'http' ? { 'insecure-registries': [address.host] } : {}),
  }
  return `${JSON.stringify(settings, null, 2)}\n`
}

export const docker: PlatformRule = target => {
  const { address, registries, authority } = target
  if (!registries.includes(DOCKER_HUB)) return { unsupported: 'not-docker-hub' }
  if (address.prefix !== '') return { unsupported: 'root-only' }
  const others = registries.filter(registry => registry !== DOCKER_HUB)
  const place = `/etc/docker/certs.d/${address.host}/ca.crt`
  const files = [
    { name: 'daemon.json', place: '/etc/docker/daemon.json', content: daemonJson(target) },
    ...(authority === null ? [] : [{ name: 'ca.crt', place, content: authority }]),
  ]
  return {
    files,
    delivery: 'copy-to-every-node',
    put: [],
    effect: 'after-restart',
    activate: { on: 'node', line: 'systemctl restart docker' },
    check: [
      askMirror({ ...target, registries: [DOCKER_HUB] }, files),
      { on: 'node', line: 'docker info | grep -A2 "Registry Mirrors"' },
      { on: 'node', line: 'docker pull busybox:latest' },
    ],
    deadMirrorDelay: null,
    login: 'docker-hub-only',
    notes: [
      { code: 'merge' },
      ...(others.length === 0 ? [] : [{ code: 'docker-hub-only', others } as const]),
      ...(address.scheme === 'http' ? [{ code: 'plain-http' } as const] : []),
    ],
  }
}
