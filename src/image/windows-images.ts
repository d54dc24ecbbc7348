/** Windows in the names of images: Microsoft's base images, where their layers are, and tags that tell what an image is built on. */

/** The names that tags have for the builds of Windows Server (learn.microsoft.com/virtualization/windowscontainers, Base images). */
const TAGS: readonly [build: string, name: string][] = [
  ['14393', 'ltsc2016'],
  ['17763', 'ltsc2019'],
  ['20348', 'ltsc2022'],
  ['26100', 'ltsc2025'],
]

/** The build of Windows of a kernel, whose last number is that of an update: `10.0.20348` of `10.0.20348.4294`. */
export function windowsBuildOf(kernel: string): string {
  return kernel.split('.').slice(0, 3).join('.')
}

/** What tags call the build of that kernel, such as `10.0.20348.4294`; null if it has no such name. */
export function windowsTagOf(kernel: string): string | null {
  const build = kernel.split('.')[2]
  return TAGS.find(([known]) => known === build)?.[1] ?? null
}

/** The .NET Framework is for Windows only, unlike .NET (hub.docker.com/r/microsoft/dotnet-framework). */
const OF_MICROSOFT = /^mcr\.microsoft\.com\/(?:windows(?:\/|:|@)|dotnet\/framework\/)/
const IN_TAG = /:(?:[^@/]*-)?(?:nanoserver|windows-?servercore|ltsc20\d\d)(?:-[^@]*)?(?:@|$)/

/** Whether the full name shows that the image is for Windows. */
export function isNamedForWindows(reference: string | null): boolean {
  return reference !== null && (OF_MICROSOFT.test(reference) || IN_TAG.test(reference))
}

/** Words for Windows in the path of an image; some images of Linux have them, too, such as those that emulate Windows or build for it. */
const IN_PATH = /(?:^|[/_.-])(?:windows|nanoserver|(?:windows-?)?servercore)(?=[/_.:@-])/

/** Whether a word in the image's path says Windows, which proves less than its tag. @param reference the full name */
export function isPerhapsForWindows(reference: string | null): boolean {
  return IN_PATH.test(reference?.replace(/^[^/]+\//, '/') ?? '')
}

/** The build of Windows that the tag names, as nodes' labels have it (`10.0.20348`); null if it names none. */
export function windowsBuildIn(reference: string | null): string | null {
  const name = /:(?:[^@/]*-)?(ltsc20\d\d)(?:-[^@]*)?(?:@|$)/.exec(reference ?? '')?.[1]
  const build = TAGS.find(([, known]) => known === name)?.[0]
  return build === undefined ? null : `10.0.${build}`
}

const MICROSOFT = 'mcr.microsoft.com'
/** Where Microsoft's registry, and the links before it, redirect to. */
const DOWNLOADS =
  /(?:^|\.)data\.mcr\.microsoft\.com$|^go\.microsoft\.com$|^winlayers\.(?:cdn\.mscr\.io|blob\.core\.windows\.net)$/

/** Hosts that serve nothing but layers of Windows. */
const WINDOWS_ONLY = /^(?:go\.microsoft\.com|winlayers\.(?:cdn\.mscr\.io|blob\.core\.windows\.net))$/

/** Whether no image for Linux has anything at the host. */
export function servesOnlyWindows(host: string): boolean {
  return WINDOWS_ONLY.test(host)
}

/**
 * Whether the host is Microsoft's, and the registry another one, whose manifests send nodes there for the layers of Windows base images from before
 * June 2023 (techcommunity.microsoft.com, Announcing Removal of Foreign Layers from Windows Container Images).
 */
export function servesWindowsBase(host: string, registry: string | null): boolean {
  return registry !== null && registry !== MICROSOFT && (host === MICROSOFT || DOWNLOADS.test(host))
}

/** Whether the request to this host is for such a layer. @param rest what follows the host in the URL */
export function isForWindowsBase(host: string, rest: string, registry: string | null): boolean {
  return servesWindowsBase(host, registry) && /^\/v2\/windows\/[\w./-]{1,200}\/blobs\//.test(rest)
}
