/** The registries of clouds: which cloud one belongs to, its region and account, and what nodes and tokens of that cloud have to do with it. */

/** Clouds whose nodes can pull from the cloud's registries with their own identity. */
export type Cloud = 'ecr' | 'acr' | 'gar'

/** The hosts of their registries. */
export const CLOUD_HOSTS: Readonly<Record<Cloud, RegExp>> = {
  ecr: /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws)$/,
  acr: /\.azurecr\.(?:io|cn|us)$/,
  gar: /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/,
}

/** The user names of the tokens that clouds give for their registries, which end within hours. */
export const TOKEN_USERS: Readonly<Record<Cloud, string>> = {
  ecr: 'AWS',
  acr: '00000000-0000-0000-0000-000000000000',
  gar: 'oauth2accesstoken',
}

/** The cloud whose tokens have this user name; null for any other user name. */
export function cloudOfToken(username: string | null): Cloud | null {
  const found = Object.entries(TOKEN_USERS).find(([, user]) => user === username)
  return (found?.[0] as Cloud | undefined) ?? null
}

/** Oracle Cloud's registries, one in each region. */
export const ORACLE_CLOUD = /(?:^|\.)ocir\.io$|^ocir\.[\w-]+\.oci\.oraclecloud\.com$/

/** Huawei Cloud's registries (SWR), which refuse everyone an image that its publisher has not made public (jumpserver/jumpserver#11038). */
export const HUAWEI_CLOUD = /^swr\.[\w-]+\.myhuaweicloud\.com$/

/** The keys of Oracle Cloud's regions, which are in the short names of its registries (docs.oracle.com, "Availability by Region"). */
const ORACLE_REGIONS: ReadonlyMap<string, string> = new Map([
  ['ams', 'eu-amsterdam-1'],
  ['arn', 'eu-stockholm-1'],
  ['auh', 'me-abudhabi-1'],
  ['bog', 'sa-bogota-1'],
  ['bom', 'ap-mumbai-1'],
  ['cdg', 'eu-paris-1'],
  ['cwl', 'uk-cardiff-1'],
  ['dxb', 'me-dubai-1'],
  ['fra', 'eu-frankfurt-1'],
  ['gru', 'sa-saopaulo-1'],
  ['hyd', 'ap-hyderabad-1'],
  ['iad', 'us-ashburn-1'],
  ['icn', 'ap-seoul-1'],
  ['jed', 'me-jeddah-1'],
  ['jnb', 'af-johannesburg-1'],
  ['kix', 'ap-osaka-1'],
  ['lhr', 'uk-london-1'],
  ['lin', 'eu-milan-1'],
  ['mad', 'eu-madrid-1'],
  ['mel', 'ap-melbourne-1'],
  ['mrs', 'eu-marseille-1'],
  ['mtz', 'il-jerusalem-1'],
  ['nrt', 'ap-tokyo-1'],
  ['ord', 'us-chicago-1'],
  ['phx', 'us-phoenix-1'],
  ['qro', 'mx-queretaro-1'],
  ['scl', 'sa-santiago-1'],
  ['sin', 'ap-singapore-1'],
  ['sjc', 'us-sanjose-1'],
  ['syd', 'ap-sydney-1'],
  ['vcp', 'sa-vinhedo-1'],
  ['yny', 'ap-chuncheon-1'],
  ['yul', 'ca-montreal-1'],
  ['yyz', 'ca-toronto-1'],
  ['zrh', 'eu-zurich-1'],
])

/** The region of a registry of Oracle Cloud, under any of its names (docs.oracle.com, Container Registry, "Registry domain"); null for any other. */
export function oracleRegion(registry: string): string | null {
  const region = /^ocir\.([\w-]+)\.oci\.oraclecloud\.com$/.exec(registry)?.[1]
  const short = /^([\w-]+)\.ocir\.io$/.exec(registry)?.[1]
  return region ?? (short === undefined ? null : (ORACLE_REGIONS.get(short) ?? short))
}

/** The region of a private registry of ECR; null for any other registry. */
export function ecrRegion(registry: string | null): string | null {
  return /\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(registry ?? '')?.[1] ?? null
}

