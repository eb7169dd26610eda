#!/usr/bin/env bash
# How an orchestrator speaks to makima: it makes subtasks, starts them, waits for them and takes their work.
# bash (3.2, as macOS has it, and later) and curl are all it needs. `help` prints the commands.
#
# Values never go through curl's arguments: each is written to a file by a builtin and read by curl, so that any byte
# passes as it is and none is taken for an option or a file name. The key is in no process list and in no file.

# Under another shell, or as `sh`, the process substitution below would be a syntax error.
if [ -z "${BASH_VERSION:-}" ]; then exec bash "$0" "$@"; fi
set +o posix
set -u
LC_ALL=C # Bytes, not characters: a value need not be UTF-8.

usage() {
  cat <<'USAGE'
Usage: .makima/orchestrate.sh COMMAND

  list                               your subtasks, oldest first
  create "NAME" "PLAN" [options]     make a subtask; it does not run until it is started
      --continue-from ID             begin with everything that the worktree of task ID holds, when that has ended
      --depends-on ID                begin when task ID is done, and fail if it is not; may be repeated
      --files "a,b"                  copy these files or directories from your worktree, uncommitted ones too
      --agent NAME                   another agent than yours, one that agents lists as ready
      --model NAME, --effort LEVEL   what its agent runs with; left out: as yours
      --start                        start it at once
                                     a PLAN of - is read from standard input
  agents                             which agents there are: name, version, and ready or why not
  start ID                           start a subtask, or run an ended one again in the same worktree
  stop ID                            stop it; its worktree stays
  status ID                          its status, and what it said at the end
  output ID                          what its agent said and did until now
  worktree ID                        the path of its worktree
  wait ID...                         wait until every one has ended; a line for each as it ends
  message ID "TEXT" [--resume]       tell its agent something more; --resume: also one that has ended, which goes on for it
  approvals                          what the agents of your subtasks ask: APPROVAL, task, status, kind, tool, what
  allow APPROVAL ["TEXT"]            let it, or answer its question with TEXT
  deny APPROVAL ["REASON"]           do not let it, and say why
  diff ID                            its changes as a patch, uncommitted and new files too
  branches                           the branches of your subtasks: merged, unmerged or skipped
  preview [ID]                       what a merge would come to, nothing touched; without ID: of all, in the best order
  merge ID [options]                 merge all of a subtask's work into your worktree and commit it
      --branch NAME                  another branch of its repository instead, as a warning of its names it
      --force                        also where files have conflict markers that are meant
  merge-status                       whether a merge is open, and which files have conflicts
  resolve FILE ours|theirs|manual    resolve one: your side, the subtask's, or the file as you have edited it
  commit ["MESSAGE"]                 commit the merge when no conflict is left
  abort                              undo the merge: your worktree is exactly as before it
  skip ID "REASON"                   leave a subtask's work out on purpose
  check                              whether anything is left to merge
  done ["SUMMARY"] [--force]         finish your own task; refused while work of a subtask is missing here
  help                               this text

Each task is printed as a line: ID, status and name, separated by tabs. The statuses done, failed and interrupted are final.
On an error the message is on standard error, the server's answer on standard output, and the exit status is 1.
USAGE
}

fail() {
  printf 'orchestrate.sh: %s\n' "$1" >&2
  exit 1
}

wrong_usage() {
  printf 'orchestrate.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 1
}

# An id goes into a URL, so it is held against its one form first.
require_id() {
  case "$1" in
    *[!0-9a-fA-F-]*) fail "'$1' is not a task id. Take the first field of a line that list or create prints." ;;
  esac
  [ "${#1}" -eq 36 ] || fail "'$1' is not a task id. Take the first field of a line that list or create prints."
}

require_number_of_arguments() { # command, wanted, given
  [ "$2" -eq "$3" ] || wrong_usage "$1 takes $2 argument$([ "$2" -eq 1 ] || printf s), not $3."
}

