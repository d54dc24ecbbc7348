/** Commands of a mirror's setup, as they have to be typed: kubectl's repeat the connection flags of this run. */

import type { SetupCommand } from '../../../mirror/setup.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'

export function commandOf({ on, line }: SetupCommand, invocation: Invocation): string {
  return on === 'cluster' ? kubectlCommand(invocation, line) : line
}
