/** The kubelet's own throttle (registryPullQPS): no registry was contacted. */

import { ruleOf } from './cause-rule.ts'

export const kubeletQps = ruleOf('kubelet-qps', /\bpull qps exceeded\b/)
