/** The words of steps about the snapshotter of a runtime, which keeps the layers of images unpacked. */

import type { SnapshotterStep } from '../../../advice/step/step-at-node.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { LazySnapshotter } from '../../../diagnosis/clues/clue-at-node.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { nodeClientStep, onNodes, storePath } from '../node/node.ts'
import { snapshotterLog, snapshotterStart } from '../node/node-images.ts'
import { fileSystemsCommand, kernelLog } from '../node/node-kernel.ts'
import type { StepWords } from '../step-words.ts'

/** Returns the table of the setting, which containerd 2 moved. */
function annotationsPlace(host: PullingNode): string {
  const old = 'below [plugins."io.containerd.grpc.v1.cri".containerd]'
  const now = "below [plugins.'io.containerd.cri.v1.images']"
  if (host.runtime !== 'containerd' || host.version === null) return `${now}, or, before version 2, ${old}`
  return host.version.startsWith('1.') ? old : now
}

/** The folder in which containerd keeps the layers that it could not stack with overlayfs (devcontainers/features#1658); null if the text shows none. */
function overlayStore({ evidence }: Pick<Finding, 'evidence'>): string | null {
  return (
    /\bupperdir=(\/[\w./-]{1,200}?)\/io\.containerd\.snapshotter\.v1\.overlayfs\//.exec(
      evidence?.text ?? '',
    )?.[1] ?? null
  )
}

/** learn.microsoft.com, "Use Artifact Streaming on Azure Kubernetes Service". */
function lazyName(name: LazySnapshotter | null, { host }: Pick<Finding, 'host'>): string | null {
  return name === 'OverlayBD' && host.platform === 'aks' ? `${name}, by artifact streaming of AKS` : name
}

/** The socket of the snapshotter with which GKE streams images. */
const GCFS = /\/containerd-gcfs-grpc\.sock$/

