/** Asks a kubeconfig's exec plugin for a credential (client.authentication.k8s.io/v1 and v1beta1). */

import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { UnreachableError } from '../../errors.ts'
import { parseJsonObject } from '../../json/json-object.ts'
import { codedError } from '../../network/error-code.ts'
import { withoutWorkingDirectory } from '../../network/program-path.ts'
import { redactStrictly } from '../../secrecy/redact.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import { type Fields, mapping, secretText, text } from '../kubeconfig/kubeconfig.ts'
import { pemText } from '../kubeconfig/pem-source.ts'
import type { Cluster, ExecPlugin } from '../kubeconfig/target.ts'
import { type CredentialWithExpiry, certificateFault, isHeaderSafe } from './client-credential.ts'

interface PluginCall {
  plugin: ExecPlugin
  cluster: Cluster
  /** What the plugin inherits. */
  env: Record<string, string | undefined>
  /** Ends a plugin that is still running. */
  signal: AbortSignal
}

/**
 * Runs the plugin once.
 * @throws UnreachableError naming the plugin: not installed, failed (with its last line of output), or an answer that is not a credential
 */
export async function askPlugin(call: PluginCall): Promise<CredentialWithExpiry> {
  const { plugin } = call
  const interactive = plugin.interactiveMode !== 'Never' && process.stdin.isTTY === true
  if (plugin.interactiveMode === 'Always' && !interactive) {
    throw failure(plugin, 'needs a terminal to log in: run it from one, or use --token')
  }
  const run = { ...call, interactive }
  return fetched(plugin, await outputOf(run, await execInfo(run)))
}

interface PluginRun extends PluginCall {
  /** Whether the plugin may ask at the terminal. */
  interactive: boolean
}

async function execInfo({ plugin, cluster, interactive }: PluginRun): Promise<string> {
  const spec: Fields = { interactive }
  if (plugin.provideClusterInfo) {
    const ca = await pemText(cluster.certificateAuthority, 'certificate authority')
    spec.cluster = {
      server: cluster.server,
      ...(cluster.tlsServerName !== '' && { 'tls-server-name': cluster.tlsServerName }),
      ...(cluster.insecureSkipTlsVerify && { 'insecure-skip-tls-verify': true }),
      ...(ca !== null && { 'certificate-authority-data': Buffer.from(ca.reveal()).toString('base64') }),
      ...(cluster.proxyUrl !== '' && { 'proxy-url': cluster.proxyUrl }),
      ...(cluster.disableCompression && { 'disable-compression': true }),
      config: cluster.execConfig,
    }
  }
  return JSON.stringify({ apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec })
}

/** In characters. A token with its certificate and key is a few kilobytes. */
const MAX_ANSWER_LENGTH = 1024 * 1024

/** The plugin's output. On a terminal, its prompts on stderr are shown too. */
function outputOf({ plugin, env, signal, interactive }: PluginRun, request: string): Promise<Redacted> {
  const own = Object.fromEntries(plugin.env.map(({ name, value }) => [name, value]))
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, plugin.args, {
      env: withoutWorkingDirectory({ ...env, ...own, KUBERNETES_EXEC_INFO: request }),
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      signal,
    })
    // A plugin that does not exit, or whose pipes another process keeps open, must not keep pullguard running.
    const release = () => {
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
    }
    signal.addEventListener('abort', release)
    let out = ''
    let err = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      if (out.length <= MAX_ANSWER_LENGTH) return
      child.kill('SIGKILL')
      release()
      reject(failure(plugin, 'printed far more than a credential: run it by hand and look at what it prints'))
    })
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      err = (err + chunk).slice(-10_000)
      if (interactive) process.stderr.write(chunk)
    })
    child.on('error', error => reject(notStarted(plugin, error)))
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', release)
      if (code === 0) resolve(new Redacted(out))
      else reject(failure(plugin, `failed (${killedBy ?? `exit code ${code}`})${reason(err)}`))
    })
  })
}

const reason = (stderr: string) => {
  const line = lastLine(stderr)
  return line === '' ? ': run it by hand to see why' : `: ${line}`
}

function notStarted(plugin: ExecPlugin, error: Error): UnreachableError {
  const code = codedError(error)?.code ?? error.name
  if (code !== 'ENOENT') return failure(plugin, `could not be started (${code})`, error)
  const hint = lastLine(plugin.installHint.split('\n', 1).join(''))
  return failure(
    plugin,
    `is not installed or not in PATH: install it${hint === '' ? '' : ` (${hint})`}`,
    error,
  )
}

function failure(plugin: ExecPlugin, what: string, cause?: unknown): UnreachableError {
  const message = `The login program ${plugin.command} that the kubeconfig names ${what}`
  return new UnreachableError(message, cause === undefined ? undefined : { cause })
}

function fetched(plugin: ExecPlugin, printed: Redacted): CredentialWithExpiry {
  const status = mapping(printed.map(parseJsonObject).reveal()?.status) ?? {}
  const token = secretText(status, 'token')
  const certificate = text(status, 'clientCertificateData') || null
  const key = secretText(status, 'clientKeyData')
  if ((token === null && certificate === null) || (certificate === null) !== (key === null)) {
    throw failure(plugin, 'gave no usable credential: run it by hand and look at what it prints')
  }
  if (token !== null && !isHeaderSafe(token))
    throw failure(plugin, "returned a token with a character that can't be sent")
  const fault = certificateFault(certificate, key)
  if (fault !== null) throw failure(plugin, `gave a client certificate that can't be used: ${fault}`)
  const authorization = token === null ? null : token.map(value => `Bearer ${value}`)
  const ends = Date.parse(text(status, 'expirationTimestamp'))
  const expiresAt = Number.isNaN(ends) ? Number.POSITIVE_INFINITY : ends
  return { credential: { authorization, certificate, key }, expiresAt }
}

const MAX_LENGTH = 200

/** The last non-empty line, without control characters and anything that looks like a token, cut to MAX_LENGTH characters. */
export function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map(line => line.replace(/\p{Cc}+/gu, ' ').trim())
  const line = lines.findLast(candidate => candidate !== '') ?? ''
  const clean = redactStrictly(line)
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean
}
