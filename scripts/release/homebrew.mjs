// Generates the formula for a Homebrew tap: the npm package on Homebrew's own Node.
import { basename } from 'node:path'
import { checksumOf, downloadUrl, homepageOf } from './release.mjs'

/** @returns the text of pullguard.rb */
export function homebrewFormula(packageJson, checksums) {
  const tarball = `${packageJson.name}-${packageJson.version}.tgz`
  const links = Object.entries(packageJson.bin).map(
    ([name, file]) => `    bin.install_symlink libexec/"bin/${basename(file)}" => "${name}"\n`,
  )
  return `class Pullguard < Formula
  desc "Doctor for Kubernetes clusters whose pods can't pull their images"
  homepage "${homepageOf(packageJson)}"
  url "${downloadUrl(packageJson, tarball)}"
  sha256 "${checksumOf(checksums, tarball)}"
  license "${packageJson.license}"

  depends_on "node"

  def install
    libexec.install Dir["*"]
${links.join('')}  end

  test do
    assert_match version.to_s, shell_output("#{bin}/pullguard --version")
  end
end
`
}
