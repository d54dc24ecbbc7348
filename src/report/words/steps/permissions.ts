/** The words of steps about what the owners of a registry, of a repository, or of a rule in front of them allow, and to whom. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { PermissionStep } from '../../../advice/step/step-for-access.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { acrName, cloudOf, cloudOfToken } from '../../../image/cloud-registries.ts'
import { isDockerHub } from '../../../image/docker-hub.ts'
import { isLocal } from '../../../image/host.ts'
import { parseReference, repositoryOf } from '../../../image/reference.ts'
import { isGitLab, isInDependencyProxy, isNamedQuay, isPublic } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { CLOUDS, grantCommand } from '../cloud-identities.ts'
import { PROXY_SCOPES } from '../credential/registry-logins.ts'
import { nodesOf } from '../node/node.ts'
import { registryLabel } from '../nouns.ts'
import { restoreText } from '../refusals/lapses.ts'
import { wordsOf } from '../refusals/perimeters.ts'
import { reasonToHeed } from '../refusals/refusal-reasons.ts'
import type { StepWords } from '../step-words.ts'
import { loginOfKeeper } from './node-services.ts'

/** Where each product lets an administrator exempt an image; the words of its refusals give it away. */
const EXEMPTIONS: [RegExp, string][] = [
  [/\bxray\b/i, ' (in Xray, an ignore rule)'],
  [/\bcuration\b/i, ' (in JFrog Curation, a waiver)'],
  [/\bquarantine/i, ' (in Nexus, a waiver or a release from quarantine)'],
  [
    /\bconfigured policy\b|\bproject setting\b|\bpolicy in project\b|\bharbor\b/i,
    " (in Harbor, the project's CVE allowlist)",
  ],
]

/** Returns where to exempt the image; empty if the text does not show the product. */
function exemption(text: string): string {
  return EXEMPTIONS.find(([words]) => words.test(text))?.[1] ?? ''
}

