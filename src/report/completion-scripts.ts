/** The completion script for each shell: calls `pullguard __complete` with the words and offers the lines that it prints. */

const BASH = `# bash completion for pullguard: source <(pullguard completion bash)
_pullguard() {
  local typed="\${COMP_LINE:0:COMP_POINT}" line directive=4 prefix cur
  local -a words
  # bash splits words at = and :, which may be part of a value here.
  IFS=$' \\t' read -ra words <<< "$typed"
  [[ $typed == *[[:space:]] ]] && words+=("")
  cur="\${words[\${#words[@]}-1]}"
  prefix="\${cur%"\${cur##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line =~ ^:[0-9]+$ ]]; then
      directive="\${line#:}"
    elif [[ -n $line ]]; then
      line="\${line%%$'\\t'*}"
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  if [[ $directive == 0 ]]; then
    compopt -o default 2>/dev/null
    COMPREPLY=()
  fi
}
complete -F _pullguard pullguard
`

const ZSH = `#compdef pullguard
# zsh completion for pullguard: source <(pullguard completion zsh), after compinit
_pullguard() {
  local line value directive=4
  local -a lines candidates
  lines=("\${(@f)$(\${words[1]} __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :<-> ]]; then
      directive=\${line#:}
    elif [[ $line == *$'\\t'* ]]; then
      value=\${line%%$'\\t'*}
      candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    elif [[ -n $line ]]; then
      candidates+=("\${line//:/\\\\:}")
    fi
  done
  if [[ $directive == 0 ]]; then
    _files
  elif (( \${#candidates} )); then
    _describe pullguard candidates
  fi
}
compdef _pullguard pullguard
`

const FISH = `# fish completion for pullguard: pullguard completion fish | source
function __pullguard_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        if string match -qr '^:[0-9]+$' -- $line
            test $line = :0; and __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c pullguard -f -a '(__pullguard_complete)'
`

const POWERSHELL = `# PowerShell completion for pullguard: pullguard completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName pullguard -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') {
    # Older versions do not pass an empty argument on.
    $words += if ($PSNativeCommandArgumentPassing -in $null, 'Legacy') { '""' } else { '' }
  }
  & pullguard __complete @words 2>$null | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`

export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell'

export const COMPLETION_SCRIPTS: Record<Shell, string> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
}