/** The AWS account that a private registry of ECR belongs to; null for any other registry. */
export function ecrAccount(registry: string | null): string | null {
  return cloudOf(registry) === 'ecr' ? (/^\d{12}(?=\.)/.exec(registry ?? '')?.[0] ?? null) : null
}

/**
 * Parts of a cloud whose accounts and identities no other part of it knows (docs.aws.amazon.com/whitepapers, "Partitions";
 * learn.microsoft.com/azure/azure-government, "Compare Azure Government and global Azure"; cloud.google.com/sovereign-cloud).
 */
export type Partition =
  | 'aws'
  | 'aws-cn'
  | 'aws-us-gov'
  | 'aws-eusc'
  | 'azure'
  | 'azure-china'
  | 'azure-government'
  | 'google'
  | 'google-partners'

/** Where a region is, by the beginning of its name, the rarest first. */
const PARTITIONS: Readonly<Record<Cloud, readonly [RegExp, Partition][]>> = {
  ecr: [
    [/^cn-/, 'aws-cn'],
    [/^us-gov-/, 'aws-us-gov'],
    [/^eusc-/, 'aws-eusc'],
    [/^(?:us|ca|mx|sa|eu|af|me|il|ap)-[a-z]+-\d/, 'aws'],
  ],
  acr: [
    [/^china/, 'azure-china'],
    [/^us(?:gov|dod)/, 'azure-government'],
    [/^[a-z]/, 'azure'],
  ],
  gar: [
    [/^u-/, 'google-partners'],
    [/^[a-z]/, 'google'],
  ],
}

/** Where a region of this cloud is; null if its name is not known. */
export function partitionOfRegion(cloud: Cloud, region: string): Partition | null {
  return PARTITIONS[cloud].find(([names]) => names.test(region))?.[1] ?? null
}

/** Where a cloud's registry is; null for other registries. Google's partners have hosts of their own. */
export function partitionOf(registry: string): Partition | null {
  switch (cloudOf(registry)) {
    case 'ecr':
      return partitionOfRegion('ecr', ecrRegion(registry) ?? '')
    case 'acr':
      return registry.endsWith('.cn')
        ? 'azure-china'
        : registry.endsWith('.us')
          ? 'azure-government'
          : 'azure'
    case 'gar':
      return 'google'
    default:
      return null
  }
}

/**
 * Amazon's account for the images of EKS in most regions, and those of the others (docs.aws.amazon.com/eks, add-ons-images). Any identity of AWS
 * may pull from them, and nobody else.
 */
const EKS_ACCOUNT = '602401143452'

const EKS_ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['af-south-1', '877085696533'],
  ['ap-east-1', '800184023465'],
  ['ap-east-2', '533267051163'],
  ['ap-south-2', '900889452093'],
  ['ap-southeast-3', '296578399912'],
  ['ap-southeast-4', '491585149902'],
  ['ap-southeast-5', '151610086707'],
  ['ap-southeast-6', '333609536671'],
  ['ap-southeast-7', '121268973566'],
  ['ca-west-1', '761377655185'],
  ['cn-north-1', '918309763551'],
  ['cn-northwest-1', '961992271922'],
  ['eu-central-2', '900612956339'],
  ['eu-south-1', '590381155156'],
  ['eu-south-2', '455263428931'],
  ['il-central-1', '066635153087'],
  ['me-central-1', '759879836304'],
  ['me-south-1', '558608220178'],
  ['mx-central-1', '730335286997'],
  ['us-gov-east-1', '151742754352'],
  ['us-gov-west-1', '013241004608'],
])

/** Whether this is one of Amazon's own registries with the images of EKS. */
export function isOfEks(registry: string | null): registry is string {
  if (cloudOf(registry) !== 'ecr') return false
  const [account = ''] = (registry ?? '').split('.')
  return account === EKS_ACCOUNT || [...EKS_ACCOUNTS.values()].includes(account)
}

/**
 * Amazon's accounts for the images of App Mesh (docs.aws.amazon.com/app-mesh, envoy), of AWS for Fluent Bit (aws/aws-for-fluent-bit), and for deep
 * learning (aws.github.io/deep-learning-containers) in most regions, from which any identity of AWS may pull, too.
 */
const OTHERS_OF_AMAZON = ['840364872350', '906394416424', '763104351884']

