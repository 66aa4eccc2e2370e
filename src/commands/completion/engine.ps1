# PowerShell completion for sactl, as "sactl completion powershell" prints it: Windows PowerShell 5.1 or PowerShell 7. Only
# the names of profiles are asked for, from the program and your own configuration file.

Register-ArgumentCompleter -Native -CommandName 'sactl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    Set-StrictMode -Off
    $ordinal = [System.StringComparer]::Ordinal
    $steps = [System.Collections.Hashtable]::new($ordinal)
    $words = [System.Collections.Hashtable]::new($ordinal)
    $flags = [System.Collections.Hashtable]::new($ordinal)
    $kinds = [System.Collections.Hashtable]::new($ordinal)
    $choices = [System.Collections.Hashtable]::new($ordinal)
    $longNames = [System.Collections.Hashtable]::new($ordinal)
    # tables

    function StartsWith([string] $text, [string] $start) {
        $text.StartsWith($start, [System.StringComparison]::Ordinal)
    }

    function LongName([string] $name) {
        if ($longNames.ContainsKey($name)) { $longNames[$name] } else { $name }
    }

    # What the line says up to the cursor, and the word at it.
    $command = ''
    $flag = ''
    $dashes = $true
    $given = @()
    $current = ''
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        $start = $element.Extent.StartOffset
        if ($start -ge $cursorPosition) { break }
        $word = $element.Extent.Text
        if ($element.Extent.EndOffset -ge $cursorPosition) {
            $current = $word.Substring(0, $cursorPosition - $start)
            break
        }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $word = $element.Value
        }
        if ($flag) {
            $flag = ''
        } elseif ($dashes -and $word -ceq '--') {
            $dashes = $false
        } elseif ($dashes -and (StartsWith $word '--')) {
            $name = $word.Split('=')[0]
            $given += $name
            if (-not $word.Contains('=') -and $kinds.ContainsKey($name)) { $flag = $name }
        } elseif ($dashes -and $word.Length -gt 1 -and (StartsWith $word '-')) {
            for ($index = 1; $index -lt $word.Length; $index++) {
                $name = LongName "-$($word[$index])"
                $given += $name
                if ($kinds.ContainsKey($name)) {
                    # What is left of the letters is the value.
                    if ($index -eq $word.Length - 1) { $flag = $name }
                    break
                }
            }
        } else {
            $command = $steps["$command/$word"]
            if ($null -eq $command) { $command = '?' }
        }
    }

    # PowerShell replaces a part of the word after a comma.
    $kept = ''
    if ($current.EndsWith($wordToComplete, [System.StringComparison]::Ordinal)) {
        $kept = $current.Substring(0, $current.Length - $wordToComplete.Length)
    }
    $results = [System.Collections.Generic.List[object]]::new()

    # Pairs of candidate and description, of which those that begin with $value are offered after $prefix.
    function Offer([string] $prefix, [string] $value, [object[]] $pairs) {
        for ($index = 0; $index -lt $pairs.Count; $index += 2) {
            $candidate = $pairs[$index]
            $whole = $prefix + $candidate
            if (-not (StartsWith $candidate $value) -or -not (StartsWith $whole $kept)) { continue }
            $tip = if ($pairs[$index + 1]) { $pairs[$index + 1] } else { $candidate }
            $text = $whole.Substring($kept.Length)
            $results.Add([System.Management.Automation.CompletionResult]::new($text, $candidate, 'ParameterValue', $tip))
        }
    }

    function OfferFiles([string] $prefix, [string] $value) {
        foreach ($file in [System.Management.Automation.CompletionCompleters]::CompleteFilename($value)) {
            $text = $prefix + $file.CompletionText
            $results.Add([System.Management.Automation.CompletionResult]::new($text, $file.ListItemText, $file.ResultType, $file.ToolTip))
        }
    }

    function OfferValues([string] $name, [string] $prefix, [string] $value) {
        if ($kinds[$name] -ceq 'files') {
            OfferFiles $prefix $value
            return
        }
        $value = $value -replace '^[''"]', ''
        if ($kinds[$name] -ceq 'profiles') {
            # Names that could mean something to the shell are left out; the configuration may hold any.
            $names = try { @(& sactl __profiles 2>$null) -cmatch '^[A-Za-z0-9._-]+$' } catch { @() }
            Offer $prefix $value @($names | ForEach-Object { $_; '' })
        } elseif ($kinds[$name] -ceq 'targets' -and $value -cmatch '^(PATH_TARGETS):') {
            OfferFiles ($prefix + $Matches[0]) ($value.Substring($Matches[0].Length))
        } elseif ($kinds[$name] -ceq 'list') {
            $start = $value.LastIndexOf(',') + 1
            Offer ($prefix + $value.Substring(0, $start)) ($value.Substring($start)) ($choices[$name])
        } elseif ($kinds[$name] -ceq 'sort' -and (StartsWith $value '-')) {
            Offer "$prefix-" ($value.Substring(1)) ($choices[$name])
        } else {
            Offer $prefix $value ($choices[$name])
        }
    }

    if ($flag) {
        OfferValues $flag '' $current
    } elseif ($dashes -and $current -cmatch '^(--[^=]+)=') {
        OfferValues ($Matches[1]) ($Matches[0]) ($current.Substring($Matches[0].Length))
    } else {
        $isFlag = $dashes -and (StartsWith $current '-')
        if (-not $isFlag) {
            Offer '' $current ($words[$command])
        }
        if ($isFlag -or ($dashes -and $current -ceq '' -and $results.Count -eq 0)) {
            $left = @()
            $pairs = $flags[$command]
            for ($index = 0; $index -lt $pairs.Count; $index += 2) {
                $name = LongName ($pairs[$index])
                if ($given -ccontains $name -and $repeatable -cnotcontains $name) { continue }
                $left += $pairs[$index], $pairs[$index + 1]
            }
            Offer '' $current $left
        }
    }

    # Without a word, PowerShell would offer the files of the folder.
    if ($results.Count -eq 0) { '' } else { $results }
}
