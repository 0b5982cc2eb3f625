# Shared by the scripts beside it; sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SCORELINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/scoreline}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# The comment block at the top of a script is its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//;t print;b;:print;p}' "$0"; }

# Quiet unless it fails: the output goes to a log that is shown only then. Call it as a statement of its own:
# within "if" or "||" bash would ignore set -e inside the command, too.
quietly() {
  local log=$1 status
  shift
  mkdir -p "$(dirname "$log")"
  set +e
  (set -e; "$@") >"$log" 2>&1 </dev/null
  status=$?
  set -e
  [[ $status -eq 0 ]] || { tail -n 40 "$log" >&2; die "failed: $* (all output: $log)"; }
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# SCORELINE_BUILD_DIR moves the release build; other presets lie beside it.
build_dir() {
  if [[ ! ${SCORELINE_BUILD_DIR:-} ]]; then printf '%s' "$root/.build/$1"
  elif [[ $1 == release ]]; then printf '%s' "$SCORELINE_BUILD_DIR"
  else printf '%s' "$SCORELINE_BUILD_DIR-$1"; fi
}

# Every process started below a script inherits this mark, detached ones, too.
mark_processes() { export SCORELINE_RUN_MARK="run-$$-$RANDOM$RANDOM"; }

# Ends what still carries the mark: the last resort of a script that must leave nothing behind.
end_marked_processes() {
  local signal environ pid
  for signal in TERM KILL; do
    local found=
    for environ in /proc/[0-9]*/environ; do
      pid=${environ#/proc/}
      pid=${pid%/environ}
      [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
      grep -qz "^SCORELINE_RUN_MARK=$SCORELINE_RUN_MARK\$" "$environ" 2>/dev/null || continue
      kill "-$signal" "$pid" 2>/dev/null && found=1
    done
    [[ $found ]] || return 0
    sleep 1
  done
}
