/** The words of steps on what a node stores images on: its disk, its file system, and the runtime's store. */

import type { StoreStep } from '../../../advice/step/step-at-store.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { shellWord } from '../../sanitize.ts'
import { minuteOf } from '../duration.ts'
import {
  describeNode,
  diskCommand,
  largestFolders,
  nodeClientStep,
  nodeName,
  nodeShellStep,
  nodesOf,
  onNodes,
  releaseOf,
  storePath,
} from '../node/node.ts'
import { pruneCommand, removeCommand, removeLimits } from '../node/node-images.ts'
import { kernelLog } from '../node/node-kernel.ts'
import { restartOf } from '../node/node-settings.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** Returns the store of the runtime that the text shows, which settings can move; null if it shows none. */
function shownStore({ evidence }: Pick<Finding, 'evidence'>): string | null {
  return (
    /(?:^|[\s"'=:])(\/[\w.-]{1,60}(?:\/[\w.-]{1,60}){0,8}?)\/(?:image\/overlay2?\/layerdb|overlay2?\/(?:[0-9a-f]{64}|l\/\w{26})|io\.containerd\.(?:content|metadata|snapshotter)\.v1\.[\w-]{1,40})\b/.exec(
      evidence?.text ?? '',
    )?.[1] ?? null
  )
}

/** The folder of a layer in Docker's store that is in the way of the same layer (moby/moby, layer/filestore.go). */
const LEFT_BEHIND =
  /\brename \S{1,300}\/layerdb\/tmp\/\S{1,100} (\/\S{1,300}): (?:file exists|directory not empty)/i

/** What containerd before 1.3 has of a download that was interrupted (containerd/containerd#3089, #3160). */
const HALF_DOWNLOAD = /\bresume write: stat (\/[\w./-]{1,200}\/ingest\/[0-9a-f]{64})\/\w{1,20}: /i

/** Returns how to empty the image store of a node that nothing rebuilds; for CRI-O, as the documentation of OpenShift has it (Troubleshooting CRI-O). */
function emptyStore(
  { host: { os, platform, runtime, containerdStore }, clues, evidence }: Findings[0],
  store: string,
): string {
  const isCrio = runtime === 'cri-o' && (platform === null || platform === 'openshift')
  // Docker would still list what containerd stored for it.
  const isShared = runtime === 'docker' && (containerdStore === true || /\bcontainerd\b/.test(store))
  if (os === 'windows' || isShared || (platform !== null && !isCrio)) return ''
  const snapshotter = clueOf(clues, 'lazy-snapshotter')?.name ?? null
  const stopped =
    snapshotter === null ? ' and the runtime' : `, the runtime, and the snapshotter (${snapshotter})`
  // A snapshotter that keeps old snapshots refuses the new ones of the same number.
  const isItsOwn = /\/io\.containerd\.snapshotter\.v1\./.test(evidence?.text ?? '')
  const others = isItsOwn
    ? " and in containerd's own root, if that is another folder"
    : `, and all that is in the root of ${snapshotter}, which is a folder of its own`
  const more = snapshotter === null ? '' : others
  // Other programs may have files in a folder that was chosen by hand.
  const isChosen = runtime === 'containerd' && store !== '/var/lib/containerd'
  const how = isCrio
    ? 'run `crio wipe -f`, which removes its containers and images'
    : `remove ${isChosen || more !== '' ? `the folders io.containerd.* in ${store}` : store}${more}${runtime === 'docker' ? ' (with its containers and volumes)' : ''}`
  return ` or empty the store: stop the kubelet${isCrio ? ' and CRI-O' : stopped}, ${how}, and start them again`
}

/** Returns what to do about the store of the nodes: as the first step, what the text shows it to need. */
function storeText(findings: Findings): string {
  const [{ host, steps, evidence }] = findings
  const store = shownStore({ evidence }) ?? storePath(host)
  const replace = `replace it${emptyStore(findings[0], store)}`
  if (steps[0].code !== 'check-store')
    return `If the error comes back, or other images fail there too, check the disk under ${store} ${onNodes(findings)} and update the runtime; or drain the node, then ${replace}`
  const half = HALF_DOWNLOAD.exec(evidence?.text ?? '')?.[1]
  if (half !== undefined)
    return `Remove ${half} ${onNodes(findings)}, which an interrupted pull left there without its content, and ${restartOf(host) ?? 'restart containerd'}; from 1.3 on, containerd discards such a folder itself. The kubelet then pulls the image again`
  const [, left] = LEFT_BEHIND.exec(evidence?.text ?? '') ?? []
  return left === undefined
    ? `Drain ${onNodes(findings).replace(/^on /, '')}, then ${replace}; if this happens again, check the disk under ${store}`
    : `Stop Docker ${onNodes(findings)}, remove ${left}, which an earlier pull left there, and start Docker again; if other layers fail like this, drain the node, then ${replace}`
}

/** Returns what else runs out of space with a storage driver that Docker had before version 25 (docs.docker.com/engine/storage/drivers/device-mapper-driver). */
function ofBaseSize({ runtime, version, os }: PullingNode): string {
  const [major] = releaseOf(version)
  return runtime === 'docker' && os !== 'windows' && version !== null && major < 25
    ? '. If it is not full, and the storage driver is devicemapper (`docker info`), an image can be no larger than dm.basesize (10 GB by default): raise that, or use overlay2'
    : ''
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** Returns how to find downloads that containerd has not finished, by what it names them; the folder depends on the distribution. */
function ingestCommand(host: PullingNode, digest: string | null): string {
  const content = 'io.containerd.content.v1.content'
  if (host.os === 'windows')
    return `Select-String -Pattern '${digest ?? 'sha'}' -Path C:\\ProgramData\\containerd\\root\\${content}\\ingest\\*\\ref`
  const inner = INNER_STORES.get(host.platform ?? '') ?? ''
  // Only root can list the folder, so no other user's shell completes a pattern there, not even for sudo.
  // A pod has the files of its node there (kubernetes.io, "Debugging Kubernetes Nodes With Kubectl").
  const root = host.platform === 'talos' ? '/host' : ''
  return `find ${root}${storePath(host)}${inner}/${content}/ingest -name ref -exec grep ${digest === null ? '-H sha' : `-l ${digest}`} {} +`
}

/** Where containerd's own root is below the store's folder. */
const INNER_STORES = new Map([
  ['k3s', '/agent/containerd'],
  ['rke2', '/agent/containerd'],
  ['microk8s', '/var/lib/containerd'],
])

export const storeSteps: StepWords<StoreStep> = {
  'prune-images': ({ within = 'disk' }, { findings }) => {
    const { command, removesOne } = pruneCommand(findings[0].host)
    const text =
      removesOne === null
        ? `Remove images that nothing uses ${onNodes(findings)}, if they fill the ${within}; this also removes those that were loaded by hand`
        : `Find images that nothing uses ${onNodes(findings)}, if they fill the ${within}, and remove each with all of its names (\`${removesOne}\`); the kubelet does so on its own above imageGCHighThresholdPercent (85 by default)`
    return nodeClientStep(text, command, findings)
  },
  'show-thin-pool': (_step, { findings }) =>
    nodeShellStep(
      `See how full the thin pool of devicemapper is ${onNodes(findings)} (its data and its metadata): df does not show it`,
      `${findings[0].host.runtime === 'docker' ? "docker info | grep -iE 'pool|space'; " : ''}lvs -a`,
      findings,
    ),
  'extend-thin-pool': (_step, { findings, findings: [{ host }] }) => ({
    text: `Enlarge the thin pool ${onNodes(findings)} (\`lvextend\`, after adding a disk to its volume group), or move the runtime's storage to ${host.runtime === 'docker' ? 'overlay2' : 'overlayfs'}, which uses the whole file system`,
  }),
  // containerd/containerd#4790 and #7048, moby/moby#16092.
  'rebuild-thin-pool': (_step, { findings: [{ host }] }) => ({
    text: `If the pool is not full, it does not agree with the runtime's records of it, as after it was changed, renamed, or restored: replace the node, or drain it, stop the kubelet and the runtime, remove the pool and ${storePath(host)}${host.runtime === 'containerd' ? ' (and the root_path of the devmapper snapshotter, if it is elsewhere)' : ''}, create the pool again, and start both`,
  }),
  'hold-attributes': ({ name }, { findings, findings: [{ host }] }) => ({
    text: `Let files ${onNodes(findings)} have extended attributes${name === null ? '' : ` (${name})`}: put ${storePath(host)} on ext4 or xfs without the mount option nouser_xattr (not on tmpfs or NFS), on a kernel that was built with them, and run the runtime in a VM or on the machine itself, as it can't set them in a rootless or unprivileged container (LXC) on overlay2${host.runtime === 'docker' ? '. Docker before 25.0 left out what it could not set' : ''}`,
  }),
  'leave-attribute': ({ name, label }, { findings, findings: [{ host }] }) => {
    if (!label)
      return {
        text: `Use another tag of the image, or build it again, without ${name ?? 'such attributes, such as file capabilities (security.capability)'}: the kernel ${onNodes(findings)} does not accept the value${name === null ? '. It is no SELinux label: CRI-O leaves those out since 1.25' : ''}`,
      }
    const update =
      host.runtime === 'cri-o'
        ? `Update CRI-O ${onNodes(findings)} to 1.25 or later, which leaves out the SELinux labels of an image's files; or use`
        : 'Use'
    return {
      text: `${update} a tag of the image without SELinux labels, or nodes without SELinux: ${name === null ? 'most often, what the kernel rejects is' : 'what the kernel rejects is most likely'} a label that its SELinux policy does not have (such as one of Android's)`,
    }
  },
  'release-mount': (_step, { findings }) => {
    const text = `Find the process that keeps the runtime's mount busy ${onNodes(findings)}, most often a security agent or virus scanner that looks into every new mount, and exclude ${storePath(findings[0].host)} from it`
    return findings[0].host.runtime === 'containerd' && findings[0].host.os !== 'windows'
      ? nodeShellStep(text, "grep -lE 'tmpmounts|containerd-mount' /proc/[0-9]*/mountinfo", findings)
      : { text }
  },
  'release-store': (_step, { findings, findings: [{ host }] }) => {
    const isOld = host.runtime === 'docker' && host.version !== null && releaseOf(host.version)[0] < 18
    return nodeClientStep(
      `Find what keeps the runtime from its own files ${onNodes(findings)}${isOld ? ' (or update Docker, as releases this old have faults of their own there: Azure/acs-engine#2659)' : ''}: exclude ${storePath(host)} from virus scanners and other security software, and check that SYSTEM has full control of it`,
      `icacls ${storePath(host)}`,
      findings,
    )
  },
  'check-disk': (_step, { findings }) =>
    findings[0].host.os === 'windows'
      ? {
          text: `Check the disk ${onNodes(findings)} (Windows event log, source disk or Ntfs), and replace the node if it fails`,
        }
      : nodeClientStep(
          `See what the kernel reports about the disk ${onNodes(findings)}, and ${hasClue(findings[0].clues, 'read-only') ? 'repair the file system (fsck) and mount it read-write again, or replace the disk or the node' : 'replace the disk or the node if it fails'}`,
          kernelLog(findings[0].host),
          findings,
        ),
  'free-host-disk': (_step, { findings }) => ({
    text: `If ${nodesOf(findings).length > 1 ? 'these nodes are virtual machines or containers' : 'the node is a virtual machine or a container'} on a computer (Docker Desktop, Rancher Desktop, Colima, kind, minikube), free space on that computer's disk, and restart the machine: once it is full, every write in the machine fails like this`,
  }),
  'show-disk': ({ path }, { findings, findings: [{ host, clues }] }) => {
    const largest = largestFolders(host, path ?? storePath(host))
    const which = largest === null ? '' : ', then the largest folders in MB'
    return nodeClientStep(
      `See what fills the disk ${onNodes(findings)}${host.os === 'windows' || host.platform === 'talos' ? '' : ` (space, then inodes${which})`}${which !== '' && clueOf(clues, 'disk-pressure')?.imagesInUse === true ? ', such as old logs in /var/log, which you can remove, or emptyDir volumes in /var/lib/kubelet, which are removed with their pods' : ''}`,
      [diskCommand(host, path), ...(largest === null ? [] : [largest])].join('; '),
      findings,
    )
  },
  'show-disk-quota': ({ path }, { findings, findings: [{ host }] }) => {
    const folder = path ?? storePath(host)
    const text = `See which quota applies to ${folder} ${onNodes(findings)}, by its file system (XFS: \`xfs_quota -x -c report\`; ext4: \`repquota -a\`; ZFS: \`zfs get quota,refquota\`; Btrfs: \`btrfs qgroup show\`)`
    if (host.os === 'windows' || host.platform === 'talos') return { text }
    return nodeShellStep(text, `findmnt -o TARGET,FSTYPE,OPTIONS -T ${shellWord(folder)}`, findings)
  },
  'raise-disk-quota': ({ path }, { findings: [{ host }] }) => ({
    text: `Raise that quota, or exempt ${path ?? storePath(host)} from it: the disk itself may have space, so a larger one changes nothing`,
  }),
  'relieve-disk': (_step, { findings, findings: [{ host, steps, clues }] }) => {
    const also = steps[0].code === 'relieve-disk' ? '' : ' too'
    const past = clueOf(clues, 'disk-pressure')?.past === true
    const why = past ? 'by its events, its disk was full' : 'the node reports DiskPressure'
    return nodeClientStep(
      `Free space ${onNodes(findings)}${also}: ${why}, and then the kubelet removes images that no container uses, even preloaded ones`,
      diskCommand(host, null),
      findings,
    )
  },
  'free-temporary': ({ path }, { findings, findings: [first] }) => ({
    text: `Free space in ${path} ${onNodes(findings)}, or enlarge its file system; or let the runtime use another folder (${first.host.runtime === 'cri-o' || first.host.runtime === null ? `big_files_temporary_dir in ${first.host.platform === 'openshift' ? 'a file in /etc/crio/crio.conf.d, which a MachineConfig has to bring' : '/etc/crio/crio.conf'}${first.host.runtime === null ? ' of CRI-O, TMPDIR in the service of others' : ''}` : `${first.host.runtime === 'docker' ? 'DOCKER_TMPDIR' : first.host.os === 'windows' ? 'TEMP' : 'TMPDIR'} in its service`})`,
  }),
  'larger-disk': (_step, { invocation, findings: [{ node, host }] }) => {
    // docs.aws.amazon.com/eks, fargate-pod-configuration.
    if (host.virtual === 'fargate')
      return {
        text: 'Give the pod more storage: set requests for ephemeral-storage in its template, as Fargate gives a pod 20 GiB for its images and files, and up to 175 GiB on request; or use a smaller image',
      }
    return {
      text: `If the disk fills up again, give nodes a larger one${host.virtual === 'auto-mode' ? ' (ephemeralStorage.size in the NodeClass of their node pool)' : ` or another volume, and let image garbage collection start earlier${ofBaseSize(host)}`}${node === null ? '' : ". This shows the node's capacity and conditions"}`,
      ...describeNode(invocation, node),
    }
  },
  'fit-disk': ({ disk, bytes, on, packed }, { findings: [first] }) => ({
    text: `Run the pods on nodes with a larger disk (a nodeSelector), such as ${on}, or give ${nodeName(first)} one: the image takes ${gigabytes(bytes)} on node ${on}${packed ? ' (compressed; more once it is unpacked)' : ''}, and ${nodeName(first)} reports a disk of ${gigabytes(disk)} in all, so removing other images is not enough unless ${storePath(first.host)} has a disk of its own`,
  }),
  'retry-relieved': ({ since }, { findings: [first] }) => ({
    text: `Wait for the next attempt, within five minutes${first.workload === null || first.workload.kind === 'Job' ? '' : ', or delete the pod, whose controller then creates a new one'}: ${nodeName(first)} has had no DiskPressure since ${minuteOf(since)}, after the last attempt that failed, so some space has been freed`,
  }),
  'remove-image': ({ image, isCopy }, { findings }) =>
    nodeClientStep(
      isCopy
        ? `Remove the copy of the image that the runtime has ${onNodes(findings)} under another name (\`crictl images --no-trunc\` shows which): delete or move the pods that run it there first. The kubelet then pulls the image again. If this comes back, update the runtime, and let pods use only one of the names`
        : `Remove what is left of the image ${onNodes(findings)}${removeLimits(findings[0].host)}; the kubelet then pulls it again`,
      removeCommand(findings[0].host, image),
      findings,
    ),
  'remove-download': ({ digest }, { findings, findings: [{ host }] }) =>
    nodeShellStep(
      `Remove what containerd keeps of the download ${onNodes(findings)}, so that the next attempt starts from the beginning: ${digest === null ? 'this lists the downloads in progress, and' : 'this prints a file ref, and'} the folder with ${digest === null ? "this layer's file ref" : 'it'} has to go (if nothing is printed, containerd has already removed it); then delete the pod, or wait for the next attempt${host.platform === 'talos' ? ". Talos itself offers no way to remove a file, but a debug pod has the node's files below /host" : ''}`,
      ingestCommand(host, digest),
      findings,
    ),
  'push-imported': (_step, { findings: [{ host, containerKind }] }) => ({
    text: `Push the image to a registry that the nodes pull from${host.platform === 'kind' ? ' (kind.sigs.k8s.io/docs/user/local-registry)' : ''}, and use its name there in the ${containerKind === 'volume' ? 'volume' : 'container'}: a pull gives the image the name that the pod asks for, and another import would not (kubernetes-sigs/kind#4099)`,
  }),
  // The setting came with containerd 1.4.
  'keep-layers': (_step, { findings, findings: [{ host }] }) => {
    const [major, minor] = releaseOf(host.version)
    const isBefore = host.version !== null && major === 1 && minor < 4
    return {
      text: isBefore
        ? `If the error comes back, update containerd ${onNodes(findings)}: this release is old, and later ones have corrected how it keeps content`
        : `If the error comes back, let containerd ${onNodes(findings)} keep unpacked layers (discard_unpacked_layers = false in its configuration, then restart it): pods with another snapshotter, such as Kata's, unpack them again`,
    }
  },
  'check-store': (_step, { findings }) => ({ text: storeText(findings) }),
  'move-store': (_step, { findings, findings: [first] }) => ({
    text: `Put ${storePath(first.host)} ${onNodes(findings)} on a local disk that can hold layers (ext4, xfs with ftype=1): the file system there can't (NFS, or no permission to change owners), and pulling again won't help. If the runtime unpacks with a snapshotter other than overlayfs, that one's mount may be the cause: use overlayfs there`,
  }),
}