prepare() {
  [ -n "${MAKIMA_API_URL:-}" ] && [ -n "${MAKIMA_API_KEY:-}" ] && [ -n "${MAKIMA_TASK_ID:-}" ] ||
    fail 'MAKIMA_API_URL, MAKIMA_API_KEY and MAKIMA_TASK_ID must be set; makima sets them for the agent of an orchestrator. Run this script from there.'
  case "$MAKIMA_API_KEY" in
    *[!0-9A-Za-z._~+/=-]*) fail 'MAKIMA_API_KEY holds a character that no key has.' ;;
  esac
  case "${MAKIMA_RETRY_SECONDS:=60}" in
    *[!0-9]* | ???????*) fail 'MAKIMA_RETRY_SECONDS must be a number of seconds.' ;;
  esac
  MAKIMA_RETRY_SECONDS=$((10#$MAKIMA_RETRY_SECONDS)) # 08 is eight and no bad octal.
  require_id "$MAKIMA_TASK_ID"
  command -v curl >/dev/null 2>&1 || fail 'curl is not installed.'
  base="${MAKIMA_API_URL%/}/api/v1/mesh"
  work=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/makima.XXXXXX") || fail "No temporary directory could be made in ${TMPDIR:-/tmp}."
  waiting=''
  curl_id=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
}

end_children() {
  local pid
  for pid in $curl_id $waiting; do kill "$pid" 2>/dev/null; done
  wait 2>/dev/null
}

clean_up() {
  end_children
  rm -rf "$work"
}

# add_field NAME VALUE: one field of the form that the next request sends.
fields=()
add_field() {
  local file="$work/field.${#fields[@]}"
  printf '%s' "$2" >"$file" || fail "$file could not be written."
  fields+=("$1@$file")
}

# request METHOD PATH [curl arguments]: the answer's body is in $work/body$slot, and 0 is returned, or the script ends.
slot=''
request() {
  local method="$1" path="$2" body="$work/body$slot" head="$work/head$slot" said='' field code status deadline
  shift 2
  local arguments=(${1+"$@"})
  if [ "${#fields[@]}" -gt 0 ]; then
    for field in "${fields[@]}"; do arguments+=(--data-urlencode "$field"); done
  elif [ "$method" != GET ]; then
    # An empty body of no type: curl would say it is a form, and a length is asked for by some servers.
    arguments+=(--data '' --header 'Content-Type:')
  fi
  while :; do
    : >"$head"
    : >"$body"
    # -q: no .curlrc. --noproxy: the daemon is on this machine, whatever proxy the agent has. The key comes through a pipe.
    # In the background, because bash runs no trap while it waits for a foreground command: a signal must end this at once.
    curl -q --silent --globoff --noproxy '*' --proto '=http,https' --connect-timeout 10 --max-time 300 \
      --config <(printf 'header = "X-Makima-Tool-Key: %s"\n' "$MAKIMA_API_KEY") --header 'Accept: text/plain' --header 'Expect:' \
      --request "$method" --dump-header "$head" --output "$body" --write-out '%{http_code}' \
      ${arguments[@]+"${arguments[@]}"} --url "$base$path" >"$work/status$slot" &
    curl_id=$!
    wait "$curl_id"
    code=$?
    curl_id=''
    status=$(cat "$work/status$slot")
    case "$code:$status" in
      0:2??) return 0 ;;
      0:503 | 7:*) ;; # Not up, or going down: nothing was done.
      0:*) report "$status" "$head" "$body" ;;
      # The connection broke, so the daemon may have done what was asked. What may be repeated is.
      18:* | 28:* | 52:* | 55:* | 56:*)
        may_repeat "$method" "$path" || fail "The connection to $MAKIMA_API_URL broke before the answer came (curl: $code). Look with status or list whether it was done before you try again."
        ;;
      *) fail "$MAKIMA_API_URL could not be called (curl: $code)." ;;
    esac
    # Counted from the first failure: a long poll may have lasted a while before the daemon went.
    [ -n "$said" ] || deadline=$((SECONDS + MAKIMA_RETRY_SECONDS))
    if [ "$SECONDS" -ge "$deadline" ]; then
      [ "$code" -ne 0 ] || report "$status" "$head" "$body"
      fail "$MAKIMA_API_URL did not answer for $MAKIMA_RETRY_SECONDS s. Is the makima daemon running?"
    fi
    [ -n "$said" ] || printf 'orchestrate.sh: makima does not answer; trying again for up to %s s.\n' "$MAKIMA_RETRY_SECONDS" >&2
    said=yes
    sleep 1
  done
}

