/** Web addresses as links that a terminal opens with a click (OSC 8); the text stays the same. */

/** Visible ASCII without quotes, brackets, and a sentence's own punctuation at the end: nothing in it can end the sequence. */
const URL = /https?:\/\/[\w.:/?#@!$&*+,;=%~-]*[\w/#=&~-]/g
const [OPEN, CLOSE] = ['\x1b]8;;', '\x1b\\']

/** Each address leads to what it shows and nowhere else. */
export function linkUrls(text: string, { links }: { links?: boolean }): string {
  if (links !== true) return text
  return text.replace(URL, url => `${OPEN}${url}${CLOSE}${url}${OPEN}${CLOSE}`)
}

type Environment = Record<string, string | undefined>

/** Programs that are known to open OSC 8 links, by what they put into the environment. */
const LINKING: ((env: Environment) => boolean)[] = [
  ({ TERM_PROGRAM = '' }) =>
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio|WarpTerminal)$/.test(TERM_PROGRAM),
  // GNOME Terminal and others on VTE, from 0.50 on.
  ({ VTE_VERSION = '' }) => Number(VTE_VERSION) >= 5000,
  ({ WT_SESSION = '', KITTY_WINDOW_ID = '' }) => WT_SESSION !== '' || KITTY_WINDOW_ID !== '',
  ({ KONSOLE_VERSION = '' }) => Number(KONSOLE_VERSION) >= 201200,
  ({ TERM = '' }) => /^(?:xterm-kitty|alacritty|foot|xterm-ghostty)/.test(TERM),
]

/** Whether web addresses can be links: never in a pipe, in a CI log, or where `screen` is in between, which prints such sequences. */
export function opensLinks(isTerminal: boolean, env: Environment): boolean {
  const { TERM = '', CI = '' } = env
  if (!isTerminal || CI !== '' || /^(?:dumb|screen)/.test(TERM)) return false
  return LINKING.some(isLinking => isLinking(env))
}
