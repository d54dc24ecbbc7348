/**
 * What ends a pull on the node before any registry is asked: no connection to the runtime, settings that leave it no host to ask, or its
 * limit on open files.
 */

import { type CauseRule, matchesAny, ruleOf } from './cause-rule.ts'

/** gRPC, for a connection to the runtime that ended. */
const ENDED = /\berror reading from server\b|\btransport is closing\b/

export const runtimeGone = ruleOf(
  'other',
  ENDED,
  /\bdial unix\b|\bwhile dialing\b/,
  // Docker's pipe on Windows.
  /\b(?:trying to connect|error during connect): .{0,120}\bpost ‹url›: open ‹path›/,
)

/** gRPC, for a runtime that ended before or during the call. */
const CLOSED = /\bkeepalive ping failed\b|\bproduced zero addresses\b|\bdesc = server is shutting down\b/
export const RUNTIME_GONE = new RegExp(`${ENDED.source}|${CLOSED.source}`, 'i')
/** containerd while it starts (internal/cri/instrument). */
export const RUNTIME_STARTING = /\bserver is not initialized yet\b/i
/** gRPC, for containerd without its CRI plugin. */
export const NO_CRI = /\bunknown (?:service|method \w{1,60} for service) runtime\.v1/i
const UNREADY = [new RegExp(CLOSED.source, 'i'), RUNTIME_STARTING, NO_CRI]

/** The kubelet's own words for a runtime that does not serve it; a registry's have a status. */
export const runtimeUnready: CauseRule<'other'> = {
  cause: 'other',
  matches: ({ text, status }) => status === null && matchesAny(text, UNREADY),
}

/** containerd, for hosts.toml files that are valid, and in which no host may look up a tag or send layers; it calls that "not found". */
export const noHost = ruleOf('other', /\bno (?:resolve|pull) hosts\b/, /\bunable to parse server\b/)

/** The runtime could not open a connection because of a limit on open files: no host is at fault. A registry's own limit has a status. */
export const noSocket: CauseRule<'other'> = {
  cause: 'other',
  matches: ({ masked, status }) =>
    status === null && /\b(?:dial|socket|lookup|accept)\b.{0,200}: too many open files\b/.test(masked),
}
