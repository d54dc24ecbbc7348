/** From argv to exit code: the one try/catch and the one table of exit codes. */

import { homedir } from 'node:os'
import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import packageJson from '../package.json' with { type: 'json' }
import { type ContextFlags, runProgram } from './cli/program.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ConnectingHost, readerFor, writerFor } from './commands/connect.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './commands/context.ts'
import type { WritingContext } from './commands/writing-context.ts'
import { InterruptedError, RefusedError, UnreachableError, UsageError } from './errors.ts'
import { guardLines, sanitizeLine } from './report/sanitize.ts'
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

/** Everything outside that the program touches, so that a test can be the outside. */
export interface World {
  streams: TerminalStreams
  env: Record<string, string | undefined>
  home: string
  cwd: string
  clock: Clock
  /** Aborted with the signal's name as its reason. */
  signal: AbortSignal
  program: CommandContext['program']
}

/**
 * Runs one command line.
 * @param argv the arguments without node and script
 * @returns the exit code; never throws
 */
export async function main(argv: string[], world: World): Promise<number> {
  const err = outputTo(world.streams.stderr, world.env, true)
  try {
    return EXIT_CODES[await runIn(world, argv)]
  } catch (error) {
    if (world.signal.aborted) return codeOf(world.signal)
    const { code, text } = lastWords(error)
    // Where there is no place for last words, the exit code has to do.
    await err.write(`${shown(text)}\n`).catch(() => {})
    return code
  }
}

function codeOf({ reason }: AbortSignal): number {
  return Object.entries(SIGNAL_CODES).find(([name]) => name === reason)?.[1] ?? SIGNAL_CODES.SIGINT
}

async function runIn(world: World, argv: string[]): Promise<ExitName> {
  const help: string[] = []
  const ended = await runProgram(argv, {
    program: world.program,
    version: packageJson.version,
    context: flags => contextOf(world, flags),
    writingContext: flags => writingContextOf(world, flags),
    writeOut: text => void help.push(text),
    helpWidth: world.streams.stdout.columns ?? 80,
  })
  await outputTo(world.streams.stdout, world.env, true).write(help.join(''))
  return ended
}

/** A message may quote what a server, a file or a login program says. One of a single line is a sentence, and ends like one. */
function shown(text: string): string {
  const lines = redact(text).split('\n').map(sanitizeLine)
  return guardLines(lines.length > 1 || /[.?!:)]$/.test(text) ? lines.join('\n') : `${lines[0]}.`)
}

function lastWords(error: unknown): { code: number; text: string } {
  const said = error instanceof Error ? error.message : String(error)
  if (error instanceof UsageError) return { code: EXIT_CODES.usage, text: said }
  if (error instanceof UnreachableError) return { code: EXIT_CODES.unreachable, text: said }
  if (error instanceof InterruptedError) return { code: SIGNAL_CODES.SIGINT, text: said }
  if (error instanceof RefusedError) return { code: EXIT_CODES.refused, text: said }
  const where = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : ''
  return { code: EXIT_CODES.usage, text: `pullguard has a bug, please report it: ${said} (${where})` }
}

function contextOf(world: World, { noColor }: ContextFlags): CommandContext {
  const { streams, env } = world
  const err = outputTo(streams.stderr, env, noColor)
  return {
    program: world.program,
    version: packageJson.version,
    env,
    home: world.home,
    cwd: world.cwd,
    clock: world.clock,
    now: () => new Date(world.clock.now()),
    signal: world.signal,
    stdin: inputFrom(streams, world.signal),
    out: outputTo(streams.stdout, env, noColor),
    err,
    progress: () => startProgress(streams.stderr, env),
    ask: questionsOn(streams, env, world.signal),
    run: (argv, elsewhere) => runIn({ ...world, ...elsewhere }, argv),
    connect: flags => readerFor(flags, connectingHost(world, err)),
  }
}

/**
 * The first signal asks the program to end, with a word on what is half-done; the next one ends it at once. The listeners stay: the spinner's
 * clean-up (ora → restore-cursor → signal-exit) kills the process as soon as it finds itself the only one that listens.
 */
export function catchSignals(emitter: Pick<NodeJS.Process, 'on' | 'exit'>, stop: AbortController): void {
  for (const [name, code] of Object.entries(SIGNAL_CODES)) {
    emitter.on(name as NodeJS.Signals, () => {
      if (stop.signal.aborted) emitter.exit(code)
      stop.abort(name)
    })
  }
}

function writingContextOf(world: World, flags: ContextFlags): WritingContext {
  const context = contextOf(world, flags)
  return {
    ...context,
    connectWriter: (connection: ConnectionFlags) => writerFor(connection, connectingHost(world, context.err)),
  }
}

function connectingHost({ env, cwd, home, clock }: World, err: Output): ConnectingHost {
  const log = (line: string) => void err.write(`${line}\n`).catch(() => {})
  return { env, cwd, home, version: packageJson.version, clock, log }
}

/** Milliseconds from the last word to the end of the process. */
const LONGEST_AFTERLIFE = 300

/** Runs this process's command line and sets its exit code. Called by bin/pullguard.js. */
export async function runProcess(): Promise<void> {
  // The HTTP client's parser is WebAssembly: to optimise it takes 20 MB and a core for a while, which one run never earns back.
  setFlagsFromString('--wasm-tiering-budget=2000000000')
  // The heap's young generation stays small: it would grow by 60 MB for garbage that is gone in a moment.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Node's warnings, such as that undici's SOCKS5 is new, tell a user nothing.
  process.removeAllListeners('warning')
  const stop = new AbortController()
  catchSignals(process, stop)
  // An error that nobody awaits is a bug as well; Node would print all that hangs on it, headers among them.
  process.once('uncaughtException', error => {
    const { code, text } = lastWords(error)
    process.stderr.write(`${shown(text)}\n`, () => process.exit(code))
  })
  const started = basename(process.argv[1] ?? '')
  process.exitCode = await main(process.argv.slice(2), {
    streams: process,
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    clock: systemClock,
    signal: stop.signal,
    program: started.startsWith('kubectl-') ? 'kubectl pullguard' : 'pullguard',
  })
  // Everything is said. A connection that is still being made is nobody's to close, and would be waited for.
  setTimeout(() => process.exit(), LONGEST_AFTERLIFE).unref()
}
