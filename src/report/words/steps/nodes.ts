/** The words of steps on the node itself: its runtime, its kernel, its memory, and its clock. */

import type { NodeStep } from '../../../advice/step/step-at-node.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { MissingTool } from '../../../diagnosis/clues/clue-at-node.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { kubectlCommand } from '../../invocation.ts'
import { newerRuntime } from '../image-volumes.ts'
import {
  clockCommand,
  clockCorrection,
  describeNode,
  kubeletLog,
  machineLog,
  memoryCommand,
  nodeClientStep,
  nodesOf,
  onNodes,
  releaseOf,
  restartCommand,
  runtimeLog,
  storePath,
} from '../node/node.ts'
import { pullCommand, pullLimits } from '../node/node-images.ts'
import { denialsCommand, failsAtAttributes, kernelLog } from '../node/node-kernel.ts'
import { kubeletFolder } from '../node/node-logins.ts'
import { daemonFile, dockerClient, mayBeOpenShift, restartOf } from '../node/node-settings.ts'
import { enterNode } from '../node/node-shell.ts'
import { shortList } from '../nouns.ts'
import { isSearched } from '../searched.ts'
import type { StepWords } from '../step-words.ts'

/** What to do about a program or a kernel module that the node lacks. */
const INSTALL: Record<MissingTool['kind'], (name: string, place: string) => string> = {
  program: (name, place) =>
    `Install ${name} ${place} where the runtime finds it (its PATH), and restart the runtime; or correct the runtime's settings that need it, such as its snapshotter`,
  module: (name, place) =>
    `Load the kernel module ${name} ${place} (\`modprobe ${name}\`, and /etc/modules-load.d for the next start), or let the runtime use a snapshotter that works without it`,
  feature: (name, place) =>
    `Install Windows' feature ${name} ${place} (\`Install-WindowsFeature -Name ${name}\`), and restart the node: Windows does not find the library that stores layers, which comes with that feature`,
}

/** Returns where a runtime reads the keys for encrypted images (containerd, docs/cri/decryption.md; crio.conf). */
function keyPlace({ runtime }: PullingNode): string {
  if (runtime === 'cri-o') return 'in decryption_keys_path of crio.conf, by default /etc/crio/keys'
  return runtime === 'containerd'
    ? 'in /etc/containerd/ocicrypt/keys, with ctd-decoder installed and its stream processors configured'
    : 'containerd: /etc/containerd/ocicrypt/keys, with ctd-decoder; CRI-O: /etc/crio/keys; Docker has no support for encrypted images'
}

/** Whether it was a whiteout that could not be made: a device file that marks what a layer removes. */
const isWhiteout = (text = '') => /\bwhiteout\b.{0,400}\boperation not permitted\b/i.test(text)

/** Where each runtime is told to unpack with fuse-overlayfs. */
const FUSE_OVERLAY: Record<NonNullable<PullingNode['runtime']>, string> = {
  containerd: 'a snapshotter of containerd, in a service of its own',
  'cri-o': 'mount_program in /etc/containers/storage.conf',
  docker: 'a storage driver of Docker, where it does not use the image store of containerd',
}

/** Linux mounts overlayfs in a user namespace from 5.11 on (github.com/containerd/containerd, docs/rootless.md). */
function hasOverlayInNamespaces({ kernel }: PullingNode): boolean {
  const [major, minor] = releaseOf(kernel)
  return major > 5 || (major === 5 && minor >= 11)
}

