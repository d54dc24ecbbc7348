/** Finds in a pull's text that the kubelet's credential provider failed, and the reason that it gave. */

import { firstMatch } from '../text/first-match.ts'

/** The kubelet ran the plugin, or a helper, and got no login (pkg/credentialprovider/plugin). Matches masked texts, too. */
export const PLUGIN_FAILED = /\bcredential provider plugin\b|\berror getting credentials\b/i

/** What failed: the protocol's version, the program itself, its time, or something that only the plugin knows. */
export type ProviderProblem = 'api-version' | 'program' | 'time' | 'other'

const PROBLEMS: [ProviderProblem, RegExp][] = [
  [
    'api-version',
    /\bgroup version \S+ is not supported\b|\bapiversion\b.{0,60}\b(?:did not match|mismatch|not supported|unsupported)|\bno kind "?CredentialProvider\w+"? is registered\b/i,
  ],
  [
    'program',
    // A plugin that runs may lack a file or a permission itself, such as azure.json.
    /\bfork\/exec \S{1,300}: (?:no such file or directory|permission denied)|\bexec format error\b|\bexecutable file not found\b/i,
  ],
  ['time', /\bcontext deadline exceeded\b|\bsignal: killed\b/i],
]
/** The plugin's own words follow those of the kubelet, and the header of a line of its log. */
const REASON =
  /\berror (?:execing|running|decoding) credential provider plugin(?: \S{1,200} for image \S{1,400}?| response from stdout)?: (?:exit status \d+)?:? ?(.{1,300})$/is
const LOG_LINE = /^[IWEF]\d{4} [\d:.]{8,20} +\d+ [\w.-]+:\d+\] /

/** The end of a line of a log around the reason, as JSON or as a field in quotes, and the colon before what the plugin did not write. */
const LOG_END = /:\s{0,3}\\{0,3}"\}?$|\\{0,3}"\}$/
const LAST_COLON = /:$/

/** The reason that the plugin gave, or the kubelet for it; null if the text gives none. */
export function providerReason(text: string): { problem: ProviderProblem; reason: string } | null {
  const reason = innermost(text)
  if (reason === null) return null
  return { problem: firstMatch(reason, PROBLEMS) ?? 'other', reason }
}

/** A plugin's log line may repeat the words around its reason. */
function innermost(text: string): string | null {
  const reason = REASON.exec(text)?.[1]?.trim().replace(LOG_LINE, '') ?? ''
  // A plugin may answer in JSON, too.
  const whole = (reason.includes('{') ? reason : reason.replace(LOG_END, '')).trim().replace(LAST_COLON, '')
  if (whole === '' || /^exit status \d+$/.test(whole)) return null
  return innermost(whole) ?? whole
}