/** Whether this is one of Amazon's own registries that any identity of AWS may pull from. */
export function isOfAmazon(registry: string | null): boolean {
  return isOfEks(registry) || OTHERS_OF_AMAZON.includes(ecrAccount(registry) ?? '')
}

/** EKS's registry in the region of one that names the account of another region; null if the account is right, or not known. */
export function eksRegistryInRegion(registry: string): string | null {
  const account = EKS_ACCOUNTS.get(ecrRegion(registry) ?? '')
  if (account === undefined || !isOfEks(registry) || registry.startsWith(`${account}.`)) return null
  return registry.replace(/^\d+/, account)
}

/** EKS's registry in another region; null if that is not known. */
export function eksRegistryOf(region: string): string | null {
  const partition = partitionOfRegion('ecr', region)
  const account = EKS_ACCOUNTS.get(region) ?? (partition === 'aws' ? EKS_ACCOUNT : undefined)
  return account === undefined
    ? null
    : `${account}.dkr.ecr.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}

/** Projects of Google that still publish for everyone under gcr.io, which Artifact Registry serves (README files of these projects). */
export const OPEN_AT_GCR = [
  'gcr.io/cloud-builders',
  'gcr.io/cloud-sql-connectors',
  'gcr.io/distroless',
  'gcr.io/google.com/cloudsdktool',
]

/** Whether the registry is one of projects in Google's Container Registry, which Artifact Registry has replaced. */
export function isContainerRegistry(registry: string | null): boolean {
  return cloudOf(registry) === 'gar' && /(?:^|\.)gcr\.io$/.test(registry ?? '')
}

/** Whether an image is in the Container Registry of a project other than those, whose names may not all have a repository in Artifact Registry. */
export function isOldProject(image: string): boolean {
  const [registry = ''] = image.split('/', 1)
  return isContainerRegistry(registry) && !OPEN_AT_GCR.some(project => image.startsWith(`${project}/`))
}

/** The cloud whose nodes may pull from this registry without a pull secret; null for any other registry. */
export function cloudOf(registry: string | null): Cloud | null {
  if (registry === null || /^(?:k8s|mirror)\.gcr\.io$/.test(registry)) return null
  const found = Object.entries(CLOUD_HOSTS).find(([, hosts]) => hosts.test(registry))
  return (found?.[0] as Cloud | undefined) ?? null
}

/** How caches in clouds' registries are named, as those of ECR, mostly after their upstream (docs.aws.amazon.com/AmazonECR, pull-through-cache-creating-rule). */
const CACHE =
  /^(?:docker-?hub|docker\.io|ecr-public|public|quay|ghcr|github|gitlab|k8s|kubernetes|registry[.-]k8s|mcr|azure|chainguard|nvcr|cache|mirror|proxy|ptc)(?:[.-][\w.-]*)?$/

/** The first part of a path in ECR that is named like a pull-through cache; null in any other name. @param reference as `fullName` makes it */
export function ecrCachePrefix(reference: string | null): string | null {
  return cachePrefix('ecr', reference)
}

/** Names of caches that no folder of one's own images has, as they are an upstream's. */
const UPSTREAM = /^(?:docker-?hub|docker\.io|ecr-public|quay|ghcr|registry[.-]k8s|mcr|nvcr)(?:[.-][\w.-]*)?$/

/** Whether the path in ECR begins with the name of an upstream, so that it most likely is a pull-through cache's. @param reference as `fullName` makes it */
export function isEcrCache(reference: string | null): boolean {
  return UPSTREAM.test(ecrCachePrefix(reference) ?? '')
}

/** Whether a path in Azure Container Registry begins like that of a cache rule, whose names are as free as ECR's (Esri/arcgis-gitops#168). @param reference as `fullName` makes it */
export function isOfCacheRule(reference: string | null): boolean {
  return cachePrefix('acr', reference) !== null
}

function cachePrefix(cloud: Cloud, reference: string | null): string | null {
  const [registry = '', prefix = '', ...path] = reference?.split('/') ?? []
  return cloudOf(registry) === cloud && path.length > 0 && CACHE.test(prefix) ? prefix : null
}

/** Returns the name of an Azure Container Registry, which a hyphen and a hash may follow in its host (learn.microsoft.com, domain name label). */
export function acrName(registry: string): string {
  return registry.split(/[-.]/)[0] ?? ''
}
