/** Lists the tags of a repository page by page (distribution specification, "Listing Tags"), which costs no pull. */

import type { AuthorizedAnswer } from './authorized-requests.ts'
import type { RegistryAnswer } from './connection.ts'
import type { TagsOutcome } from './outcome.ts'
import { problemOf } from './problem.ts'

export interface TagPages {
  /** Most pages to read. */
  most: number
  /** Only tags that sort after this one, which need not exist. */
  after?: string
}

/** Tags per request; the largest that Amazon's registry accepts. */
const PAGE_SIZE = 1000

/** The tags; if a later page fails, those before it. `ask` sends a GET of a path below the registry's URL. */
export async function listTags(
  ask: (path: string) => Promise<AuthorizedAnswer>,
  repository: string,
  { most, after }: TagPages,
): Promise<TagsOutcome> {
  const last = after === undefined ? '' : `&last=${encodeURIComponent(after)}`
  const first = await ask(`/v2/${repository}/tags/list?n=${PAGE_SIZE}${last}`)
  if ('problem' in first) return { ...first.requestedAs, ...first.problem }
  if (first.answer.status !== 200) return { ...first.requestedAs, ...failure(first.answer) }
  const tags = tagsIn(first.answer)
  let link = nextLink(first.answer)
  for (let page = 1; link !== null && page < most; page += 1) {
    const path = pathOf(link, first.answer)
    const asked = path === null ? null : await ask(path)
    if (asked === null || 'problem' in asked || asked.answer.status !== 200) break
    for (const tag of tagsIn(asked.answer)) tags.push(tag)
    const next = nextLink(asked.answer)
    if (next === link) break
    link = next
  }
  return { ...first.requestedAs, status: 'found', tags, complete: link === null }
}

function failure(answer: RegistryAnswer) {
  if (answer.status !== 404) return problemOf(answer, 'registry')
  return { status: 'not-found' as const, code: errorCode(answer) }
}

/** The names that are valid tags; anything else in the answer may be hostile. `tags` may be null. */
function tagsIn(answer: RegistryAnswer): string[] {
  const { tags } = parse(answer)
  if (!Array.isArray(tags)) return []
  return tags.filter(tag => typeof tag === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag))
}

/** The target of `Link: </v2/a/b/tags/list?last=x&n=1000>; rel="next"`; null on the last page. */
function nextLink({ headers }: RegistryAnswer): string | null {
  const link = [headers.link ?? ''].flat().join(',')
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link)?.[1] ?? null
}

/** Followed on the same origin only: a token goes with it. */
function pathOf(link: string, { url, crossedOrigin }: RegistryAnswer): string | null {
  if (crossedOrigin || !URL.canParse(link, url.href)) return null
  const target = new URL(link, url)
  return target.origin === url.origin ? target.pathname + target.search : null
}

function errorCode(answer: RegistryAnswer): string | null {
  const { errors } = parse(answer)
  const [first] = Array.isArray(errors) ? errors : []
  const code: unknown = first?.code
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : null
}

function parse(answer: RegistryAnswer): Record<string, unknown> {
  try {
    return (JSON.parse(answer.body.toString('utf8')) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
