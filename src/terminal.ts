/** Terminals and pipes: width, color, spinner, and questions, decided per stream. */

import { addAbortSignal, type Readable, type Writable } from 'node:stream'
import { InterruptedError, RefusedError, UsageError } from './errors.ts'

/** A stream for output. */
export interface Output {
  readonly isTerminal: boolean
  /** Whether a CI system runs the program and keeps its output as a log. */
  readonly inCi: boolean
  /** Columns; 80 if a terminal does not report its width. Infinite for a pipe, where no line is broken. */
  readonly width: number
  readonly color: boolean
  /** Whether nobody reads it any more, which only a write shows. */
  readonly isClosed: boolean
  /** Resolves when the text is written; a closed pipe is not an error. */
  write(text: string): Promise<void>
}

/** A progress line, shown only if stderr is a terminal. */
export interface ProgressLine {
  /** Whether the line is visible. */
  readonly isShown: boolean
  update(text: string): void
  /** Clears the line. */
  stop(): void
}

/** Questions for the user. Ask only if `available` is true. */
export interface Questions {
  readonly available: boolean
  confirm(question: string): Promise<boolean>
  /** Lets the user choose one. */
  pick<T>(question: string, choices: { name: string; value: T }[]): Promise<T>
  /** Asks for free text, such as the context's name as confirmation. */
  text(question: string): Promise<string>
  /** Shows the hint until a key is pressed; returns immediately if no terminal is available. */
  key(hint: string): Promise<void>
  /** Lets the user check any number of choices; `checked` sets the initial state. */
  choose<T>(question: string, choices: { name: string; value: T; checked: boolean }[]): Promise<T[]>
}

export interface TerminalStreams {
  stdin: Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: Writable & { isTTY?: boolean; columns?: number }
}

type Environment = Record<string, string | undefined>

/**
 * Decides whether a stream gets color. A flag overrides the environment, NO_COLOR (any text, no-color.org) overrides FORCE_COLOR, and
 * TERM=dumb overrides being a terminal.
 */
export function wantsColor(
  stream: { isTTY?: boolean },
  env: Environment,
  flags: { noColor: boolean },
): boolean {
  if (flags.noColor || (env.NO_COLOR ?? '') !== '') return false
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return env.TERM !== 'dumb' && stream.isTTY === true
}

/** CI systems set CI to any text; people turn it off with `false` or `0`. */
function isCi(env: Environment): boolean {
  return !['', '0', 'false'].includes((env.CI ?? '').toLowerCase())
}

/**
 * Wraps one stream. A closed pipe (EPIPE) ends the output but not the program, whose exit code still matters. If a write fails for another
 * reason, such as a full disk, `write` rejects with a UsageError.
 */
export function outputTo(
  stream: TerminalStreams['stdout'],
  env: Environment,
  flags: { noColor: boolean },
): Output {
  watchForClosing(stream)
  return {
    isTerminal: stream.isTTY === true,
    inCi: isCi(env),
    get width() {
      return columns(stream, env)
    },
    color: wantsColor(stream, env, flags),
    get isClosed() {
      return isClosed.get(stream) === true
    },
    write: text => writeTo(stream, text),
  }
}

function writeTo(stream: Writable, text: string): Promise<void> {
  if (isClosed.get(stream) || text === '') return Promise.resolve()
  return new Promise((resolve, reject) => {
    stream.write(text, error => {
      if (error != null && !isGone(error)) return reject(unwritten(error))
      if (error != null) isClosed.set(stream, true)
      resolve()
    })
  })
}

const isGone = ({ code }: NodeJS.ErrnoException): boolean =>
  code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'

function unwritten({ code, message }: NodeJS.ErrnoException): UsageError {
  const why = code === 'ENOSPC' ? 'no space is left where it goes' : (code ?? message)
  return new UsageError(`The output can't be written: ${why}.`)
}

/** Keyed by stream, because a stream may be wrapped many times and needs only one listener. */
const isClosed = new WeakMap<TerminalStreams['stdout'], boolean>()

function watchForClosing(stream: TerminalStreams['stdout']): void {
  if (isClosed.has(stream)) return
  isClosed.set(stream, false)
  // `write` reports the error; this listener only prevents an uncaught error.
  stream.on('error', () => void isClosed.set(stream, true))
}

function columns(stream: { columns?: number; isTTY?: boolean }, env: Environment): number {
  if (stream.isTTY !== true) return Number.POSITIVE_INFINITY
  const statedWidth = stream.columns ?? Number.parseInt(env.COLUMNS ?? '', 10)
  return Number.isFinite(statedWidth) && statedWidth > 0 ? statedWidth : 80
}

