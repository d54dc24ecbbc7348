/** The registry refused the image to the login that its pods have, or to a pull without one. */

import { perImage } from '../rule.ts'

export const refusedLogin = perImage<'refused-login'>('error', (container, workload, facts) => {
  const check = facts.checkOf(container.image, workload)
  if (check === null) return null
  const { verdict } = check
  if (verdict === 'denied' || verdict === 'opens-but-not-for-pod') return { arguments: { check, verdict } }
  // A login of this machine is not the pods'; of a file's pods nobody knows the logins.
  if (verdict !== 'opens-for-machine' || !facts.isLive) return null
  return { arguments: { check, verdict } }
})
