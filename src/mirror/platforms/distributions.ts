/**
 * Distributions and clouds whose nodes read containerd's own files:
 * MicroK8s (canonical/microk8s#3221 and its page on private registries), k0s (docs.k0sproject.io, Runtime), Amazon EKS (awslabs/amazon-eks-ami sets config_path),
 * AKS (Azure/AgentBaker#1369 sets config_path), kind (its page on local registries), and Windows nodes.
 */

import type { PlatformRule } from '../setup.ts'
import { containerdSetup } from './containerd.ts'
import { CERTS_D, configPath, folderName, sampleImage } from './hosts-toml.ts'

const MICROK8S = '/var/snap/microk8s/current/args/certs.d'
const K0S = '/etc/k0s/containerd.d/certs.d'
const WINDOWS = 'C:\\ProgramData\\containerd\\certs.d'

export const microk8s: PlatformRule = (target, group) =>
  containerdSetup(target, group, {
    folder: MICROK8S,
    delivery: 'copy-to-every-node',
    pull: `microk8s ctr images pull --hosts-dir ${MICROK8S}`,
  })

/** k0s adds each file in containerd.d to containerd's configuration, and sets no config_path itself. */
export const k0s: PlatformRule = (target, group) =>
  containerdSetup(target, group, {
    folder: K0S,
    delivery: 'copy-to-every-node',
    pull: `k0s ctr images pull --hosts-dir ${K0S}`,
    notes: [configPath(group, K0S, '/etc/k0s/containerd.d/cri-registry.toml')],
  })

/** The Amazon Machine Image sets config_path and has no crictl; only user data reaches nodes that are created later. */
export const eks: PlatformRule = (target, group) =>
  containerdSetup(target, group, {
    delivery: 'user-data',
    effect: 'new-nodes',
    pull: `ctr -n k8s.io images pull --hosts-dir ${CERTS_D}`,
  })

/** Node images set config_path. A reimaged or upgraded node starts without the files, so a DaemonSet keeps them there. */
export const aks: PlatformRule = (target, group) => containerdSetup(target, group, { delivery: 'daemon-set' })

export const kind: PlatformRule = (target, group) =>
  containerdSetup(target, group, {
    delivery: 'node-containers',
    put: group.nodes.flatMap(node =>
      target.registries.map(registry => {
        const name = folderName(registry)
        return {
          on: 'machine' as const,
          line: `docker exec ${node} mkdir -p ${CERTS_D} && docker cp ${name} ${node}:${CERTS_D}/`,
        }
      }),
    ),
    notes: [configPath(group, CERTS_D)],
  })

/** curl.exe on these hosts has no option for the system's certificate store, so the check is only a pull. */
export const windows: PlatformRule = (target, group) =>
  group.runtime === 'containerd' || group.runtime === null
    ? containerdSetup(target, group, {
        folder: WINDOWS,
        delivery: 'copy-to-every-node',
        check: [
          { on: 'node', line: `ctr -n k8s.io images pull --hosts-dir ${WINDOWS} ${sampleImage(target)}` },
        ],
        notes: [configPath(group, WINDOWS), { code: 'unconfirmed-place' }],
      })
    : { unsupported: 'unknown-runtime' }
