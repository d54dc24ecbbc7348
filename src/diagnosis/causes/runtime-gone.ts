/** What ends a pull on the node before any registry is asked: no connection to the runtime, or settings that leave it no host to ask. */

import { type CauseRule, MATCHES, ruleOf } from './cause-rule.ts'

export const runtimeGone = ruleOf(
  'other',
  /\bdial unix\b|\berror reading from server\b|\btransport is closing\b|\bwhile dialing\b/,
  // Docker's pipe on Windows.
  /\b(?:trying to connect|error during connect): .{0,120}\bpost ‹url›: open ‹path›/,
)

/** gRPC, and containerd while it starts (internal/cri/instrument) or without its CRI plugin. */
const LOST =
  /\bkeepalive ping failed\b|\bproduced zero addresses\b|\bdesc = server is shutting down\b|\bserver is not initialized yet\b|\bunknown (?:service|method \w{1,60} for service) runtime\.v1/i

/** The kubelet's own words for a runtime that does not serve it; a registry's have a status. */
export const runtimeUnready: CauseRule<'other'> = {
  cause: 'other',
  judge: ({ text, status }) => (status === null && LOST.test(text) ? MATCHES : null),
}

/** containerd, for hosts.toml files that are valid, and in which no host may look up a tag or send layers; it calls that "not found". */
export const noHost = ruleOf('other', /\bno (?:resolve|pull) hosts\b/, /\bunable to parse server\b/)

/** The runtime could not open a connection because of a limit on open files: no host is at fault. A registry's own limit has a status. */
export const noSocket: CauseRule<'other'> = {
  cause: 'other',
  judge: ({ masked, status }) =>
    status === null && /\b(?:dial|socket|lookup|accept)\b.{0,200}: too many open files\b/.test(masked)
      ? MATCHES
      : null,
}
