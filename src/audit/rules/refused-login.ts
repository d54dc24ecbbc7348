/** The registry refused the image to the pods' own login, or to a pull without one. */

import { perImage } from '../rule.ts'

export const refusedLogin = perImage<'refused-login'>('error', (container, workload, facts) => {
  const check = facts.checkOf(container.image, workload)
  if (check === null) return null
  const { verdict } = check
  if (verdict === 'denied' || verdict === 'opens-but-not-for-pod') return { arguments: { check, verdict } }
  // Only this machine's login opens the image. The pods' own logins are known in a cluster, but not for pods in files.
  if (verdict !== 'opens-for-machine' || !facts.isLive) return null
  return { arguments: { check, verdict } }
})
