/** Reads the values of flags: each from its text, and those that several commands share from commander's options. */

import { InvalidArgumentError, type OptionValues } from 'commander'
import type { ImageCheckFlags } from '../commands/check-images.ts'
import type { ConnectionFlags } from '../commands/context.ts'
import { UsageError } from '../errors.ts'
import { Redacted } from '../secrecy/redacted.ts'

/** The values that were given: an option of a command is absent if its flag is, never undefined. */
export function onlyGiven<Values extends object>(values: Values): Given<Values> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Given<Values>
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }

/** All namespaces, and the connection; a single namespace also becomes the connection's. */
export function namespaceOptions({ namespace = [], ...rest }: OptionValues): {
  connection: ConnectionFlags
  namespaces: string[]
} {
  const namespaces = [...new Set(namespace as string[])]
  const [first] = namespaces
  return {
    connection: connectionOptions(first === undefined ? rest : { ...rest, namespace: first }),
    namespaces,
  }
}

/** What to check, if anything. @throws UsageError for an endpoint without any check to use it */
export function checkOptions(options: OptionValues): { checkImages?: ImageCheckFlags } {
  const endpoints: string[] = options.registryEndpoint ?? []
  if (options.checkImages === true) return { checkImages: { endpoints } }
  if (endpoints.length > 0)
    throw new UsageError('--registry-endpoint needs --check-images: no registry is asked without it.')
  return {}
}

/** The values of the connection flags. */
export function connectionOptions(options: OptionValues): ConnectionFlags {
  const { requestTimeout, v, token, ...rest } = options
  const flags: Record<string, unknown> = { requestTimeoutMs: requestTimeout, verbosity: v }
  if (typeof token === 'string') flags.token = new Redacted(token)
  for (const name of Object.keys(COPIED)) if (rest[name] !== undefined) flags[name] = rest[name]
  return flags as ConnectionFlags
}

type CopiedFlag = Exclude<
  keyof ConnectionFlags,
  'token' | 'requestTimeoutMs' | 'verbosity' | 'storedLoginOnly'
>

/** The flags whose values are taken as they are. A record, so that the compiler notices one that is missing. */
const COPIED: Record<CopiedFlag, true> = {
  kubeconfig: true,
  context: true,
  cluster: true,
  user: true,
  server: true,
  certificateAuthority: true,
  clientCertificate: true,
  clientKey: true,
  tlsServerName: true,
  insecureSkipTlsVerify: true,
  as: true,
  asUid: true,
  asGroup: true,
  namespace: true,
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Parses a Go duration (`1m30s`, `500ms`) or a plain number of seconds, as kubectl does. Returns milliseconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Give a time such as 30s, 2m, or 1m30s.')
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0)
  }
  return total
}

/** Collects the values of a repeatable flag, for commander. */
export function repeatable(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** Collects the values of a flag that accepts commas as well as repetition. */
export function commaSeparated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter(part => part !== '')]
}
