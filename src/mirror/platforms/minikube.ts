/**
 * minikube: files below ~/.minikube/files are copied to every node at each start (minikube.sigs.k8s.io/docs/handbook/filesync);
 * `--registry-mirror` only reaches Docker's daemon (minikube's docs on registries).
 */

import type { GroupSetup, NodeGroup, PlatformRule } from '../setup.ts'
import { containerdSetup } from './containerd.ts'
import { crioSetup } from './cri-o.ts'
import { docker } from './docker.ts'
import { CERTS_D, configPath } from './hosts-toml.ts'

/** The cluster that these nodes belong to: the first node has its name, and the others add `-m02` to it. */
function profileOf({ nodes }: NodeGroup): string {
  return (nodes[0] ?? 'minikube').replace(/-m\d{2,}$/, '')
}

/** Moves the files to the folder that minikube copies. */
function copied(setup: GroupSetup, group: NodeGroup): GroupSetup {
  if ('unsupported' in setup) return setup
  const profile = profileOf(group)
  return {
    ...setup,
    files: setup.files.map(file => ({ ...file, name: `.minikube/files${file.place ?? `/${file.name}`}` })),
    delivery: 'minikube-files',
    put: [],
    effect: 'after-restart',
    activate: { on: 'machine', line: `minikube stop -p ${profile} && minikube start -p ${profile}` },
  }
}

export const minikube: PlatformRule = (target, group) => {
  switch (group.runtime) {
    case 'docker': {
      const setup = docker(target, group)
      if ('unsupported' in setup) return setup
      const insecure = target.address.scheme === 'http' ? ` --insecure-registry=${target.address.host}` : ''
      return {
        ...setup,
        // minikube manages the daemon's own file.
        files: setup.files.filter(({ name }) => name !== 'daemon.json'),
        delivery: 'minikube-files',
        // minikube ignores these flags for a cluster that exists (cmd/minikube/cmd/start_flags.go).
        effect: 'new-cluster',
        activate: {
          on: 'machine',
          line: `minikube start -p ${profileOf(group)} --registry-mirror=${target.address.url}${insecure}`,
        },
      }
    }
    case 'cri-o':
      return copied(crioSetup(target), group)
    case 'containerd':
      return copied(containerdSetup(target, group, { notes: [configPath(group, CERTS_D)] }), group)
    default:
      return { unsupported: 'unknown-runtime' }
  }
}
