/** The words of steps that let an identity of a cloud pull: its login, its role, and the policies around it. */

import type { CloudPermissionStep } from '../../../advice/step/step-for-access.ts'
import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { ProviderProblem } from '../../../diagnosis/credential/credential-provider.ts'
import { ecrAccount, ecrCachePrefix, ecrRegion, isOfAmazon } from '../../../image/cloud-registries.ts'
import type { AnnotatedProvider } from '../../../snapshot/snapshot.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import {
  artifactRepository,
  attach,
  awsIdentity,
  CLOUDS,
  grantCommand,
  identityOf,
  PARTITIONS,
  providerName,
} from '../cloud-identities.ts'
import { kubeletLog, nodeClientStep, nodeName, nodesOf, onNodes } from '../node/node.ts'
import { isBuiltIn, noneBuiltInSince, ofBuiltIn } from '../node/node-logins.ts'
import { capitalize, namedList } from '../nouns.ts'
import { policyWords } from '../refusals/aws-policies.ts'
import { roleDifference } from '../running-elsewhere.ts'
import type { Findings, StepText, StepWords } from '../step-words.ts'

/** ECR's names that have IPv6, too, which lists of older nodes lack (bottlerocket-os/bottlerocket#4518; awslabs/amazon-eks-ami@131c287). */
const DUAL_STACK = /^(\d+)\.dkr-ecr(-fips)?\.([a-z0-9-]+)\.on\.aws$/

/** Returns how to let the kubelet's plugin serve such a name; null for any other. */
function listName({ registry, host, clues }: Findings[0], findings: Findings): StepText | null {
  const other = clueOf(clues, 'named-otherwise')?.host
  if (other !== undefined && registry !== null) {
    const pattern = registry.replace(/^\d+/, '*').replace(`.${ecrRegion(registry)}.`, '.*.')
    return nodeClientStep(
      `Add ${pattern} to the names that the kubelet's credential provider (${CLOUDS.ecr.provider}) serves (matchImages in the file of --image-credential-provider-config) ${onNodes(findings)}, if it is not among them, and restart the kubelet: pods there run images of ${other}, another name of the same registry, without a pull secret. Or use ${other} in the image's name. This shows what the kubelet logged about logins`,
      kubeletLog(host, 'credential'),
      findings,
    )
  }
  const [, account, fips = '', region] = DUAL_STACK.exec(registry ?? '') ?? []
  if (account === undefined) return null
  const [list, command] =
    host.platform === 'bottlerocket'
      ? ['image-patterns', 'apiclient get settings.kubernetes.credential-providers']
      : ['matchImages', kubeletLog(host, 'credential')]
  return nodeClientStep(
    `Add *.dkr-ecr${fips}.*.on.aws to the names that the kubelet's credential provider (${CLOUDS.ecr.provider}) serves (${list}) ${onNodes(findings)} if it is not among them, or update the node's image: older ones lack ECR's dual-stack names, and the kubelet then asks for no login. Or use ${account}.dkr.ecr${fips}.${region}.amazonaws.com in the image's name, if the nodes reach that (IPv4 only). This shows ${host.platform === 'bottlerocket' ? 'the list' : 'what the kubelet logged about logins'}`,
    command,
    findings,
  )
}

/** What a repository of ECR that belongs to another account also requires. */
const FOREIGN =
  '. If the repository belongs to another account, its repository policy must allow this one too (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer)'

const BUILT_IN = "the kubelet's built-in credential provider"

/** AKS has a command that checks everything between its nodes and a registry, from any machine (learn.microsoft.com/cli/azure/aks). */
function checkAcr(registry: string, sent: 'refused' | 'nothing' | 'unknown', findings: Findings): StepText {
  // Azure/AKS#3109; Azure/AKS#3924 and MicrosoftDocs/azure-docs#90958 on nodes after the change to a managed identity.
  const ofToken =
    sent === 'refused'
      ? '. The login may also be that of a service principal whose secret has expired (`az aks update-credentials`), or which the cluster has left for a managed identity: nodes keep it until their node image is upgraded (`az aks nodepool upgrade --node-image-only`)'
      : ''
  return {
    text: `Test whether the cluster can pull from ${registry}: its identity, its role (AcrPull, which \`az aks update --attach-acr\` gives it), and the connection; if all is well, look in the kubelet's log ${onNodes(findings)} for why ${isBuiltIn('acr', findings[0]) ? BUILT_IN : `the kubelet's credential provider (${CLOUDS.acr.provider})`} returned no valid login${ofToken}`,
    command: `az aks check-acr --acr ${shellWord(registry)} --resource-group <group> --name <cluster>`,
  }
}

/** The start of a step for nodes that don't show an identity in the registry's cloud. */
const MEANT = 'If the nodes are meant to log in on their own'

/** The annotation of a service account with the role that its pods' images are pulled with. */
const ECR_ROLE = 'eks.amazonaws.com/ecr-role-arn'