# A task is made once for its Idempotency-Key, and stop, done, resolve, skip and every GET may be said twice; others may not.
may_repeat() {
  case "$1 $2" in
    GET\ * | PUT\ * | POST\ /tasks | POST\ */stop | POST\ */merge/resolve | POST\ */merge/skip) return 0 ;;
    *) return 1 ;;
  esac
}

# report STATUS HEAD BODY: what the server refused, and the end.
report() {
  local line message=''
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    case "$line" in
      [Xx]-[Mm][Aa][Kk][Ii][Mm][Aa]-[Ee][Rr][Rr][Oo][Rr]:*)
        message=${line#*:}
        message=${message# }
        # Percent-encoded: a backslash cannot stand in it, so \x is ours alone.
        case "$message" in
          *\\*) ;;
          *) message=$(printf '%b' "${message//%/\\x}") ;;
        esac
        ;;
    esac
  done <"$2"
  [ -n "$message" ] || message=$(sed -nE 's/.*"message"[[:space:]]*:[[:space:]]*"(([^"\\]|\\.)*)".*/\1/p' "$3" 2>/dev/null | head -n 1)
  cat "$3"
  [ ! -s "$3" ] || [ -z "$(tail -c 1 "$3")" ] || printf '\n'
  printf 'orchestrate.sh: %s\n' "${message:-The server answered with HTTP $1.}" >&2
  exit 1
}

answer() { cat "$work/body$slot"; }

list() {
  require_number_of_arguments list 0 $#
  request GET "/tasks/$MAKIMA_TASK_ID/subtasks"
  answer
}

create() {
  [ $# -ge 2 ] || wrong_usage 'create takes a name and a plan.'
  local name="$1" plan="$2" key rest file id
  shift 2
  add_field parentTaskId "$MAKIMA_TASK_ID"
  add_field name "$name"
  if [ "$plan" = - ]; then
    cat >"$work/plan" || fail 'The plan could not be read from standard input.'
    fields+=("plan@$work/plan")
  else
    add_field plan "$plan"
  fi
  while [ $# -gt 0 ]; do
    case "$1" in
      --start)
        add_field start true
        shift
        continue
        ;;
      --continue-from | --depends-on | --files | --agent | --model | --effort) [ $# -ge 2 ] || wrong_usage "$1 needs a value." ;;
      *) wrong_usage "create does not know '$1'. The name and the plan come first, each as one argument in quotes." ;;
    esac
    case "$1" in
      --continue-from)
        require_id "$2"
        add_field continueFromTaskId "$2"
        ;;
      --depends-on)
        case "$2" in
          *[!,\ ]*) ;;
          *) require_id "$2" ;; # Nothing that is named, as of a variable that was never set, is no wish for nothing.
        esac
        rest="$2,"
        while [ -n "$rest" ]; do
          id=${rest%%,*}
          rest=${rest#*,}
          while [ "${id# }" != "$id" ]; do id=${id# }; done
          [ -n "$id" ] || continue
          require_id "$id"
          add_field dependsOn "$id"
        done
        ;;
      --files)
        rest="$2,"
        while [ -n "$rest" ]; do
          file=${rest%%,*}
          rest=${rest#*,}
          while [ "${rest# }" != "$rest" ]; do rest=${rest# }; done # "a, b" is how a list is written.
          [ -z "$file" ] || add_field copyFiles "$file"
        done
        ;;
      *) add_field "${1#--}" "$2" ;;
    esac
    shift 2
  done
  key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  [ "${#key}" -eq 32 ] || fail '/dev/urandom could not be read.'
  request POST /tasks --header "Idempotency-Key: $key"
  answer
}

# of_task COMMAND METHOD SUFFIX ARGUMENTS: the commands that take one id and nothing else.
of_task() {
  local command="$1" method="$2" suffix="$3"
  shift 3
  require_number_of_arguments "$command" 1 $#
  require_id "$1"
  request "$method" "/tasks/$1$suffix"
}

worktree() {
  of_task worktree GET /worktree "$@"
  printf '%s\n' "$(answer)"
}

message() {
  [ $# -ge 2 ] || wrong_usage 'message takes the ID of a subtask and a text, as one argument in quotes.'
  require_id "$1"
  add_field message "$2"
  case "$#:${3:-}" in
    2:*) ;;
    3:--resume) add_field resume true ;;
    *) wrong_usage "message does not know '$3'. The text comes as one argument in quotes." ;;
  esac
  request POST "/tasks/$1/messages"
  # An agent that read "not delivered" of what is kept would say it again.
  case "$(<"$work/body$slot")" in
    'not delivered') printf 'kept: its agent gets it at the next moment that fits\n' ;;
    *) answer ;;
  esac
}

