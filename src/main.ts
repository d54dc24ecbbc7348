/** From argv to the exit code, with the one try/catch and the one table of exit codes. */

import { homedir, userInfo } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import { Writable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import packageJson from '../package.json' with { type: 'json' }
import { type ContextFlags, isCompletion, runProgram } from './cli/program.ts'
import { type Clock, PROCESS_START, systemClock } from './clock.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './commands/context.ts'
import type { WritingContext } from './commands/writing-context.ts'
import { InterruptedError, RefusedError, UnreachableError, UsageError } from './errors.ts'
import type { ExchangeOptions } from './kubernetes/api/exchange.ts'
import type { ConnectionOptions, Transport } from './kubernetes/kubeconfig/connection-options.ts'
import { guardLines, sanitizeLine } from './report/sanitize.ts'
import { waitingText } from './report/views/progress.ts'
import { redact } from './secrecy/redact.ts'
import {
  inputFrom,
  type Output,
  outputTo,
  questionsOn,
  startProgress,
  type TerminalStreams,
} from './terminal.ts'

const EXIT_CODES: Record<ExitName, number> = {
  ok: 0,
  findings: 1,
  usage: 2,
  incomplete: 3,
  unreachable: 4,
  refused: 5,
}
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** Everything that the program uses outside its own code, so that tests can replace it. */
export interface ProcessHost {
  streams: TerminalStreams
  env: Record<string, string | undefined>
  home: string
  cwd: string
  clock: Clock
  /** When the process started, in milliseconds of the clock. */
  startedAt: number
  /** Aborted with the signal's name as its reason. */
  signal: AbortSignal
  program: CommandContext['program']
  /** Carries the requests to API servers; absent: the network. */
  transport?: Transport
}

/**
 * Runs one command line.
 * @param argv the arguments without node and script
 * @returns the exit code; never throws
 */
export async function main(argv: string[], host: ProcessHost): Promise<number> {
  const err = outputTo(host.streams.stderr, host.env, { noColor: true })
  try {
    return EXIT_CODES[await runIn(host, argv)]
  } catch (error) {
    if (host.signal.aborted) return signalCode(host.signal)
    const { code, text } = describeFatal(error)
    // If standard error can't be written to, only the exit code remains.
    await err.write(await messageFor(err, text)).catch(() => {})
    return code
  }
}

function signalCode({ reason }: AbortSignal): number {
  return Object.entries(SIGNAL_CODES).find(([name]) => name === reason)?.[1] ?? SIGNAL_CODES.SIGINT
}

async function runIn(host: ProcessHost, argv: string[]): Promise<ExitName> {
  const help: string[] = []
  const ended = await runProgram(argv, {
    program: host.program,
    version: packageJson.version,
    context: flags => contextOf(host, flags),
    writingContext: flags => writingContextOf(host, flags),
    writeOut: text => void help.push(text),
    helpWidth: host.streams.stdout.columns ?? 80,
  })
  await outputTo(host.streams.stdout, host.env, { noColor: true }).write(help.join(''))
  return ended
}

/** Returns an error message for standard error, wrapped on a terminal. */
async function messageFor({ isTerminal, width }: Output, text: string): Promise<string> {
  const lines = sanitizedLines(text)
  if (!isTerminal) return `${lines.join('\n')}\n`
  // Loaded only for an error.
  const { wrap } = await import('./report/screen/layout.ts')
  const wrapped = lines.flatMap(line => wrap(line.trim(), width, indentOf(line)))
  return `${guardLines(wrapped.join('\n'))}\n`
}

/** Redacts and sanitizes an error message, which may quote a server, a file, or a login program. A single line ends with a period. */
function sanitizedLines(text: string): string[] {
  const lines = redact(text)
    .split('\n')
    .map(line => guardLines(`${indentOf(line)}${sanitizeLine(line)}`))
  return lines.length > 1 || /[.?!:)]$/.test(text) ? lines : [`${lines[0]}.`]
}

function indentOf(line: string): string {
  return /^ */.exec(line)?.[0] ?? ''
}

function describeFatal(error: unknown): { code: number; text: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UsageError) return { code: EXIT_CODES.usage, text: message }
  if (error instanceof UnreachableError) return { code: EXIT_CODES.unreachable, text: message }
  if (error instanceof InterruptedError) return { code: SIGNAL_CODES.SIGINT, text: message }
  if (error instanceof RefusedError) return { code: EXIT_CODES.refused, text: message }
  const where = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : ''
  return { code: EXIT_CODES.usage, text: `pullguard has a bug, please report it: ${message} (${where})` }
}

function contextOf(host: ProcessHost, { noColor, quiet }: ContextFlags): CommandContext {
  const { env } = host
  const streams = quiet ? muted(host.streams) : host.streams
  const err = outputTo(streams.stderr, env, { noColor })
  return {
    program: host.program,
    version: packageJson.version,
    env,
    home: host.home,
    cwd: host.cwd,
    clock: host.clock,
    startedAt: host.startedAt,
    now: () => new Date(host.clock.now()),
    signal: host.signal,
    stdin: inputFrom(streams, host.signal),
    out: outputTo(streams.stdout, env, { noColor }),
    err,
    progress: () => startProgress(streams.stderr, env),
    ask: questionsOn(streams, env, host.signal),
    run: (argv, elsewhere) => runIn({ ...host, ...elsewhere }, argv),
    connect: async flags => {
      const { connectReader } = await import('./kubernetes/connect-reader.ts')
      return connectReader(connectionOptions(flags, host, err))
    },
  }
}