export const snapshotterSteps: StepWords<SnapshotterStep> = {
  'define-unpacker': ({ snapshotter }, { findings, findings: [first] }) => {
    const { host } = first
    const { platform } = host
    // Firecracker shares no file system with its node, and needs block devices (kata-containers, docs/how-to).
    const ofClass = clueOf(first.clues, 'runtime-class')?.name
    const wrong =
      snapshotter === null
        ? 'no platform in it has a snapshotter and a differ that are loaded (unpack_config of the transfer plugin), so no image can be unpacked'
        : `it uses the snapshotter ${snapshotter}, which is not there: add it (proxy_plugins, if it is a process of its own)${ofClass === undefined ? ',' : ' or'} see why it failed to load${snapshotter === 'devmapper' ? ' (most often, its thin pool is gone since the node was restarted: `dmsetup ls` has to show the pool_name of the configuration)' : ''}${ofClass === undefined ? ', or use overlayfs' : `, as runtime class ${ofClass} may work with no other`}`
    // containerd's own snapshotter, which it leaves out where a trial mount fails (plugins/snapshots/overlay).
    const text =
      snapshotter === 'overlayfs'
        ? `See why containerd left out its snapshotter overlayfs ${onNodes(findings)}: the kernel has no module overlay, or the file system under ${storePath(host)} can't hold overlays (xfs without ftype=1, or an overlay itself); correct that, or set another snapshotter, and restart containerd`
        : `Correct containerd's configuration ${onNodes(findings)}: ${wrong}; find the plugins that failed to load, and restart containerd afterward`
    return platform === 'k3s' || platform === 'rke2' || platform === 'microk8s' || platform === 'talos'
      ? { text }
      : nodeClientStep(text, `${platform === 'k0s' ? 'k0s ' : ''}ctr plugins ls`, findings)
  },
  'start-snapshotter': ({ name }, { findings, findings: [{ endpoint, host }] }) => {
    // cloud.google.com/kubernetes-engine/docs/how-to/image-streaming; the units are in the log of its nodes.
    if (endpoint?.role === 'runtime' && GCFS.test(endpoint.host))
      return nodeClientStep(
        `Restart GKE's image streaming ${onNodes(findings)}: nothing answers at ${endpoint.host}. If it ends again, replace the node, or turn image streaming off for its node pool (\`gcloud container node-pools update <pool> --cluster=<cluster> --location=<location> --no-enable-image-streaming\`), on which GKE may recreate the pool's nodes`,
        'systemctl restart gcfs-snapshotter gcfsd',
        findings,
      )
    const socket = endpoint?.role === 'runtime' ? `: nothing answers at ${endpoint.host}` : ''
    // Through its socket, the kubelet or the runtime may ask it for images.
    const instead = hasClue(findings[0].clues, 'snapshotter-gone')
      ? 'let the runtime use overlayfs there'
      : "set the kubelet's image service endpoint back to the runtime's own socket"
    const or = hasClue(findings[0].clues, 'runtime-class') ? '' : `; or ${instead}`
    const text = `Start the snapshotter${name === null ? '' : ` ${name}`} ${onNodes(findings)} again${name === null ? " (nydus, stargz, SOCI, or another one that containerd's configuration names under proxy_plugins)" : ''}${socket}${or}`
    return nodeClientStep(text, snapshotterStart(host, name), findings)
  },
  'snapshotter-log': ({ name }, { findings, findings: [{ steps }] }) =>
    nodeClientStep(
      steps[0].code === 'start-snapshotter' || steps[0].code === 'annotate-snapshots'
        ? `Look at the log of the snapshotter ${onNodes(findings)}`
        : hasClue(findings[0].clues, 'torn-store')
          ? `Look at the log of the snapshotter ${onNodes(findings)} (${lazyName(name, findings[0]) ?? 'a process of its own'}), which keeps the layers in place of containerd`
          : `Read the log of the snapshotter ${onNodes(findings)} (${lazyName(name, findings[0]) ?? 'SOCI, stargz, or another one that loads layers lazily'}) and restart it: it could not mount a layer of the image, which it requests from the registry itself${name === 'OverlayBD' ? '; /var/log/overlaybd.log has the errors of the device behind it' : ''}`,
      snapshotterLog(findings[0].host, name),
      findings,
    ),
  // awslabs/amazon-eks-ami#2710: containerd 2.2.3 has the snapshotter unpack the pause image, too, before a login for it can be had.
  'snapshotter-login': ({ name }, { findings, findings: [{ containerKind, endpoint }] }) => ({
    text:
      containerKind === 'sandbox' && cloudOf(endpoint?.host ?? null) === 'ecr'
        ? `Replace the node with one of another release of the EKS AMI (awslabs/amazon-eks-ami#2710), or turn off the feature gate FastImagePull in its NodeConfig: the snapshotter ${onNodes(findings)}${name === null ? '' : ` (${name})`} requests the layers of the pause image itself, and has no login for ECR`
        : `Give the snapshotter ${onNodes(findings)}${name === null ? '' : ` (${name})`} the logins that the kubelet sends with each pull, by its CRI keychain and the kubelet's image service endpoint: it requests the layers itself, and sent no login`,
  }),
  // containerd/nydus-snapshotter#573; containerd leaves them out from 1.4.2 on (containerd/containerd#4665).
  'annotate-snapshots': ({ name }, { findings, findings: [{ host }] }) => ({
    text: `Set disable_snapshot_annotations = false in containerd's configuration ${onNodes(findings)} (${annotationsPlace(host)}) and restart containerd: by default, it does not pass the image's name to the snapshotter${name === null ? '' : ` (${name})`}, which needs it to request the layers itself`,
  }),
  'bypass-snapshotter': (_step, { findings, findings: [{ steps }] }) => ({
    text: `${steps[0].code === 'snapshotter-login' ? 'Or' : 'If the pull fails again,'} let the runtime use overlayfs ${onNodes(findings)} instead, which downloads whole layers, and update the snapshotter`,
  }),
  'refused-mount': ({ snapshotter, fileSystem, error }, { findings, findings: [{ host, clues }] }) => {
    const isAny = snapshotter === null || snapshotter === 'overlayfs' || hasClue(clues, 'runtime-class')
    const other = isAny ? 'another snapshotter' : 'overlayfs'
    const store = overlayStore(findings[0])
    if (error === 'invalid argument' && store !== null && host.platform !== 'talos')
      return nodeClientStep(
        `See which file system holds ${store} ${onNodes(findings)}, and why the kernel refused the mount: on an overlay, as in a node or a Docker that runs in a container, it mounts no other overlay. Then put ${store} on a volume or on a disk (ext4, xfs with ftype=1)${host.runtime === 'docker' ? ": that is where Docker keeps layers with containerd's image store, and not in /var/lib/docker" : ''}; otherwise, let containerd use ${other}`,
        `findmnt -T ${store}; ${kernelLog(host)}`,
        findings,
      )
    if (error !== 'no such device')
      return nodeClientStep(
        `See why the kernel refused the mount ${onNodes(findings)}; if ${fileSystem ?? 'that file system'} does not work there, let containerd use ${other}`,
        kernelLog(host),
        findings,
      )
    // A type with a slash is for containerd's mount manager, which has to resolve it.
    return fileSystem?.includes('/') === true
      ? {
          text: `Update containerd ${onNodes(findings)}, or let it use ${other}: ${fileSystem} is containerd's own notation, which it should have replaced before it asked the kernel`,
        }
      : nodeClientStep(
          `See which file systems the kernel supports ${onNodes(findings)}; load the module of the missing one, or let containerd use ${other}`,
          fileSystemsCommand(host),
          findings,
        )
  },
}
