#!/usr/bin/env bash
# Stops what start.sh started, by process id only, and takes its links away: stop.sh FOLDER
set -u
root=$(realpath -m "$1")
alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

if alive "$root/run/slurmctld.pid"; then
  scancel --user=root 2>/dev/null
  for _ in $(seq 50); do [ -z "$(squeue --noheader 2>/dev/null)" ] && break; sleep 0.2; done
fi
for daemon in slurmd slurmctld munged; do
  pid_file=$root/run/$daemon.pid
  alive "$pid_file" || continue
  pid=$(cat "$pid_file")
  kill "$pid"
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then
    echo "$daemon ($pid) did not stop when asked and is killed" >&2
    kill -9 "$pid"
  fi
done
for name in slurm cgroup; do
  [ "$(readlink "/etc/slurm/$name.conf")" = "$root/$name.conf" ] && rm "/etc/slurm/$name.conf"
done
exit 0
