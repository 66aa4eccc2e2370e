#compdef sactl
# zsh completion for sactl, as "sactl completion zsh" prints it. Only the names of profiles are asked for, from the program
# and your own configuration file.

_sactl() {
  local word current command= flag= dashes=yes kind= name
  local -a candidates given
  integer index
  for ((index = 2; index < CURRENT; index++)); do
    word=${(Q)words[index]}
    if [[ -n $flag ]]; then
      flag=
    elif [[ -n $dashes && $word == -- ]]; then
      dashes=
    elif [[ -n $dashes && $word == -?* ]]; then
      _sactl_take_flag
    else
      _sactl_take_word
    fi
  done
  current=${(Q)PREFIX}
  if [[ -n $flag ]]; then
    _sactl_offer_values
  elif [[ -n $dashes && $current == --*=* ]]; then
    flag=${current%%=*}
    compset -P "$flag="
    _sactl_offer_values
  else
    [[ -n $dashes && $current == -* ]] || _sactl_words
    if [[ -n $dashes && ( $current == -* || -z $current && $#candidates -eq 0 ) ]]; then
      _sactl_flags
      _sactl_drop_given
      _describe -O option candidates
    else
      _describe -t commands command candidates
    fi
  fi
}

# What a flag on the line means for the rest: that it is given, and whether the next word is its value.
_sactl_take_flag() {
  local letters=${word#-}
  if [[ $word == --* ]]; then
    given+=(${word%%=*})
    [[ $word == *=* ]] || ! _sactl_takes_value $word || flag=$word
    return
  fi
  while [[ -n $letters ]]; do
    _sactl_long_name -$letters[1]
    letters=${letters[2,-1]}
    given+=($name)
    _sactl_takes_value $name || continue
    # What is left of the letters is the value.
    [[ -n $letters ]] || flag=$name
    return
  done
}

# Takes out of the candidates what may be given once only, and is.
_sactl_drop_given() {
  local -a left
  local candidate
  for candidate in $candidates; do
    _sactl_long_name ${candidate%%:*}
    (( ! $given[(Ie)$name] )) || _sactl_is_repeatable $name || continue
    left+=($candidate)
  done
  candidates=($left)
}

# Offers what may follow the flag.
_sactl_offer_values() {
  local -a whole
  _sactl_values
  case $kind in
    files) _files ;;
    profiles)
      candidates=(${(f)"$(command sactl __profiles 2>/dev/null)"})
      compadd -a candidates
      ;;
    targets)
      if compset -P '(PATH_TARGETS):'; then
        _files
      elif compset -P 'SLOT_TARGETS:'; then
        _files -S ''
      else
        whole=(${candidates:#*\\::*})
        candidates=(${candidates:|whole})
        _describe -t targets target candidates -S '' -- whole
      fi
      ;;
    list)
      compset -P '*,'
      compadd -q -S , -a candidates
      ;;
    sort)
      compset -P -
      compadd -a candidates
      ;;
    choices) compadd -a candidates ;;
  esac
}
