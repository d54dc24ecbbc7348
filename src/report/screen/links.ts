/** Turns web addresses into links that a terminal opens with a click (OSC 8), without changing the text. */

/** Visible ASCII without quotes or brackets, and without a sentence's punctuation at the end, so nothing can end the sequence. */
const URL = /https?:\/\/[\w.:/?#@!$&*+,;=%~-]*[\w/#=&~-]/g
const [OPEN, CLOSE] = ['\x1b]8;;', '\x1b\\']

/** Links each address to exactly what it displays. */
export function linkUrls(text: string, { links }: { links?: boolean }): string {
  if (links !== true) return text
  return text.replace(URL, url => `${OPEN}${url}${CLOSE}${url}${OPEN}${CLOSE}`)
}

type Environment = Record<string, string | undefined>

/** Programs known to support OSC 8 links, by their environment variables. */
const LINKING: ((env: Environment) => boolean)[] = [
  ({ TERM_PROGRAM = '' }) =>
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio|WarpTerminal)$/.test(TERM_PROGRAM),
  // GNOME Terminal and others based on VTE, since 0.50.
  ({ VTE_VERSION = '' }) => Number(VTE_VERSION) >= 5000,
  ({ WT_SESSION = '', KITTY_WINDOW_ID = '' }) => WT_SESSION !== '' || KITTY_WINDOW_ID !== '',
  ({ KONSOLE_VERSION = '' }) => Number(KONSOLE_VERSION) >= 201200,
  ({ TERM = '' }) => /^(?:xterm-kitty|alacritty|foot|xterm-ghostty)/.test(TERM),
]

/** Whether web addresses can be links: never in a pipe, in a CI log, or inside `screen`, which prints such sequences. */
export function opensLinks(
  { isTerminal, inCi }: { isTerminal: boolean; inCi: boolean },
  env: Environment,
): boolean {
  const { TERM = '' } = env
  if (!isTerminal || inCi || /^(?:dumb|screen)/.test(TERM)) return false
  return LINKING.some(isLinking => isLinking(env))
}