/** Standard input. */
export type Input = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean }

/** Standard input, not read until it is iterated. The signal ends a pending read, so that Ctrl-C works. */
export function inputFrom(streams: TerminalStreams, signal: AbortSignal): Input {
  return {
    get isTTY() {
      return streams.stdin.isTTY === true
    },
    [Symbol.asyncIterator]: () => addAbortSignal(signal, streams.stdin)[Symbol.asyncIterator](),
  }
}

/** Starts a spinner if stderr is a terminal. Loads ora only in that case. */
export async function startProgress(
  stderr: TerminalStreams['stderr'],
  env: Environment,
): Promise<ProgressLine> {
  // `script`, `expect`, and `kubectl exec -t` create terminals without a size, where ora would clear lines endlessly.
  const sized = stderr.columns !== 0
  if (stderr.isTTY !== true || !sized || env.TERM === 'dumb' || isCi(env))
    return { isShown: false, update() {}, stop() {} }
  const { default: ora } = await import('ora')
  const spinner = ora({ stream: stderr as NodeJS.WriteStream, discardStdin: false })
  return {
    isShown: true,
    update(text) {
      spinner.text = text
      if (!spinner.isSpinning) spinner.start()
    },
    stop() {
      if (spinner.isSpinning) spinner.stop()
    },
  }
}

interface QuestionContext {
  input: Readable
  output: Writable
  signal: AbortSignal
}

/** Asks questions on the terminal, through stderr so that stdout stays clean. Not available unless both stdin and stderr are terminals. */
export function questionsOn(streams: TerminalStreams, env: Environment, signal: AbortSignal): Questions {
  const available = streams.stdin.isTTY === true && streams.stderr.isTTY === true && env.TERM !== 'dumb'
  const ask = async <T>(
    question: (prompts: typeof import('@inquirer/prompts'), context: QuestionContext) => Promise<T>,
  ): Promise<T> => {
    // Ctrl-D, or a terminal that is gone: readline stops reading, and the question would never settle.
    const closed = new AbortController()
    const close = () => closed.abort()
    const context = {
      input: streams.stdin,
      output: streams.stderr,
      signal: AbortSignal.any([signal, closed.signal]),
    }
    streams.stdin.on('pause', close)
    try {
      return await question(await import('@inquirer/prompts'), context)
    } catch (error) {
      if (!(error instanceof Error) || !/^(ExitPromptError|AbortPromptError)$/.test(error.name)) throw error
      const Ended = error.message.includes('SIGINT') ? InterruptedError : RefusedError
      throw new Ended('Canceled. Nothing was changed.')
    } finally {
      streams.stdin.off('pause', close)
    }
  }
  return {
    available,
    confirm: message => ask(({ confirm }, context) => confirm({ message, default: false }, context)),
    key: hint => (available ? pressedKey(streams, hint, signal) : Promise.resolve()),
    pick: (message, choices) =>
      ask(({ select }, context) => select({ message, choices, pageSize: 12 }, context)),
    text: message => ask(({ input }, context) => input({ message }, context)),
    choose: (message, choices) =>
      ask(({ checkbox }, context) => checkbox({ message, choices, pageSize: 12 }, context)),
  }
}

const CTRL_C = '\x03'
const ERASE_LINE = '\r\x1b[K'

/** Waits for a key, without echo. @throws the signal's reason; InterruptedError for Ctrl-C, which a raw terminal delivers as a key */
async function pressedKey(
  { stdin, stderr }: TerminalStreams,
  hint: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  stdin.setRawMode?.(true)
  stderr.write(hint)
  try {
    const key = await keyFrom(stdin, signal)
    if (key.includes(CTRL_C)) throw new InterruptedError('Interrupted.')
  } finally {
    stderr.write(ERASE_LINE)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}

function keyFrom(stdin: Readable, signal: AbortSignal): Promise<string> {
  if (stdin.readableEnded) return Promise.resolve('')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onKey = (chunk: Buffer | string) => resolve(String(chunk))
  const onEnd = () => resolve('')
  const onAbort = () => reject(signal.reason)
  // The stream was paused after the previous key.
  stdin.on('data', onKey).on('end', onEnd).resume()
  signal.addEventListener('abort', onAbort)
  return promise.finally(() => {
    stdin.off('data', onKey).off('end', onEnd)
    signal.removeEventListener('abort', onAbort)
  })
}