/** Keeps the input and discards all output: nothing is printed, and no question can be asked. */
function muted({ stdin }: TerminalStreams): TerminalStreams {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return { stdin, stdout: nowhere, stderr: nowhere }
}

/**
 * Aborts on the first signal, so that commands can report unfinished work, and exits immediately on the next. Never removes the listeners:
 * the spinner's cleanup (ora → restore-cursor → signal-exit) kills the process as soon as its own listener is the only one.
 */
export function catchSignals(
  emitter: Pick<NodeJS.Process, 'on' | 'exit' | 'kill' | 'pid' | 'removeAllListeners'>,
  stop: AbortController,
): void {
  for (const [name, code] of Object.entries(SIGNAL_CODES)) {
    emitter.on(name as NodeJS.Signals, () => {
      if (stop.signal.aborted) {
        // An exit waits for a read that blocks, as of a pipe without a writer. The signal itself does not, but is ignored by process 1.
        emitter.removeAllListeners(name)
        emitter.kill(emitter.pid, name)
        emitter.exit(code)
      }
      stop.abort(name)
    })
  }
}

function writingContextOf(host: ProcessHost, flags: ContextFlags): WritingContext {
  const context = contextOf(host, flags)
  return {
    ...context,
    connectWriter: async connection => {
      const { connectWriter } = await import('./kubernetes/connect-writer.ts')
      return connectWriter(connectionOptions(connection, host, context.err))
    },
  }
}

/** The level of -v from which kubectl logs requests. */
const REQUESTS = 6

/** Returns the options of a connection. The log lines of -v, and messages about what it is waiting for, go to standard error. */
function connectionOptions(
  { verbosity = 0, ...flags }: ConnectionFlags,
  { env, cwd, home, clock, transport }: ProcessHost,
  err: Output,
): ConnectionOptions & ExchangeOptions {
  const log = (line: string) => void err.write(`${line}\n`).catch(() => {})
  const verbose = verbosity >= REQUESTS ? { verbose: log } : {}
  const onWait = (server: string, context: string | null) => log(waitingText(server, context))
  const userAgent = `pullguard/${packageJson.version}`
  const carried = transport && { transport }
  return { ...flags, env, cwd, home, clock, userAgent, onWait, ...verbose, ...carried }
}

/**
 * Returns the first answer that is an absolute path. An empty HOME would mean the current folder, which may have the credentials of somebody
 * else, and where no later run would find the journals. Asking fails for a user whom the system does not know, as in many containers, whose
 * runtimes then say `/`.
 */
export function homeFolder(ask: (() => string)[]): string {
  for (const one of ask) {
    try {
      const home = one()
      if (isAbsolute(home)) return home
    } catch {}
  }
  return '/'
}

/** Milliseconds between the last output and the forced exit. */
const EXIT_GRACE_MS = 300

/** Runs this process's command line and sets its exit code. Called by bin/pullguard.js. */
export async function runProcess(): Promise<void> {
  // The HTTP client's parser is WebAssembly. Optimizing it costs 20 MB and CPU time, which a single run never recovers.
  setFlagsFromString('--wasm-tiering-budget=2000000000')
  // Keeps the heap's young generation small; otherwise, short-lived garbage makes it grow by 60 MB.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Helper threads cost more than they save in so small a space, most of all beside a busy API server on the same cores.
  setFlagsFromString('--no-parallel-scavenge')
  // Optimizes a function after twice as many calls as by default: in a single run, compiling more functions costs more than it saves.
  setFlagsFromString('--invocation-count-for-turbofan=6000')
  // Node's warnings, such as the one about undici's experimental SOCKS5 support, don't help users.
  process.removeAllListeners('warning')
  const stop = new AbortController()
  catchSignals(process, stop)
  // An uncaught error is also a bug; Node would print all its properties, including request headers.
  process.once('uncaughtException', error => {
    const { code, text } = describeFatal(error)
    process.stderr.write(`${sanitizedLines(text).join('\n')}\n`, () => process.exit(code))
  })
  const started = basename(process.argv[1] ?? '')
  const argv = process.argv.slice(2)
  // If the event loop runs dry while something is awaited, Node ends with this code: a lost answer is a bug, not success.
  process.exitCode = EXIT_CODES.usage
  process.exitCode = await main(argv, {
    streams: process,
    env: process.env,
    home: homeFolder([homedir, () => userInfo().homedir]),
    cwd: process.cwd(),
    clock: systemClock,
    startedAt: PROCESS_START,
    signal: stop.signal,
    program: started.startsWith('kubectl-') ? 'kubectl pullguard' : 'pullguard',
  })
  if (isCompletion(argv)) process.exit()
  // All output is written, but Node would wait for a connection that is still opening, which nothing can close.
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
}