# decide allow|deny ARGUMENTS: whose task it is of, the list of those that wait says.
decide() {
  local decision="$1" id task rest found=''
  shift
  [ $# -ge 1 ] && [ $# -le 2 ] || wrong_usage "$decision takes an APPROVAL and a text, as one argument in quotes."
  require_id "$1"
  request GET '/approvals?status=pending&limit=1000'
  while IFS=$'\t' read -r id task rest; do
    [ "$id" != "$1" ] || found="$task"
  done <"$work/body$slot"
  [ -n "$found" ] || fail "There is no approval $1 that waits: it is decided, or its agent waits no more. approvals lists those that do."
  add_field decision "$decision"
  [ $# -eq 1 ] || [ -z "$2" ] || add_field message "$2"
  request POST "/tasks/$found/approvals/$1"
  answer
}

# The second field of the first line of an answer.
status_in_answer() {
  local id status name
  IFS=$'\t' read -r id status name <"$work/body$slot"
  printf '%s' "${status:-}"
}

wait_for_one() {
  local id="$1" started
  request GET "/tasks/$id"
  case "$(status_in_answer)" in
    pending) fail "Task $id was never started and would be waited for without end. Start it first: start $id" ;;
  esac
  while :; do
    started=$SECONDS
    request GET "/tasks/$id/wait?until=end&timeout=30"
    case "$(status_in_answer)" in
      # The status may be final before the agent and the completion action are through.
      done | failed | interrupted) grep -qi '^x-makima-over: *false' "$work/head$slot" || break ;;
      '') fail 'The server answered with something that is no task.' ;;
    esac
    # A server that answers at once although the task goes on must not be asked in a tight loop.
    [ $((SECONDS - started)) -ge 1 ] || sleep 1
  done
  # One write, so that the lines of tasks that end together do not mix.
  printf '%s\n' "$(answer)"
}