/** Returns the tool whose signatures a project of Harbor demands, by its words; null for Notary, which Harbor no longer has. */
const signerIn = (text: string) =>
  /(?:\bnot signed by|n(?:o|')t pass) (cosign|notation)\b/i.exec(text)?.[1]?.toLowerCase() ?? null

/** Returns how to give the image what the rule of its project demands, or the project another rule. */
function signText(host: string, text: string): string {
  const tool = signerIn(text)
  const [how, only] = tool === null ? ['', ''] : [` (\`${tool} sign\`, with its digest)`, ` with ${tool}`]
  return `Sign the image${how}, or ask an administrator of ${host} to lift the rule of its project, which allows only images that are signed${only}`
}

/** What an administrator of the registry has to decide. */
const ADMIN: Record<StepOf<'ask-registry-admin'>['about'], (host: string, text: string) => string> = {
  vulnerabilities: (host, text) =>
    `Ask an administrator of ${host} which policy holds this image back after a scan, and whether to exempt it${exemption(text)}`,
  list: host => `Or ask the operators of ${host} to add the image to the list of those that they serve`,
  'storage-quota': host =>
    `Ask the owner of the namespace at ${host} to free space or raise its storage quota`,
  signature: signText,
  policy: host =>
    `Ask an administrator of ${host} which policy blocks this image, and whether the image can be exempted`,
}

/** How the image gets the result of a scan; Harbor's words give it away (goharbor/harbor#15406: a scan of all images holds each of them back). */
const SCANS: Record<StepOf<'finish-scan'>['scan'], (host: string, isHarbor: boolean) => string> = {
  'under-way': (host, isHarbor) =>
    `Wait until ${host} has scanned the image: the kubelet retries on its own. If the scan stays pending, ask an administrator there to look at the scanner and its queue of jobs${isHarbor ? ' (in Harbor, the Job Service Dashboard; a scheduled scan of all images delays each of them)' : ''}, and start it again`,
  failed: (host, isHarbor) =>
    `Start the scan of the image at ${host} again${isHarbor ? ' (in Harbor, select it in its repository, then Scan)' : ''}, and if it fails again, ask an administrator there to look at its log and at the scanner`,
  none: (host, isHarbor) =>
    `Start a scan of the image at ${host}${isHarbor ? ' (in Harbor, select it in its repository, then Scan; the project can also scan images on push)' : ''}, or ask an administrator there to do so`,
}

/** Where a cache has its login at its upstream. */
const UPSTREAM: Record<
  Exclude<StepOf<'upstream-login'>['kind'], 'of-pods'>,
  (host: string, repository?: string) => string
> = {
  openshift: (host, repository = '') =>
    `Give ${host} a login that may pull ${repository}, if that still exists, from which it fetches this image and was refused: a pull secret in the project of the image stream, or one for ${repository.split('/')[0]} in the cluster's own (pull-secret in namespace openshift-config). The pods' logins and roles are not used there. Or let the image stream import the image from another registry, such as your mirror`,
  ecr: () =>
    "Fix the upstream login of the pull-through cache rule: the secret in AWS Secrets Manager whose name starts with ecr-pullthroughcache/, and the upstream path behind the rule's prefix (official images need library/)",
  setup: host =>
    `Ask an administrator of ${host} to correct the remote (proxy) repository that the image's path belongs to: the URL of its upstream registry, its login there, and whether it is online; the pods' logins are not used there`,
  other: (host, repository) =>
    repository !== undefined
      ? `Ask an administrator of ${host} to check the login that its remote repository ${repository} uses at its upstream registry (whether it is valid, and allowed to pull this image): the pods' logins are not used there`
      : isLocal(host)
        ? `Check the login that ${host} itself uses at its upstream registry, and its log: most such caches do not use the pods' logins there`
        : `Check the login that ${host} itself uses at its upstream registry (remote or proxy repository settings): the pods' logins are not used there`,
}

const OTHER_SOURCE: Record<StepOf<'use-other-source'>['why'], string> = {
  closed:
    'Use the image from another registry: ask its owner where it is published now, or copy it into your own registry',
  policy: 'Or use another version of the image that passes the policy',
  blocked: 'Or copy the image into a registry or mirror that the nodes can reach',
}

/** Returns what to correct in the path that a cache rule asks its source for: Docker Hub has its official images, and nothing else, under library/. */
function sourceText(rule: string, source: string | null): string {
  if (source === null)
    return `Compare the source of cache rule ${rule} with where the image really is: the path has to be complete (library/ before official images of Docker Hub)`
  const [host = '', ...path] = source.split('/')
  const isOfHub = isDockerHub(host)
  if (isOfHub && path[0] === 'library' && path.length > 2)
    return `Correct the source of cache rule ${rule}, which asked for ${source}: on Docker Hub, only official images, whose own names have one part, are under library/, so a rule for other images needs a source without it, such as docker.io/*`
  if (isOfHub && path.length === 1)
    return `Correct the source of cache rule ${rule}, or the image's name, as the rule asked for ${source}: official images of Docker Hub are under library/, which that path lacks`
  return `Check that ${source}, which cache rule ${rule} asked for, is where the image is: that path is the rule's source, followed by what comes after the rule's target in the image's name`
}

export const permissionSteps: StepWords<PermissionStep> = {
  'grant-pull': (
    { by, registry, repository, caller },
    { invocation, findings: [{ namespace, credential, reference, evidence, host }] },
  ) => {
    const who =
      caller ?? (credential.status === 'usable' ? 'the account in the pull secret' : 'the account that pulls')
    switch (by) {
      case 'github':
        if (/\binstallation not allowed to\b/i.test(evidence?.text ?? ''))
          return {
            text: `Give the repository of the workflow or app whose token was sent read access to the package ${repository} (Package settings, Manage Actions access), or use a personal access token (classic) with the scope read:packages instead`,
          }
        return {
          text: `Ask the owner of the package ${repository} to grant read access to ${who} (Package settings, Manage access); its token needs the scope read:packages`,
        }
      case 'gitlab':
        return {
          text: isInDependencyProxy(reference)
            ? `Give ${who} at least the Guest role in the GitLab group ${repository.split('/dependency_proxy/')[0]}, or use a deploy token of that group with ${PROXY_SCOPES}`
            : `Give ${who} at least the Reporter role in the GitLab project of ${repository}, or use a deploy token with the scope read_registry`,
        }
      // Access is the owner's, not the package's (docs.gitea.com/usage/packages, access restrictions).
      case 'gitea':
        return {
          text: `Let ${who} read the packages of ${repository.split('/')[0]} at ${registry}: if the owner is private, only members of a team with read access to packages can. The token needs the scope read:package`,
        }
      case 'openshift': {
        const [project = ''] = repository.split('/')
        return {
          text: `If the image stream exists, let service accounts of ${namespace} pull from project ${project} (role system:image-puller there)`,
          command: kubectlCommand(
            invocation,
            `create rolebinding ${shellWord(`pull-from-${namespace}`)} --clusterrole=system:image-puller --group=${shellWord(`system:serviceaccounts:${namespace}`)}`,
            project,
          ),
        }
      }
      case 'registry': {
        const cloud = cloudOf(registry)
        const how = cloud === null ? robotNote(registry, repository, credential) : ` (${CLOUDS[cloud].role})`
        // Of the clouds, only Google names the repository's place in the image, and its accounts by addresses.
        // A token can be that of a person, who has no service account.
        const ofToken = credential.attempts.some(
          ({ usable, username }) => usable && cloudOfToken(username) === 'gar',
        )
        const command =
          cloud === 'gar' && (caller !== null || !ofToken)
            ? grantCommand(cloud, caller, { registry, reference, host })
            : null
        return {
          text: `Ask the owner of ${repository} at ${registryLabel(registry)} to grant pull access to ${who}${how}`,
          ...(command !== null && { command }),
        }
      }
    }
  },
  'robot-of-other': ({ secret, username, owner, registry, repository }) => {
    const [other = ''] = repository.split('/')
    return {
      text: `Add the login of a robot account of ${other} with read permission on ${repository}, if that exists, to secret ${secret} under the key ${registry}/${other}: ${username} is a robot account of ${owner}, which can't pull what is private in ${other} unless somebody there gave it that permission`,
    }
  },
  'hub-plan': ({ repository }) => ({
    text: `If ${repository} is a private repository of your own, look at its owner on Docker Hub: the owner's plan limits the number of private repositories, and those beyond that number can't be pulled. In an organization, the account has to be in a team with read access`,
  }),
  'token-scope': ({ registry }, { findings: [{ reference }] }) => ({
    text: isInDependencyProxy(reference)
      ? `Use a token with ${PROXY_SCOPES}: others are refused`
      : isGitLab(registry)
        ? 'Use a token with the scope read_registry: others are refused'
        : registry === 'ghcr.io'
          ? 'Use a classic personal access token with the scope read:packages, authorized for the organization (SSO)'
          : `Use a token of ${registryLabel(registry)} that includes pull access to this repository`,
  }),
  'allow-address': ({ host, address, cloud }, { findings, findings: [{ reference, host: node, clues }] }) => {
    // These registries' rules are their operators', so users can only change the nodes' address.
    if (isPublic(reference) || /^(?:docker|quay)\.io\//.test(reference ?? ''))
      return {
        text: `Let the nodes pull from another outgoing address (another NAT gateway, or IPv4 instead of IPv6): ${host} refuses ${address ?? 'theirs'}, or the region that it seems to be in`,
      }
    const [one, ...others] = nodesOf(findings)
    const isOfOne = one !== undefined && others.length === 0 && hasClue(clues, 'runs-elsewhere')
    const outgoing = isOfOne ? `the outgoing address of node ${one}` : "the nodes' outgoing address"
    const test = isOfOne
      ? `\`az aks check-acr --node-name ${shellWord(one)}\` tests the connection from there`
      : '`az aks check-acr` tests the connection from the cluster'
    return {
      text: `Add ${address === null ? outgoing : `the address ${address}`} to the network rules (firewall allowlist) of ${host}${cloud === 'acr' ? `, or pull through a private endpoint, whose DNS zone (privatelink.${host.replace(/^.*\.(?=azurecr\.)/, '')}) has to be linked to the nodes' network (https://aka.ms/acr/firewall)${node.platform === 'aks' ? `; ${test}` : ''}` : ', or pull from an address that it accepts'}`,
    }
  },
  'pass-perimeter': ({ perimeter, id, host }, { findings: [{ clues }] }) => {
    const { askWhom, remedy } = wordsOf(clueOf(clues, 'perimeter') ?? { perimeter })
    const which = id === null ? '' : `: their log has this refusal under ${id}`
    return {
      text: `Ask ${askWhom} for ${remedy(host)}${which}`,
    }
  },
  'accept-terms': ({ registry }) => ({
    text: `Sign in at the website of ${registryLabel(registry)} with the account that pulls, and accept the terms of this image there: other logins are refused`,
  }),
  'restore-service': step => ({ text: `Ask ${restoreText(step)}` }),
  'heed-reason': step => ({ text: `Read ${reasonToHeed(step)}` }),
  'ask-registry-admin': ({ about, host }, { findings: [{ evidence }] }) => ({
    text: ADMIN[about](host, evidence?.text ?? ''),
  }),
  'unlock-image': ({ registry }, { findings: [{ reference }] }) => {
    const { repository = '', tag = null, digest = null } = parseReference(reference ?? '') ?? {}
    // Azure's client takes one of the two.
    const image = digest === null ? `${repository}:${tag}` : `${repository}@${digest}`
    const place = `--name ${shellWord(acrName(registry))} --image ${shellWord(image)}`
    return {
      text: `See whether the image is locked against reading (readEnabled is false), or its repository is (--repository ${repository} in place of --image). If that is not meant, allow it again, or have an administrator of ${registry} do so: \`az acr repository update ${place} --read-enabled true\`. Otherwise use another version of the image, or ask whether this one is in quarantine. This shows the locks`,
      brief: `See whether the image or its repository is locked against reading, and allow it again if that is not meant, or use another version of the image`,
      command: `az acr repository show ${place} --query changeableAttributes`,
    }
  },
  'finish-scan': ({ scan, host }, { findings: [{ evidence }] }) => ({
    text: SCANS[scan](
      host,
      /\bstatus of vulnerability scanning\b|\bconfigured policy\b/i.test(evidence?.text ?? ''),
    ),
  }),
  'upstream-login': ({ host, kind, repository }, { invocation, findings: [{ reference }] }) => {
    const [project = '', stream = ''] = repositoryOf(reference).split('/')
    if (kind === 'openshift')
      return {
        text: `${UPSTREAM.openshift(host, repository)}. This shows where its images come from`,
        command: kubectlCommand(invocation, `describe imagestream ${shellWord(stream)}`, project),
      }
    return {
      // Each group has its own.
      text:
        kind === 'of-pods'
          ? loginOfKeeper(host, reference)
          : isInDependencyProxy(reference)
            ? `Check the login that the group's dependency proxy at ${host} itself uses at Docker Hub (in the settings of the group): the pods' logins are not used there`
            : UPSTREAM[kind](host, repository),
    }
  },
  'cache-rule': ({ about, registry, rule, source }) => {
    const acr = `--registry ${shellWord(acrName(registry))}`
    const show = `az acr cache show ${acr} --name ${shellWord(rule)}`
    switch (about) {
      case 'source':
        return { text: `${sourceText(rule, source)}. This shows the rule`, command: show }
      case 'login':
        return {
          text: `Check the credential set of cache rule ${rule}: the login for its source, whose user name and password ${registry} reads from Azure Key Vault (they may be out of date, or it may lack permission to read them); the pods' logins are not used there`,
          command: `az acr credential-set list ${acr}`,
        }
      case 'limit':
        return {
          text: `Give cache rule ${rule} a credential set whose account has a higher limit at its source (\`az acr cache update --cred-set\`): ${registry} asks the source for everyone, and the pods' logins don't count there. This shows the rule`,
          command: show,
        }
    }
  },
  'use-other-source': ({ why }) => ({ text: OTHER_SOURCE[why] }),
}

/** Returns what limits a robot account: of Harbor, `robot$PROJECT+NAME` is of one project, `robot$NAME` of the whole registry; of Quay, `OWNER+NAME`. */
function robotNote(registry: string, repository: string, { attempts }: Finding['credential']): string {
  const robots = attempts.flatMap(({ usable, username }) =>
    usable ? (/^robot\$([^+]+)\+/.exec(username ?? '') ?? []).slice(1) : [],
  )
  const [own] = robots
  const [project] = repository.split('/')
  const isOfOwner = attempts.some(({ usable, username }) => usable && username?.startsWith(`${project}+`))
  // GitLab names its deploy tokens alike.
  if (isOfOwner && isNamedQuay(registry))
    return ` (a robot account of Quay only pulls repositories that it has a permission for: in the repository's settings, read)`
  if (own === undefined) return ''
  return own === project
    ? ' (of a robot account, in its permissions: pull on the repository)'
    : `: it is a robot account of project ${own}, so use one of project ${project}, or one of the whole registry`
}
