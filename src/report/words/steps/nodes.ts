/** The words of steps on the node: its runtime, its disk and memory, and its pause image. */

import type { NodeStep } from '../../../advice/step-at-node.ts'
import { clueOf, hasClue } from '../../../diagnosis/clue.ts'
import type { MissingTool } from '../../../diagnosis/clue-at-node.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/pulling-node.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import {
  clockCommand,
  diskCommand,
  enterNode,
  kubeletLog,
  memoryCommand,
  nodeClientStep,
  nodeShellStep,
  nodesOf,
  onNodes,
  releaseOf,
  restartCommand,
  runtimeLog,
  storePath,
} from '../node.ts'
import { pruneCommand, pullCommand, pullLimits, removeCommand, removeLimits } from '../node-images.ts'
import { denialsCommand, failsAtAttributes, kernelLog } from '../node-kernel.ts'
import { kubeletFolder } from '../node-logins.ts'
import { daemonFile, mayBeOpenShift, restartOf } from '../node-settings.ts'
import { shortList } from '../nouns.ts'
import { isSearched } from '../searched.ts'
import type { StepWords } from '../step-words.ts'

/** What to do about a program or a kernel module that the node lacks. */
const INSTALL: Record<MissingTool['kind'], (name: string, place: string) => string> = {
  program: (name, place) =>
    `Install ${name} ${place} where the runtime finds it (its PATH), and restart the runtime; or correct the runtime's settings that need it, such as its snapshotter`,
  module: (name, place) =>
    `Load the kernel module ${name} ${place} (\`modprobe ${name}\`, and /etc/modules-load.d for the next start), or let the runtime use a snapshotter that works without it`,
}

/** Returns where a runtime reads the keys for encrypted images (containerd, docs/cri/decryption.md; crio.conf). */
function keyPlace({ runtime }: PullingNode): string {
  if (runtime === 'cri-o') return 'in decryption_keys_path of crio.conf, by default /etc/crio/keys'
  return runtime === 'containerd'
    ? 'in /etc/containerd/ocicrypt/keys, with ctd-decoder installed and its stream processors configured'
    : 'containerd: /etc/containerd/ocicrypt/keys, with ctd-decoder; CRI-O: /etc/crio/keys; Docker has no support for encrypted images'
}

