/** Images as a registry stores them: a real gzip layer, a config, a manifest for each platform, an index over them, and their digests. */

import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

export interface ImageDraft {
  /** `library/nginx`. */
  repository: string
  /** Default: latest. */
  tags?: string[]
  /** A static binary that becomes /app and the entrypoint; without it the layer is empty. */
  binary?: Buffer
  /** Further programs and libraries, by their absolute paths. */
  files?: ReadonlyMap<string, Buffer>
  /** Default: linux/amd64 and linux/arm64 under one index. With `index: false` a single manifest for the first. */
  platforms?: string[]
  index?: boolean
  /** The only account that may pull it. */
  owner?: string
  /** A verified publisher's image: not counted, no headers. */
  unmetered?: boolean
}

export interface Content {
  mediaType: string
  bytes: Buffer
  digest: string
}

export interface Image {
  /** The manifest or index that the tags point to. */
  top: Content
  /** The manifests under the index. */
  manifests: Content[]
  blobs: Content[]
  /** `linux/amd64`. */
  platforms: string[]
}

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** `sha256:…` of the bytes. */
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const content = (mediaType: string, bytes: Buffer): Content => ({ mediaType, bytes, digest: digestOf(bytes) })

const json = (mediaType: string, value: object): Content =>
  content(mediaType, Buffer.from(JSON.stringify(value)))

const descriptor = ({ mediaType, digest, bytes }: Content) => ({ mediaType, digest, size: bytes.length })

/** Builds the image; the same draft gives the same digests. */
export function buildImage(draft: ImageDraft): Image {
  const tar = tarOf([...(draft.binary ? [['/app', draft.binary] as const] : []), ...(draft.files ?? [])])
  const layer = content(LAYER, gzipSync(tar))
  const platforms = draft.platforms ?? ['linux/amd64', 'linux/arm64']
  const built = platforms.map(platform => {
    const [os = 'linux', architecture = 'amd64'] = platform.split('/')
    const config = json(CONFIG, {
      architecture,
      os,
      config: {
        Entrypoint: draft.binary ? ['/app'] : ['/none'],
        Labels: {
          'org.opencontainers.image.ref.name': `${draft.repository}:${(draft.tags ?? ['latest'])[0]}`,
        },
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    })
    const manifest = json(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptor(config),
      layers: [descriptor(layer)],
    })
    return { os, architecture, config, manifest }
  })
  const manifests = built.map(({ manifest }) => manifest)
  const index = json(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: built.map(({ os, architecture, manifest }) => ({
      ...descriptor(manifest),
      platform: { architecture, os },
    })),
  })
  const [first = index] = manifests
  const top = draft.index === false ? first : index
  return {
    top,
    manifests,
    blobs: [layer, ...built.map(({ config }) => config)],
    platforms: draft.index === false ? platforms.slice(0, 1) : platforms,
  }
}

/** A tar with these files, all executable. */
function tarOf(files: readonly (readonly [path: string, bytes: Buffer])[]): Buffer {
  return Buffer.concat([...files.flatMap(([path, bytes]) => tarEntry(path, bytes)), Buffer.alloc(1024)])
}

function tarEntry(path: string, bytes: Buffer): Buffer[] {
  const header = Buffer.alloc(512)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  header.write(path.slice(1), 0)
  header.write(octal(0o755, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(bytes.length, 12), 124)
  header.write(octal(0, 12), 136)
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
}