export const nodeSteps: StepWords<NodeStep> = {
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
    ...describeNode(invocation, node),
  }),
  'install-tool': ({ kind, name }, { findings }) => ({ text: INSTALL[kind](name, onNodes(findings)) }),
  'raise-limits': (_step, { findings }) => ({
    text: `Restart the container runtime ${onNodes(findings)}, which frees what it holds; if the error comes back, raise the limits of its service (LimitNOFILE for open files, TasksMax for processes), or find the process that uses up those of the node`,
  }),
  'give-rights': (_step, { findings, findings: [{ host, evidence }] }) => ({
    text:
      host.os === 'windows'
        ? `Run the container runtime ${onNodes(findings)} as LocalSystem or as an administrator`
        : isWhiteout(evidence?.text)
          ? `Let the runtime ${onNodes(findings)} make the device files that mark removed files of a layer (whiteouts), which a user namespace (rootless) or an unprivileged container such as LXC's may keep it from: run it with full rights, or unpack with fuse-overlayfs (${FUSE_OVERLAY[host.runtime ?? 'containerd']})${hasOverlayInNamespaces(host) ? '' : ', or run it on Linux 5.11 or later, which allows them in a user namespace'}. If it has full rights, the file system of ${storePath(host)} may not take device files: \`findmnt -T ${storePath(host)}\` shows which one it is`
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
  'free-kubelet-disk': (_step, { invocation, findings: [{ node, host }] }) => ({
    text: `Free space on the file system of ${kubeletFolder(host)}, which holds the pods' emptyDir volumes, often their logs too, and images only if the runtime's store is on the same one: delete or move the pods that use most, or give nodes a larger disk for it${node === null ? '' : "; this shows the node's pods and conditions"}`,
    ...describeNode(invocation, node),
  }),
  'open-records': (_step, { findings, findings: [{ host }] }) =>
    nodeClientStep(
      `Let the kubelet ${onNodes(findings)} write to ${kubeletFolder(host)}/image_manager: its file system must not be full or read-only, and the folder has to belong to root; the kubelet's log says more`,
      kubeletLog(host, 'intent'),
      findings,
    ),
  'check-clock': (_step, { findings }) =>
    nodeClientStep(
      `Compare the clock ${onNodes(findings)} with the real time, and, if it is wrong, ${clockCorrection(findings[0].host)}`,
      clockCommand(findings[0].host),
      findings,
    ),
  'more-ids': (_step, { findings }) => ({
    text: `Give the user that the runtime runs as ${onNodes(findings)} more subordinate IDs (larger ranges in /etc/subuid and /etc/subgid; for a rootless kind, minikube, or k3s on the machine that runs it), or rebuild the image with lower user and group IDs: the user namespace lacks those of its files`,
  }),
  'runtime-log': (_step, { findings }) =>
    machineLog(findings[0].host) ??
    (findings[0].host.os === 'windows'
      ? {
          text: `Look at the runtime's log ${onNodes(findings)} (${findings[0].host.runtime === 'docker' ? 'Windows event log, source docker' : 'Windows event log, or the log of containerd'}), and replace the node if every image fails there`,
        }
      : nodeClientStep(
          `Look at the runtime's log ${onNodes(findings)}`,
          runtimeLog(findings[0].host, findings[0].evidence?.text),
          findings,
        )),
  'update-runtime': (_step, { findings, findings: [{ steps, host, cause, clues }] }) => {
    const isFirst = steps[0].code === 'update-runtime'
    const version = isFirst && host.version !== null ? ` (${host.runtime} ${host.version})` : ''
    if (hasClue(clues, 'other-platforms'))
      return {
        text: `Update the container runtime ${onNodes(findings)}${version}: a Linux node needs no layer of an image for Windows, and only old releases download the layers of every platform (containerd/cri#1016)`,
      }
    if (cause === 'platform-mismatch')
      return {
        text: hasClue(clues, 'asks-arm-v8')
          ? `Update the container runtime ${onNodes(findings)}${version}: releases of that age do not take images for version 6 or 7 of 32-bit ARM where they look for version 8 (cri-o/cri-o#3626)`
          : `Update the container runtime ${onNodes(findings)}${version}: some releases of that age do not find an image for ${host.architecture} in an index that names no variant of it (v8), such as those of Kubernetes' own images`,
      }
    if (hasClue(clues, 'digest-of-index'))
      return {
        text: `Update the container runtime ${onNodes(findings)}${version}: old releases can't pull an image of several platforms by the digest of its index. Until then, use a tag, or the digest of the manifest for the node's platform (\`crane digest --platform linux/${host.architecture ?? 'amd64'} <image>\`)`,
      }
    if (hasClue(clues, 'oci-unread'))
      return {
        text: `Update the container runtime ${onNodes(findings)}${version}: it does not say that it reads OCI images, and the registry has this one only as such`,
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
    // K3s has a cri-dockerd inside.
    text: `Go back to Docker 24 ${onNodes(findings)}, or update ${dockerClient(host) === 'the kubelet' ? "Kubernetes: this kubelet can't read" : `${host.platform === 'k3s' ? "K3s, whose cri-dockerd can't read" : "cri-dockerd, which can't read"}`} what Docker 25 and later report about images`,
  }),
  'match-docker-api': ({ client, minimum }, { findings, findings: [{ host }] }) => {
    const asking = dockerClient(host)
    const why = `${asking} asks there with version ${client} of Docker's API, and this Docker serves ${minimum} and later`
    // Docker Desktop has no systemd, and its settings are Docker's configuration file (moby/moby#51371).
    if (host.desktop)
      return {
        text: `Update Docker Desktop, which contains both Docker and cri-dockerd: ${why}. Until then, let Docker serve it: "min-api-version": "${client}" in ${daemonFile(host)}`,
      }
    const newer =
      asking === 'the kubelet'
        ? 'Go back to an older Docker'
        : `Update ${host.platform === 'k3s' ? 'K3s, which contains cri-dockerd,' : 'cri-dockerd'}`
    // DOCKER_MIN_API_VERSION: docs.docker.com/engine/release-notes/29; 29.6 serves 1.40 again (moby/moby#53213).
    const again =
      minimum === '1.44' && Number(client.slice(2)) >= 40
        ? ', or update Docker to a later release of 29, which serves 1.40 again'
        : ''
    return {
      text: `${newer} ${onNodes(findings)}${asking === 'the kubelet' ? '' : ' to a current release'}: ${why}. Until then, let Docker serve it: DOCKER_MIN_API_VERSION=${client} in the environment of dockerd${host.os === 'windows' ? '' : ' (`systemctl edit docker`)'}, and restart Docker${again}`,
    }
  },
  'mount-images': (_step, { findings, findings: [{ host }] }) => ({
    text: newerRuntime(host, onNodes(findings)),
  }),
  'classic-image-store': (_step, { findings, findings: [{ host }] }) => ({
    text: `If Docker ${onNodes(findings)} stores images with containerd, turn that off (in Docker Desktop, "Use containerd for pulling and storing images"; elsewhere "features": {"containerd-snapshotter": false} in ${daemonFile(host)}, then restart Docker). Otherwise update ${host.platform === 'k3s' ? 'K3s, which contains cri-dockerd' : 'cri-dockerd'}, or use another tag of the image`,
  }),
  'correct-login-file': ({ path }, { findings, findings: [{ host }] }) => ({
    text: `Correct ${path} ${onNodes(findings)} (its JSON, its permissions, and the logins in it): the runtime can't use it, so every pull that comes without a login fails there${mayBeOpenShift(host) ? '. On OpenShift, correct the pull secret of the cluster (openshift-config/pull-secret): the Machine Config Operator writes the file from it' : ''}`,
  }),
  'start-runtime': ({ socket }, { findings, findings: [{ host }] }) => {
    if (host.desktop)
      return {
        text: `Restart Docker Desktop${socket === null ? '' : `: nothing answers at ${socket} in its virtual machine`}. If that does not help, change "Use containerd for pulling and storing images" in its settings (General): it then starts with its other image store, and hides the images and containers of this one until you change it back`,
      }
    const how = restartOf(host)
    const text = `Start the container runtime ${onNodes(findings)} again${how === null ? '' : ` (${how})`}${socket === null ? '' : `: nothing answers at ${socket}`}`
    return nodeClientStep(text, restartCommand(host, socket), findings)
  },
  'enable-cri': (_step, { findings }) => ({
    text: `Let the runtime ${onNodes(findings)} serve CRI again, and restart it: in containerd, cri must not be in disabled_plugins, and \`ctr plugins ls\` shows a plugin that failed to load, such as for a setting that it refuses (mirrors beside config_path, for one; the log names it)`,
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
