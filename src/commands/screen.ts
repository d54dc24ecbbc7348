/** What a report must know about the output that it is written to. */

import type { Output } from '../terminal.ts'

export interface Screen {
  width: number
  color: boolean
  terminal: boolean
}

export function screenOf({ width, color, isTerminal }: Output): Screen {
  return { width, color, terminal: isTerminal }
}
