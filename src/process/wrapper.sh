#!/bin/sh
# Stands between makima and an agent, so that the agent needs no daemon to live:
#
#     wrapper.sh RUN_DIRECTORY CGROUP COMMAND [ARGUMENT...]
#
# - It begins when its standard input says so or ends, and only if handle.json is there: a run whose handle
#   could not be stored never starts, and one whose handle is stored starts even if the daemon died meanwhile.
# - The agent runs in the foreground. In the background of a shell without job control it would be born with
#   SIGINT and SIGQUIT ignored, and hand that down to every command it runs.
# - `deliver` beside it is the only writer of the agent's standard input: it holds it open, hands over the stored
#   messages one after another, and closes it when `messages/close` is there. It lives until the agent has ended, or
#   this shell, which it sees as the end of the bell.
# - Nobody but the agent reads `in`, so a message to an agent that is gone fails and does not hang.
# - The exit status (128 + n for signal n) is written to `exit` by rename, on a full disk when there is space again: without
#   it nobody could tell how the agent ended.
#
# - The agent moves into CGROUP before it is the agent, if that is not empty; this shell stays outside, to record its end when
#   all in there is killed. A move that is refused leaves the agent where it would be without.
#
# Everything is in functions: a shell reads a script while it runs it, and an update of makima may replace the file.

deliver() {
  LC_ALL=C # the messages' names in the order of their bytes
  PATH=/usr/bin:/bin:$PATH
  # Ignored, not caught: cat must not tear a message in two when a signal is sent to the whole group.
  trap '' HUP INT QUIT TERM
  # The bell first: opening it waits for this shell's parent, which cannot end before the agent has met us at `in`.
  # With exec, not behind the call: dash keeps a copy of what it redirects for a function, and would hear itself.
  exec <"$run/messages/bell" 4>&- >/dev/null 2>&1 || exit 1
  exec 3>"$run/in" || exit 1
  while :; do
    closing=
    if [ -e "$run/messages/close" ]; then closing=yes; fi
    for message in "$run"/messages/*.msg; do
      [ -e "$message" ] || continue
      if cat "$message" >&3 3>&-; then
        mv -f "$message" "${message%.msg}.done" 3>&-
      else
        mv -f "$message" "${message%.msg}.failed" 3>&-
      fi
    done
    if [ -n "$closing" ]; then exit 0; fi
    read -r ring || exit 0
  done
}

main() {
  run=$1
  cgroup=$2
  shift 2
  read -r go
  [ -f "$run/handle.json" ] || exit 1
  # Caught, not ignored: what is ignored here would be ignored in the agent too.
  trap : HUP INT QUIT TERM USR1 USR2 ALRM PIPE
  exec 4<>"$run/messages/bell" </dev/null || exit 1
  deliver &
  ( { [ -z "$cgroup" ] || echo 0 >"$cgroup/cgroup.procs"; } 2>/dev/null; exec "$@" <"$run/in" 4>&- )
  status=$?
  exec 4>&- # nobody is left to hand anything to
  PATH=/usr/bin:/bin:$PATH
  until printf '%s\n' "$status" >"$run/exit.tmp" && mv -f "$run/exit.tmp" "$run/exit"; do
    [ -d "$run" ] || exit 1
    sleep 1
  done 2>/dev/null
}

main "$@"; exit