wait_for_all() {
  [ $# -ge 1 ] || wrong_usage 'wait takes one id or more.'
  local id pid status=0
  for id in "$@"; do require_id "$id"; done
  for id in "$@"; do
    slot="$slot."
    # A child leaves the files to the parent, and ends its curl with itself.
    (
      trap - EXIT
      trap 'end_children; exit 143' INT TERM HUP
      waiting=''
      wait_for_one "$id"
    ) &
    waiting="$waiting $!"
  done
  for pid in $waiting; do wait "$pid" || status=1; done
  waiting=''
  return "$status"
}

# merging METHOD SUFFIX [curl arguments]: what is asked of your own task's worktree.
merging() {
  local method="$1" suffix="$2"
  shift 2
  request "$method" "/tasks/$MAKIMA_TASK_ID$suffix" ${1+"$@"}
  answer
}

preview() {
  [ $# -le 1 ] || wrong_usage "preview takes one id, or none for all."
  if [ $# -eq 0 ]; then
    merging GET /merge/preview
  else
    require_id "$1"
    merging GET "/merge/preview?subtaskId=$1"
  fi
}

merge() {
  [ $# -ge 1 ] || wrong_usage 'merge takes the ID of a subtask.'
  require_id "$1"
  add_field subtaskId "$1"
  shift
  while [ $# -gt 0 ]; do
    case "$1" in
      --branch)
        [ $# -ge 2 ] || wrong_usage '--branch takes the name of a branch.'
        add_field branch "$2"
        shift 2
        ;;
      --force)
        add_field force true
        shift
        ;;
      *) wrong_usage "merge does not know '$1'." ;;
    esac
  done
  merging POST /merge
}

resolve() {
  require_number_of_arguments resolve 2 $#
  case "$2" in
    ours | theirs | manual) ;;
    *) wrong_usage "resolve takes a file and ours, theirs or manual, not '$2'." ;;
  esac
  add_field file "$1"
  add_field strategy "$2"
  merging POST /merge/resolve
}

commit() {
  [ $# -le 1 ] || wrong_usage 'commit takes one message, as one argument in quotes.'
  [ $# -eq 0 ] || [ -z "$1" ] || add_field message "$1"
  merging POST /merge/commit
}

skip() {
  require_number_of_arguments skip 2 $#
  require_id "$1"
  add_field subtaskId "$1"
  add_field reason "$2"
  merging POST /merge/skip
}

# without_arguments COMMAND METHOD SUFFIX ARGUMENTS
without_arguments() {
  local command="$1" method="$2" suffix="$3"
  shift 3
  require_number_of_arguments "$command" 0 $#
  merging "$method" "$suffix"
}

finish() {
  local summary='' force=''
  while [ $# -gt 0 ]; do
    if [ "$1" = --force ]; then
      force=yes
    elif [ -z "$summary" ]; then
      summary="$1"
    else
      wrong_usage 'done takes one summary, as one argument in quotes.'
    fi
    shift
  done
  add_field status done
  [ -z "$summary" ] || add_field progressSummary "$summary"
  [ -z "$force" ] || add_field force true
  request PUT "/tasks/$MAKIMA_TASK_ID"
  answer
}

[ $# -ge 1 ] || wrong_usage 'No command was given.'
command="$1"
shift
case "$command" in
  help | --help | -h)
    usage
    exit 0
    ;;
  list | create | agents | start | stop | status | output | worktree | wait | message | diff | done) prepare ;;
  approvals | allow | deny) prepare ;;
  branches | preview | merge | merge-status | resolve | commit | abort | skip | check) prepare ;;
  *) wrong_usage "There is no command '$command'." ;;
esac
case "$command" in
  list) list "$@" ;;
  create) create "$@" ;;
  agents)
    require_number_of_arguments agents 0 $#
    request GET /agents
    answer
    ;;
  start | stop) of_task "$command" POST "/$command" "$@" && answer ;;
  status) of_task status GET '' "$@" && answer ;;
  output | diff) of_task "$command" GET "/$command" "$@" && answer ;;
  worktree) worktree "$@" ;;
  wait) wait_for_all "$@" ;;
  message) message "$@" ;;
  approvals)
    require_number_of_arguments approvals 0 $#
    request GET '/approvals?status=pending&limit=1000'
    answer
    ;;
  allow | deny) decide "$command" "$@" ;;
  branches) without_arguments branches GET /branches "$@" ;;
  merge-status) without_arguments merge-status GET /merge "$@" ;;
  abort) without_arguments abort POST /merge/abort "$@" ;;
  check) without_arguments check GET /merge/check "$@" ;;
  preview | merge | resolve | commit | skip) "$command" "$@" ;;
  done) finish "$@" ;;
esac
