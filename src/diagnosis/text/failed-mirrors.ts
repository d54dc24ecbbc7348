/** The mirrors that a text lists as failed, before the registry itself was asked. */

const MIRRORS = /\(Mirrors also failed: (.{0,4000}?)(?:\]\):|$)/is
/** The start of an entry in that list, which may be a placeholder that somebody wrote over the real name. */
const MIRROR = /(?:^|\[)([\w.-]+(?::\d+)?|<[\w .-]{1,60}>(?::\d+)?)(?=[/:])/

/** The registry's mirrors, as containers/image lists their errors, `[mirror.example/library/nginx: why] [other: why]`. */
export interface FailedMirrors {
  /** At most four. */
  hosts: string[]
  /** The first that answered and lacks the image. */
  lacking: string | null
  /** The first that refused the nodes. */
  refusing: string | null
  /** The first that failed otherwise, and the end of its error. */
  broken: { host: string; why: string } | null
}

/** The mirrors that were asked before the registry and failed; null if the text lists none. */
export function failedMirrors(text: string): FailedMirrors | null {
  const list = MIRRORS.exec(text)?.[1]
  if (list === undefined) return null
  const entries = list.split(/\] ?(?=\[)/).flatMap(entry => {
    const host = MIRROR.exec(entry)?.[1]
    const lacks = /manifest unknown|name unknown|not found/i.test(entry)
    const refuses = /: (?:unauthorized|denied|authentication required|invalid username\/password)\b/i.test(
      entry,
    )
    const why = /: ([^:]{1,80})$/.exec(entry)?.[1]?.trim() ?? ''
    return host === undefined ? [] : [{ host, lacks, refuses, why }]
  })
  const broken = entries.find(({ lacks, refuses }) => !(lacks || refuses))
  return {
    hosts: [...new Set(entries.map(({ host }) => host))].slice(0, 4),
    lacking: entries.find(({ lacks }) => lacks)?.host ?? null,
    refusing: entries.find(({ lacks, refuses }) => refuses && !lacks)?.host ?? null,
    broken: broken === undefined ? null : { host: broken.host, why: broken.why },
  }
}
