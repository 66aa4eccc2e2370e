# bash completion for sactl, as "sactl completion bash" prints it. It needs bash 3.2 or newer and nothing else; only the
# names of profiles are asked for, from the program and your own configuration file. For an alias of sactl:
# complete -o nospace -F _sactl <alias>

_sactl() {
  local IFS=$' \t\n'
  local word current='' command='' flag='' dashes=yes given=' ' prefix='' kind='' index
  local -a words candidates
  words=() candidates=() COMPREPLY=()
  _sactl_split
  for ((index = 1; index < ${#words[@]}; index++)); do
    word=${words[index]}
    if [[ -n $flag ]]; then
      flag=''
    elif [[ -n $dashes && $word == -- ]]; then
      dashes=''
    elif [[ -n $dashes && $word == -?* ]]; then
      _sactl_take_flag
    elif [[ $word == *['<>'] ]]; then
      flag='>'
    else
      _sactl_take_word
    fi
  done
  if [[ -n $flag ]]; then
    _sactl_offer_values "$2" "$current"
  elif [[ -n $dashes && $current == --*=* ]]; then
    flag=${current%%=*} prefix=${current%%=*}=
    _sactl_offer_values "$2" "${current#*=}"
  else
    [[ -n $dashes && $current == -* ]] || _sactl_words
    if [[ -n $dashes && ($current == -* || -z $current && ${#candidates[@]} -eq 0) ]]; then
      _sactl_flags
      _sactl_drop_given
    fi
    _sactl_offer "$2" "$current"
  fi
}

# The words up to the cursor: all but the last into words, the last into current. bash cuts them at = and : as well; what
# no blank stands between is one word.
_sactl_split() {
  local rest=${COMP_LINE:0:COMP_POINT} piece blanks index
  for ((index = 0; index <= COMP_CWORD; index++)); do
    blanks=${rest%%[!$' \t']*}
    rest=${rest#"$blanks"}
    piece=${COMP_WORDS[index]}
    ((index < COMP_CWORD)) || piece=$rest
    rest=${rest#"$piece"}
    if [[ -n $blanks && $index -gt 0 ]]; then
      words+=("$current")
      current=$piece
    else
      current+=$piece
    fi
  done
  current=${current#[\"\']}
}

# What a flag on the line means for the rest: that it is given, and whether the next word is its value.
_sactl_take_flag() {
  local letters=${word#-} name
  if [[ $word == --* ]]; then
    given+="${word%%=*} "
    [[ $word == *=* ]] || ! _sactl_takes_value "$word" || flag=$word
    return
  fi
  while [[ -n $letters ]]; do
    _sactl_long_name "-${letters:0:1}"
    letters=${letters:1}
    given+="$name "
    _sactl_takes_value "$name" || continue
    # What is left of the letters is the value.
    [[ -n $letters ]] || flag=$name
    return
  done
}

# Takes out of the candidates what may be given once only, and is.
_sactl_drop_given() {
  local -a left
  local candidate name
  left=()
  for candidate in "${candidates[@]}"; do
    _sactl_long_name "$candidate"
    [[ $given != *" $name "* ]] || _sactl_is_repeatable "$name" || continue
    left+=("$candidate")
  done
  candidates=("${left[@]}")
}

# Offers what may follow the flag; $2 is what there is of it.
_sactl_offer_values() {
  local value=$2
  if [[ $flag == '>' ]]; then kind=files; else _sactl_values; fi
  case $kind in
    files) _sactl_offer_files "$1" "$value" ;;
    profiles)
      _sactl_read_profiles
      _sactl_offer "$1" "$value"
      ;;
    targets)
      case $value in
        PATH_TARGETS)
          prefix+=${value%%:*}:
          _sactl_offer_files "$1" "${value#*:}"
          ;;
        *) _sactl_offer "$1" "$value" ;;
      esac
      ;;
    list)
      if [[ $value == *,* ]]; then
        prefix+=${value%,*},
        value=${value##*,}
      fi
      _sactl_offer "$1" "$value"
      ;;
    sort)
      if [[ $value == -* ]]; then
        prefix+=-
        value=${value#-}
      fi
      _sactl_offer "$1" "$value"
      ;;
    choices) _sactl_offer "$1" "$value" ;;
  esac
}

# Offers the candidates that begin with $2. bash puts them in the place of $1, which is less than the word where it cut
# that at = or :. A blank ends those that are whole.
_sactl_offer() {
  local candidate whole kept=$prefix$2
  kept=${kept%"$1"}
  for candidate in "${candidates[@]}"; do
    [[ $candidate == "$2"* ]] || continue
    whole=$prefix$candidate
    [[ $candidate == *: || $kind == list ]] || whole+=' '
    COMPREPLY+=("${whole#"$kept"}")
  done
}

# Leaves files to bash, which knows best how to quote them, where that sees the path alone as the word.
_sactl_offer_files() {
  local path kept=$prefix$2
  if [[ $1 == "$2" ]] && type compopt >/dev/null 2>&1; then
    compopt -o default
    [[ $prefix == *dotenv: ]] || compopt +o nospace
    return
  fi
  kept=${kept%"$1"}
  while IFS= read -r path; do
    if [[ -d $path ]]; then path+=/; fi
    printf -v path %q "$path"
    [[ $path == */ ]] || path+=' '
    path=$prefix$path
    COMPREPLY+=("${path#"$kept"}")
  done < <(compgen -f -- "$2")
}

# Names that could mean something to the shell are left out; the configuration may hold any.
_sactl_read_profiles() {
  local name
  while IFS= read -r name; do
    [[ $name == *[!A-Za-z0-9._-]* ]] || candidates+=("$name")
  done < <(command sactl __profiles 2>/dev/null)
}