/** Returns which provider the pod's service account is annotated for. */
function annotated({ of, serviceAccount }: { of: AnnotatedProvider; serviceAccount: string }): string {
  const [name, annotation] = ANNOTATED[of]
  return ` for ${name}, which service account ${serviceAccount} is annotated for (${annotation}),`
}

const ANNOTATED: Record<AnnotatedProvider, [name: string, annotation: string]> = {
  jfrog: ['JFrog', 'JFrogExchange'],
  quay: ['Quay', 'quay.io/federated-robot-account'],
  ecr: ['ECR', ECR_ROLE],
}

/** What to do about a credential provider that says why it failed. */
const PROVIDER_FAULT: Record<ProviderProblem, (provider: string) => string> = {
  'api-version': provider =>
    `Set apiVersion in the kubelet's CredentialProviderConfig to one that ${provider} supports (usually credentialprovider.kubelet.k8s.io/v1), or update that plugin`,
  program: provider =>
    `Install the program of ${provider}, executable and built for this node, in the folder that the kubelet looks in`,
  time: provider =>
    `Find out what ${provider} waits for (usually the cloud's metadata service or its token server)`,
  other: provider => `Fix what ${provider} reports`,
}

export const cloudPermissionSteps: StepWords<CloudPermissionStep> = {
  'check-provider': ({ cloud, sent, likely }, { findings }) => {
    const [first] = findings
    const acr = cloud === 'acr' && first.host.platform === 'aks' ? first.registry : null
    const fault = clueOf(first.clues, 'provider-reason')?.problem
    const meant = clueOf(first.clues, 'annotated-provider')
    const isOwn = isBuiltIn(cloud, first)
    const provider = isOwn
      ? BUILT_IN
      : `the kubelet's credential provider${meant === undefined ? '' : annotated(meant)}${meant !== undefined && cloud === null ? '' : providerName(cloud, first.registry)}`
    const goneSince = noneBuiltInSince(cloud, first)
    const covers = meant === undefined ? '' : `, where matchImages has to cover ${first.registry}`
    const settings =
      isOwn && cloud !== null
        ? `check ${ofBuiltIn(cloud, first)}`
        : `check its binary and configuration (--image-credential-provider-bin-dir and -config${covers})`
    const configuration = `${first.host.virtual === undefined ? `${settings}, and` : 'look at'} the kubelet's log ${onNodes(findings)}${cloud === 'ecr' && first.host.cloud === 'ecr' ? `; it needs ${isOwn ? '' : `${identityOf('ecr', first)} (${CLOUDS.ecr.role}), and `}the VPC endpoint ecr.api in a private subnet` : ''}`
    const texts = {
      refused: `Check the login that the node itself sent, from ${provider}: ${cloud === null ? "the node's identity" : identityOf(cloud, first)} may have been replaced or deleted, may have expired, or may lack its role${cloud === null ? '' : ` (${CLOUDS[cloud].role})`}; the kubelet's log ${onNodes(findings)} shows which login was used`,
      nothing:
        fault === undefined && goneSince !== null
          ? `${likely ? 'See' : `${MEANT}, see`} whether ${provider} is installed and set up ${onNodes(findings)} (--image-credential-provider-bin-dir and -config): the kubelet has none of its own${cloud === null ? '' : ` since Kubernetes 1.${goneSince}`}. If it is, the kubelet's log there shows why it returned no login`
          : `${fault === undefined ? `${likely ? 'Find' : `${MEANT}, find`} out why ${provider} returned no login` : PROVIDER_FAULT[fault](provider)}: ${configuration}`,
      unknown: `${likely ? 'See' : `${MEANT}, see`} whether ${provider} returned a login that is valid: ${configuration}`,
    }
    if (acr !== null && fault === undefined) return checkAcr(acr, sent, findings)
    const unlisted = fault === undefined && sent === 'nothing' && !isOwn ? listName(first, findings) : null
    if (unlisted !== null) return unlisted
    return nodeClientStep(texts[sent], kubeletLog(first.host, 'credential'), findings)
  },
  'node-scopes': ({ registry }, { findings }) => ({
    text: `See whether the access scopes of the node pool include devstorage.read_only or cloud-platform, and whether its service account still exists: otherwise the kubelet ${onNodes(findings)} sends no login to ${registry}, whatever role the account has. The scopes of a node pool can't be changed, so create another pool (--scopes=gke-default), and move the pods there; this shows the scopes and the account`,
    brief: `See whether the access scopes of the node pool include devstorage.read_only or cloud-platform, and whether its service account still exists: otherwise its nodes send no login to ${registry}`,
    command:
      "gcloud container node-pools describe --format='value(config.oauthScopes,config.serviceAccount)' --location=<location> --cluster=<cluster> <pool>",
  }),
  'copy-to-partition': ({ registry, region, own, of }, { findings }) => ({
    text: `Copy the image into a registry in ${PARTITIONS[own]}, where these nodes are (${region}), and name that one in the template: ${registry} is in ${PARTITIONS[of]}, where no identity of ${nodesOf(findings).length === 1 ? 'this node' : 'these nodes'} is valid, so the kubelet's credential provider can't get a login there`,
  }),
  'annotate-account': ({ serviceAccount, like }, { invocation, findings: [{ namespace }] }) => ({
    text: `Annotate service account ${serviceAccount} with the role that may pull, as service account ${like} is (${ECR_ROLE}): where the kubelet's credential provider (${CLOUDS.ecr.provider}) takes the tokens of service accounts, it returns no login for one without that annotation, unless it is new enough to fall back on the node's own role (kubernetes/cloud-provider-aws#1281)`,
    command: kubectlCommand(
      invocation,
      `annotate serviceaccount ${shellWord(serviceAccount)} ${ECR_ROLE}=<role>`,
      namespace,
    ),
  }),
  'grant-cloud-role': ({ cloud, caller, action, first, pulls }, { findings, findings: [finding] }) => {
    const { registry, reference } = finding
    const cached = action === null ? throughCache(reference) : ''
    const puller = finding.host.virtual === 'fargate' ? 'Fargate' : 'the nodes'
    const start = first ? `Allow ${puller} to pull` : `If the image exists, allow ${puller} to pull it`
    const owner = ecrAccount(registry)
    const { name, account: own } =
      caller === null ? { name: identityOf(cloud, finding), account: null } : awsIdentity(caller)
    const lacks = action ?? 'the permission'
    const isAmazons = isOfAmazon(registry)
    if (owner !== null && pulls !== undefined)
      return {
        text: `${start}: the repository policy in account ${owner} must allow the nodes' account (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer)${cached}. ${capitalize(name)} most likely has the permission itself, as ${nodeName(finding)} runs images of ${namedList('account', pulls)} without a pull secret; if ${owner} is the nodes' own account, the role's policies leave this repository out`,
        brief: `${start}: the repository policy in account ${owner} must allow the nodes' account`,
      }
    if (owner !== null && own !== null && owner !== own && !isAmazons)
      return {
        text: `${start}: the repository belongs to account ${owner}, so its repository policy there must allow account ${own} (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer), in addition to the policy ${CLOUDS.ecr.role} on ${name}${cached}`,
      }
    const failed = nodesOf(findings).length === 0 ? '' : ` (the pull failed ${onNodes(findings)})`
    const isProven = first || caller !== null
    const head = isProven ? start : `If the image exists, and ${name} lacks ${lacks}`
    const how = `${isProven ? `: ${name} lacks ${lacks}, so` : ','} ${attach(cloud, action)}`
    const command = action === 'ecr:CreateRepository' ? null : grantCommand(cloud, caller, finding)
    return {
      text: `${head}${failed}${how}${own === null && cloud === 'ecr' && !isAmazons ? FOREIGN : ''}${cloud === 'gar' ? ofProject(reference) : ''}${command?.endsWith('<account>') === true ? accountOfNode(finding) : ''}${cached}${roleDifference(finding)}`,
      brief: `${head}${how}`,
      ...(command === null ? {} : { command }),
    }
  },
  'lift-deny': ({ policy, denies, caller }, { findings: [finding] }) => {
    const { name, change } = policyWords(policy)
    const who = caller === null ? identityOf('ecr', finding) : awsIdentity(caller).name
    return {
      text: denies
        ? `Have the explicit deny for ${who} lifted: it is in ${name}, so ${change}; no other policy overrides a deny`
        : `Have the pull allowed for ${who} (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:GetAuthorizationToken): ${name} does not allow it, so ${change}`,
    }
  },
}

/** Returns who can give the role, as an image of another project may have been public once. */
function ofProject(reference: string | null): string {
  const project = artifactRepository(reference)?.project
  return project === undefined ? '' : `; if project ${project} is not yours, only its owner can do that`
}

/** Returns how to find the service account that a machine of Google's runs as; Autopilot's are not the user's (names with gk3-). */
function accountOfNode({ node, host }: Findings[0]): string {
  return node === null || host.cloud !== 'gar' || host.virtual !== undefined || node.startsWith('gk3-')
    ? ''
    : `. The account is what \`gcloud compute instances list --filter=${shellWord(`name=${node}`)} --format='value(serviceAccounts[].email)'\` prints in the cluster's project`
}

/** Returns what the first pull of an image through a cache of ECR needs besides (docs.aws.amazon.com/AmazonECR, pull-through-cache-iam). */
function throughCache(reference: string | null): string {
  const prefix = ecrCachePrefix(reference)
  return prefix === null
    ? ''
    : `; if ${prefix} is a pull-through cache, the first pull of an image also needs ecr:BatchImportUpstreamImage and ecr:CreateRepository, in the role's policies or in the registry's`
}