/** Returns the store of containers/storage or Docker that the text shows, which settings can move; null if it shows none. */
function shownStore({ evidence }: Pick<Finding, 'evidence'>): string | null {
  return (
    /(?:^|[\s"'=:])(\/[\w.-]{1,60}(?:\/[\w.-]{1,60}){0,8})\/overlay2?\/[0-9a-f]{64}\b/.exec(
      evidence?.text ?? '',
    )?.[1] ?? null
  )
}

/** Returns what else runs out of space with a storage driver that Docker had before version 25 (docs.docker.com/engine/storage/drivers/device-mapper-driver). */
function ofBaseSize({ runtime, version }: PullingNode): string {
  const [major] = releaseOf(version)
  return runtime === 'docker' && version !== null && major < 25
    ? '. If it is not full, and the storage driver is devicemapper (`docker info`), an image can be no larger than dm.basesize (10 GB by default): raise that, or use overlay2'
    : ''
}

export const nodeSteps: StepWords<NodeStep> = {
  'prune-images': (_step, { findings }) => {
    const { command, removesOne } = pruneCommand(findings[0].host)
    const text =
      removesOne === null
        ? `Remove images that nothing uses ${onNodes(findings)}, if they fill the disk; this also removes those that were loaded by hand`
        : `Find images that nothing uses ${onNodes(findings)}, if they fill the disk, and remove each with all of its names (\`${removesOne}\`); the kubelet does so on its own above imageGCHighThresholdPercent (85 by default)`
    return nodeClientStep(text, command, findings)
  },
  'show-memory': (_step, { findings }) =>
    nodeClientStep(
      `See how much memory is free ${onNodes(findings)}`,
      memoryCommand(findings[0].host),
      findings,
    ),
  'show-killed': (_step, { findings }) =>
    nodeClientStep(
      `Look for processes that the kernel killed to free memory ${onNodes(findings)} ("Killed process", oom)`,
      kernelLog(findings[0].host),
      findings,
    ),
  'more-memory': (_step, { invocation, findings: [{ node }] }) => ({
    text: `Move pods to other nodes, set memory requests and limits for those that use most, or give nodes more memory${node === null ? '' : "; this shows what the node's pods request"}`,
    ...(node === null ? {} : { command: kubectlCommand(invocation, `describe node ${shellWord(node)}`) }),
  }),
  'install-tool': ({ kind, name }, { findings }) => ({ text: INSTALL[kind](name, onNodes(findings)) }),
  'raise-limits': (_step, { findings }) => ({
    text: `Restart the container runtime ${onNodes(findings)}, which frees what it holds; if the error comes back, raise the limits of its service (LimitNOFILE for open files, TasksMax for processes), or find the process that uses up those of the node`,
  }),
  'give-rights': (_step, { findings, findings: [{ host }] }) => ({
    text:
      host.os === 'windows'
        ? `Run the container runtime ${onNodes(findings)} as LocalSystem or as an administrator`
        : `Let the runtime ${onNodes(findings)} do what unpacking needs: run it with full rights (not in an unprivileged container such as LXC's), and see whether SELinux or AppArmor forbids it, such as after ${storePath(host)} was moved (\`restorecon -R\`)${failsAtAttributes(host) ? '; containerd before 1.7 also gives up at an extended attribute of a file that the kernel does not let it set: update it' : ''}`,
  }),
  'known-fault': ({ of }, { findings, findings: [{ host }] }) => ({
    text:
      of === 'attributes'
        ? `Go back to Docker 29.6.2 ${onNodes(findings)}, or install a release that fixes moby/moby#53616: from 29.7.0 on, Docker can't set extended attributes of files in some layers`
        : of === 'docker'
          ? `Install a release of Docker later than 29.7.1 ${onNodes(findings)}, or go back to 29.6.2: ${host.version} can't unpack some layers on older kernels (moby/moby#53298)`
          : `Update Bottlerocket ${onNodes(findings)} to 1.59.0 or later, or replace the node: ${host.bottlerocket} lacks an SELinux rule that unpacking some layers needs (bottlerocket-os/bottlerocket#4798)`,
  }),
  'file-attribute': (_step, { findings, findings: [{ host }] }) => ({
    text: `If other images unpack ${onNodes(findings)}, a file of this one has an extended attribute that the kernel does not let containerd set (such as a capability or an ACL): update containerd${host.version === null ? '' : ` (${host.version})`} to 1.7 or later, which leaves such attributes out, or use a version of the image without them`,
  }),
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
    text: `Let files ${onNodes(findings)} have extended attributes (${name}): put ${storePath(host)} on ext4 or xfs without the mount option nouser_xattr (not on tmpfs or NFS), on a kernel that was built with them, and run the runtime in a VM or on the machine itself, as it can't set them in a rootless or unprivileged container (LXC) on overlay2${host.runtime === 'docker' ? '. Docker before 25.0 left out what it could not set' : ''}`,
  }),
  'show-denials': (_step, { findings }) =>
    nodeClientStep(
      `See whether a security module (SELinux, AppArmor) refused it ${onNodes(findings)}: its denials have the time of the pull and the name of the runtime`,
      denialsCommand(findings[0].host),
      findings,
    ),
  'compare-versions': (_step, { invocation, findings }) => ({
    text: `Compare the system, the kernel, and the runtime's version ${onNodes(findings)} with those of nodes that can pull the image: a new release of one of them may not work with the others`,
    command: kubectlCommand(invocation, 'get nodes -o wide'),
  }),
  'decryption-key': (_step, { findings, findings: [{ host }] }) => ({
    text: `Give the runtime ${onNodes(findings)} the private key that the image was encrypted for (${keyPlace(host)}), or use an image that is not encrypted`,
  }),
  'open-records': (_step, { findings, findings: [{ host }] }) =>
    nodeClientStep(
      `Let the kubelet ${onNodes(findings)} write to ${kubeletFolder(host)}/image_manager: its file system must not be full or read-only, and the folder has to belong to root; the kubelet's log says more`,
      kubeletLog(host, 'intent'),
      findings,
    ),
  'release-mount': (_step, { findings }) => {
    const text = `Find the process that keeps the runtime's mount busy ${onNodes(findings)}, most often a security agent or virus scanner that looks into every new mount, and exclude ${storePath(findings[0].host)} from it`
    return findings[0].host.runtime === 'containerd' && findings[0].host.os !== 'windows'
      ? nodeShellStep(text, "grep -lE 'tmpmounts|containerd-mount' /proc/[0-9]*/mountinfo", findings)
      : { text }
  },
  'release-store': (_step, { findings, findings: [{ host }] }) =>
    nodeClientStep(
      `Find what keeps the runtime from its own files ${onNodes(findings)}: exclude ${storePath(host)} from virus scanners and other security software, and check that SYSTEM has full control of it`,
      `icacls ${storePath(host)}`,
      findings,
    ),
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
  'check-clock': (_step, { findings }) =>
    nodeClientStep(
      `Compare the clock ${onNodes(findings)} with the real time, and synchronize it with NTP (chrony, systemd-timesyncd) if it is wrong`,
      clockCommand(findings[0].host),
      findings,
    ),
  'more-ids': (_step, { findings }) => ({
    text: `Give the user that the runtime runs as ${onNodes(findings)} more subordinate IDs (larger ranges in /etc/subuid and /etc/subgid; for a rootless kind, minikube, or k3s on the machine that runs it), or rebuild the image with lower user and group IDs: the user namespace lacks those of its files`,
  }),
  'show-disk': ({ path }, { findings }) => {
    const { host } = findings[0]
    return nodeClientStep(
      `See what fills the disk ${onNodes(findings)}${host.os === 'windows' || host.platform === 'talos' ? '' : ' (space, then inodes)'}`,
      diskCommand(host, path),
      findings,
    )
  },
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
    text: `Free space in ${path} ${onNodes(findings)}, or enlarge its file system; or let the runtime use another folder (${first.host.runtime === 'cri-o' || first.host.runtime === null ? `big_files_temporary_dir in /etc/crio/crio.conf${first.host.runtime === null ? ' of CRI-O, TMPDIR in the service of others' : ''}` : `${first.host.runtime === 'docker' ? 'DOCKER_TMPDIR' : first.host.os === 'windows' ? 'TEMP' : 'TMPDIR'} in its service`})`,
  }),
  'larger-disk': (_step, { invocation, findings: [{ node, host }] }) => ({
    text: `If the disk fills up again, give nodes a larger one or another volume, and let image garbage collection start earlier${ofBaseSize(host)}${node === null ? '' : ". This shows the node's capacity and conditions"}`,
    ...(node === null ? {} : { command: kubectlCommand(invocation, `describe node ${shellWord(node)}`) }),
  }),
  'remove-image': ({ image }, { findings }) =>
    nodeClientStep(
      `Remove what is left of the image ${onNodes(findings)}${removeLimits(findings[0].host)}; the kubelet then pulls it again`,
      removeCommand(findings[0].host, image),
      findings,
    ),
  'keep-layers': (_step, { findings }) => ({
    text: `If the error comes back, let containerd ${onNodes(findings)} keep unpacked layers (discard_unpacked_layers = false in its configuration, then restart it): pods with another snapshotter, such as Kata's, unpack them again`,
  }),
  'check-store': (_step, { findings, findings: [first] }) => {
    const store = shownStore(first) ?? storePath(first.host)
    return {
      text: `If the error comes back, or other images fail there too, check the disk under ${store} ${onNodes(findings)} and update the runtime; or drain the node, then replace it${first.host.os === 'windows' || first.host.platform !== null ? '' : ` or empty the store: stop the kubelet and the runtime, remove ${store}${first.host.runtime === 'docker' ? ' (with its containers and volumes)' : ''}, and start them again`}`,
    }
  },
  'runtime-log': (_step, { findings }) =>
    findings[0].host.os === 'windows'
      ? {
          text: `Look at the runtime's log ${onNodes(findings)} (${findings[0].host.runtime === 'docker' ? 'Windows event log, source docker' : 'Windows event log, or the log of containerd'}), and replace the node if every image fails there`,
        }
      : nodeClientStep(
          `Look at the runtime's log ${onNodes(findings)}`,
          runtimeLog(findings[0].host),
          findings,
        ),
  'update-runtime': (_step, { findings, findings: [{ steps, host, cause, clues }] }) => {
    const isFirst = steps[0].code === 'update-runtime'
    const version = isFirst && host.version !== null ? ` (${host.runtime} ${host.version})` : ''
    if (cause === 'platform-mismatch')
      return {
        text: `Update the container runtime ${onNodes(findings)}${version}: some releases of that age do not find an image for ${host.architecture} in an index that names no variant of it (v8), such as those of Kubernetes' own images`,
      }
    if (hasClue(clues, 'faulty-layer') && !hasClue(clues, 'layer-format'))
      return {
        text: `${isFirst ? 'Update' : 'Or update'} the container runtime ${onNodes(findings)}${version}: old releases fail at some layers that later ones unpack`,
      }
    return {
      text: `${isFirst ? 'Update' : 'If the pull fails again, update'} the container runtime ${onNodes(findings)}${version}: an old one can't read layers that newer builders write (zstd${host.runtime === 'docker' ? ', from Docker 23.0 on' : ''}, sparse tar headers)`,
    }
  },
  'match-docker': (_step, { findings, findings: [{ host }] }) => ({
    // The kubelet talked to Docker itself until 1.23; K3s has a cri-dockerd inside.
    text: `Go back to Docker 24 ${onNodes(findings)}, or update ${host.kubeletMinor !== null && host.kubeletMinor < 24 ? "Kubernetes: this kubelet can't read" : `${host.platform === 'k3s' ? "K3s, whose cri-dockerd can't read" : "cri-dockerd, which can't read"}`} what Docker 25 and later report about images`,
  }),
  'classic-image-store': (_step, { findings, findings: [{ host }] }) => ({
    text: `If Docker ${onNodes(findings)} stores images with containerd, turn that off (in Docker Desktop, "Use containerd for pulling and storing images"; elsewhere "features": {"containerd-snapshotter": false} in ${daemonFile(host.os)}, then restart Docker). Otherwise update ${host.platform === 'k3s' ? 'K3s, which contains cri-dockerd' : 'cri-dockerd'}, or use another tag of the image`,
  }),
  'correct-login-file': ({ path }, { findings, findings: [{ host }] }) => ({
    text: `Correct ${path} ${onNodes(findings)} (its JSON, its permissions, and the logins in it): the runtime can't use it, so every pull that comes without a login fails there${mayBeOpenShift(host) ? '. On OpenShift, correct the pull secret of the cluster (openshift-config/pull-secret): the Machine Config Operator writes the file from it' : ''}`,
  }),
  'move-store': (_step, { findings, findings: [first] }) => ({
    text: `Put ${storePath(first.host)} ${onNodes(findings)} on a local disk that can hold layers (ext4, xfs with ftype=1): the file system there can't (NFS, or no permission to change owners), and pulling again won't help. If the runtime unpacks with a snapshotter other than overlayfs, that one's mount may be the cause: use overlayfs there`,
  }),
  'start-runtime': ({ socket }, { findings, findings: [{ host }] }) => {
    const how = restartOf(host)
    const text = `Start the container runtime ${onNodes(findings)} again${how === null ? '' : ` (${how})`}${socket === null ? '' : `: nothing answers at ${socket}`}`
    const command = restartCommand(host, socket)
    return command === null ? { text } : nodeClientStep(text, command, findings)
  },
  'enable-cri': (_step, { findings }) => ({
    text: `Let the runtime ${onNodes(findings)} serve CRI again, and restart it: in containerd, cri must not be in disabled_plugins, and \`ctr plugins ls\` shows a plugin that failed to load`,
  }),
  'pull-by-hand': ({ image, before }, { findings }) =>
    nodeClientStep(
      before
        ? `Pull the image ${onNodes(findings)} by hand, where no time limit applies (with imagePullPolicy IfNotPresent, the kubelet then uses it): cri-dockerd before 0.2.6 ends each pull of the kubelet after two minutes, so retries may never succeed${pullLimits(findings[0])}`
        : isSearched(findings[0])
          ? `Pull the image from Docker Hub alone ${onNodes(findings)}, to see its own answer, if it is there${pullLimits(findings[0])}`
          : `Repeat the pull ${onNodes(findings)} to see the runtime's own answer${pullLimits(findings[0])}`,
      pullCommand(findings[0].host, image),
      findings,
    ),
  'enter-node': (_step, { invocation, findings }) => {
    const step = { ...enterNode(invocation, findings[0]), entersNode: true as const }
    const others = nodesOf(findings).filter(node => node !== findings[0].node)
    return others.length === 0 ? step : { ...step, text: `${step.text}; likewise on ${shortList(others, 2)}` }
  },
}
