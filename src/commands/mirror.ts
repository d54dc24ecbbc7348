/**
 * `pullguard mirror`: reads nodes and what is known of their mirrors and, for a given mirror, reports what each group of nodes needs to use
 * it.
 */

import { resolve } from 'node:path'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { readingLoginsOrProblem } from '../keychain/local-logins.ts'
import { type AddressRules, readAddress, rootOf } from '../mirror/address.ts'
import { setupFor } from '../mirror/platforms/index.ts'
import type { MirrorReport } from '../mirror/report.ts'
import type { MirrorTarget } from '../mirror/setup.ts'
import { type MirrorSurvey, surveyMirrors } from '../mirror/survey.ts'
import { imagesToVerify, judgeMirror, needsKnownImage, type Verification } from '../mirror/verification.ts'
import { bytesOf } from '../network/bytes-of.ts'
import { readUpTo } from '../network/read-up-to.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import type { MirrorFormat } from '../report/formats.ts'
import { MIRROR_PROGRESS } from '../report/views/progress.ts'
import { ADDRESS_WORDS } from '../report/words/mirror/setup.ts'
import type { MirrorFacts, UsedImage } from '../snapshot/mirrors.ts'
import { readMirrors } from '../source/live/read-mirrors.ts'
import { askForKnownImage, checkMirror, knownImage } from '../source/mirror-checks.ts'
import type { ImageCheckFlags } from './check-images.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { registriesNamed } from './mirror/registries-named.ts'
import { writeFiles } from './mirror/write-files.ts'
import { invocationOf, screenOf } from './shared-flags.ts'

export interface MirrorOptions extends AddressRules {
  connection: ConnectionFlags
  /** The mirror that nodes should use; without it, only the current state is reported. */
  to?: string
  registries: string[]
  /** Seconds. */
  dialTimeout: number
  /** A PEM file on this machine. */
  authority?: string
  /** Ask the mirror for the images in use. */
  verify?: ImageCheckFlags
  format: MirrorFormat
  /** The file or folder for the nodes' configuration files. */
  output?: string
  overwrite: boolean
}

/** Reports mirrors, and what nodes need to use one. Doesn't change nodes or objects. @throws UsageError, UnreachableError */
export async function mirrorCommand(options: MirrorOptions, context: CommandContext): Promise<ExitName> {
  const target = await targetOf(options, context)
  const facts = await readFacts(options, context)
  const survey = surveyMirrors(facts)
  const { verify } = options
  const verification =
    target === null || verify === undefined
      ? null
      : await verifyMirror(target, facts.images, verify.endpoints, context)
  const planned =
    target === null ? [] : survey.groups.map(({ group }) => ({ group, setup: setupFor(target, group) }))
  const written =
    options.output === undefined
      ? []
      : await writeFiles(planned, { path: options.output, overwrite: options.overwrite, cwd: context.cwd })
  await print({ survey, target, planned, verification, written }, options, context)
  return exitOf(survey, verification)
}

/** A mirror that does not answer is unreachable; one with a wrong answer is a finding. */
function exitOf({ gaps }: MirrorSurvey, verification: Verification | null): ExitName {
  const { checks, wrong } = verification ?? { checks: [], wrong: 0 }
  if (wrong > 0)
    return checks.every(({ mirror }) => mirror.status === 'unreachable') ? 'unreachable' : 'findings'
  const unproven = verification !== null && !verification.proven
  return gaps.length > 0 || unproven ? 'incomplete' : 'ok'
}

async function targetOf(options: MirrorOptions, context: CommandContext): Promise<MirrorTarget | null> {
  const { to, registries, dialTimeout, authority } = options
  if (to === undefined) return null
  const address = readAddress(to, options)
  if ('problem' in address) throw new UsageError(ADDRESS_WORDS[address.problem])
  return {
    address,
    registries: registriesNamed(registries),
    dialTimeout,
    authority: authority === undefined ? null : await readAuthority(authority, context),
  }
}

async function readFacts({ connection }: MirrorOptions, context: CommandContext): Promise<MirrorFacts> {
  const progress = await context.progress()
  progress.update(MIRROR_PROGRESS.reading)
  const { signal } = context
  return withCluster(context.connect(connection), context, cluster =>
    readMirrors(cluster, { takenAt: context.now().toISOString(), signal }),
  ).finally(() => progress.stop())
}

async function print(report: MirrorReport, options: MirrorOptions, context: CommandContext): Promise<void> {
  const { renderMirror } = await import('../report/views/mirror.ts')
  const invocation = invocationOf(context, options.connection)
  await context.out.write(
    renderMirror(report, { format: options.format, ...screenOf(context.out), invocation }),
  )
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** A bundle of all public authorities has a quarter of a million. */
const MAX_AUTHORITY_BYTES = 8 * 1024 * 1024

/** Returns only the certificates in a PEM file. @throws UsageError */
async function readAuthority(file: string, { cwd, signal }: CommandContext): Promise<string> {
  const bytes = await readUpTo(bytesOf(resolve(cwd, file), signal), MAX_AUTHORITY_BYTES).catch(() => {
    signal.throwIfAborted()
    throw new UsageError(`--ca: ${file === '' ? 'an empty name' : file} can't be read.`)
  })
  const text = bytes?.toString('utf8') ?? ''
  // The file goes to every node, and so would a private key in it.
  if (/PRIVATE KEY-----/.test(text)) {
    throw new UsageError(
      `--ca: ${file} holds a private key: give a file with the authority's certificate only.`,
    )
  }
  const certificates = text.match(CERTIFICATES)
  if (certificates === null) throw new UsageError(`--ca: ${file} holds no certificate in PEM form.`)
  return `${certificates.map(each => each.replace(/\r/g, '')).join('\n')}\n`
}

/** Enough to prove the mirror's settings; the check is not an inventory. */
const MAX_IMAGES = 20
/** Long, because a cache may have to ask its upstream first. */
const MAX_REQUEST_MS = 15_000

/** @throws UsageError for a malformed endpoint; the signal's reason */
async function verifyMirror(
  target: MirrorTarget,
  images: readonly UsedImage[],
  endpoints: string[],
  context: CommandContext,
): Promise<Verification> {
  const { address, authority } = target
  const registries = new Registries(parseEndpoints(endpoints, context.env), context, {
    timeoutMs: MAX_REQUEST_MS,
    ...(authority !== null && { ownAuthority: { host: address.host, pem: authority } }),
  })
  const progress = await context.progress()
  progress.update(MIRROR_PROGRESS.asking)
  try {
    const used = imagesToVerify(images, target.registries)
    // If no image is in use, one that certainly exists shows whether the mirror works.
    const all = used.length > 0 ? used : target.registries.flatMap(registry => knownImage(registry) ?? [])
    const question = {
      registries,
      url: new URL(rootOf(address)),
      prefix: address.prefix,
      login: await ownLogin(address.host, context),
    }
    const checks = await checkMirror(all.slice(0, MAX_IMAGES), question)
    const known = needsKnownImage(checks) ? await askForKnownImage(target.registries, question) : null
    return judgeMirror(checks, known, Math.max(0, all.length - MAX_IMAGES))
  } finally {
    progress.stop()
    await registries.close()
  }
}

/** Returns this machine's login for the mirror itself. A login for the upstream registry is never sent there. */
async function ownLogin(host: string, context: CommandContext): Promise<Credential | null> {
  const { credentials } = await readingLoginsOrProblem([{ registry: host, repositories: [] }], context)
  return credentials[0] ?? null
}
