# fish completion for sactl, as "sactl completion fish" prints it. Only the names of profiles are asked for, from the
# program and your own configuration file.

function __sactl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command ''
    set -l flag ''
    set -l dashes yes
    set -l given
    set -e words[1]
    for word in $words
        if test -n "$flag"
            set flag ''
        else if test -n "$dashes"; and test "$word" = --
            set dashes ''
        else if test -n "$dashes"; and string match -q -- '--*' $word
            set -l name (string split -m 1 = -- $word)[1]
            set -a given $name
            if not string match -q '*=*' -- $word; and __sactl_takes_value $name
                set flag $name
            end
        else if test -n "$dashes"; and string match -q -- '-?*' $word
            set -l letters (string split '' -- (string sub -s 2 -- $word))
            while set -q letters[1]
                set -l name (__sactl_long_name -$letters[1])
                set -e letters[1]
                set -a given $name
                if __sactl_takes_value $name
                    # What is left of the letters is the value.
                    set -q letters[1]; or set flag $name
                    break
                end
            end
        else
            set command (__sactl_step $command/$word)
        end
    end
    if test -n "$flag"
        __sactl_offer_values $flag '' $current
    else if test -n "$dashes"; and string match -q -- '--*=*' $current
        set -l parts (string split -m 1 = -- $current)
        __sactl_offer_values $parts[1] $parts[1]= "$parts[2]"
    else
        set -l candidates
        string match -q -- '-*' $current; or set candidates (__sactl_words $command)
        if test -n "$dashes"; and not set -q candidates[1]
            for candidate in (__sactl_flags $command)
                set -l name (__sactl_long_name (string split -f 1 \t -- $candidate))
                if not contains -- $name $given; or __sactl_is_repeatable $name
                    set -a candidates $candidate
                end
            end
        end
        __sactl_print '' $candidates
    end
end

# Offers what may follow a flag, after what stands before it in the word; the third is what there is of it.
function __sactl_offer_values
    set -l prefix $argv[2]
    set -l value $argv[3]
    switch (__sactl_kind $argv[1])
        case files
            __sactl_print "$prefix" (__sactl_files $value)
        case profiles
            __sactl_print "$prefix" (command sactl __profiles 2>/dev/null)
        case targets
            set -l kind (string match -r '^(?:PATH_TARGETS):' -- $value)
            if test -n "$kind"
                __sactl_print "$prefix$kind" (__sactl_files (string replace -- $kind '' $value))
            else
                __sactl_print "$prefix" (__sactl_choices $argv[1])
            end
        case list
            set -l before (string match -r '^.*,' -- $value)
            __sactl_print "$prefix$before" (__sactl_choices $argv[1])
        case sort
            set -l before (string match -r '^-' -- $value)
            __sactl_print "$prefix$before" (__sactl_choices $argv[1])
        case choices
            __sactl_print "$prefix" (__sactl_choices $argv[1])
    end
end

# What fish itself completes a path with, for a command it knows nothing of.
function __sactl_files
    complete -C "'' $argv[1]"
end

function __sactl_print
    set -q argv[2]; and printf '%s\n' $argv[1]$argv[2..]
end
