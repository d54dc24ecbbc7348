/** The family of Linux distributions that a node's system belongs to, which decides how its trust store is updated. */

/** `rhel`: Red Hat Enterprise Linux and its kin. */
export type SystemFamily = 'rhel' | 'suse' | 'debian' | 'photon' | 'flatcar'

/** By the beginning of PRETTY_NAME in os-release, which kubelets report as `osImage`. */
const FAMILIES: readonly [RegExp, SystemFamily][] = [
  [
    /^(?:red hat enterprise linux|rocky linux|almalinux|oracle linux|centos|fedora|amazon linux|(?:microsoft )?azure linux|cbl-mariner|(?:alibaba cloud|aliyun) linux|anolis os|tencentos|opencloudos|(?:huawei cloud )?euleros|openeuler)/i,
    'rhel',
  ],
  [/^(?:suse|opensuse|sle)\b/i, 'suse'],
  [/^(?:debian|ubuntu|raspbian|raspberry pi os)\b/i, 'debian'],
  [/^vmware photon\b/i, 'photon'],
  [/^flatcar\b/i, 'flatcar'],
]

/** Returns the family; null if the name is none of these. */
export function systemFamily(osImage: string | null): SystemFamily | null {
  return FAMILIES.find(([name]) => name.test(osImage ?? ''))?.[1] ?? null
}
