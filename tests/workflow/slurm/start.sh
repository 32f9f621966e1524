#!/usr/bin/env bash
# Starts a real SLURM cluster of one node on this machine: start.sh FOLDER
#
# Everything it writes is in FOLDER, but for the Debian packages it installs where they are missing
# and for two links in /etc/slurm, which stop.sh takes away. Running it again changes nothing.
# Where a cluster cannot be had it exits with 77 and says why in the last line of its errors.
set -euo pipefail
root=$(realpath -m "$1")
controller_port=26817 node_port=27001
host=$(hostname -s)

cannot() { echo "$*" >&2; exit 77; }
alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }
wait_for() { # seconds, what, command ...
  local tries=$(($1 * 5)) what=$2
  shift 2
  for _ in $(seq "$tries"); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done
  tail -n 5 "$root"/log/*.log >&2 || true
  cannot "SLURM cannot start: $what did not come up (logs in $root/log)"
}

# 1. May it run here at all?
[ "$(id -u)" = 0 ] || cannot "starting SLURM needs root"
getent ahosts "$host" >/dev/null || cannot "starting SLURM needs a host name that resolves, not '$host'"
for name in slurm cgroup; do
  conf=/etc/slurm/$name.conf
  target=$(readlink -f "$conf" || true)
  [ -e "$conf" ] && [ "$target" != "$root/$name.conf" ] || continue
  # A run that was killed leaves its links behind, and its folder, but no controller.
  if [ -L "$conf" ] && [[ $target == */evcargo-slurm-*/$name.conf ]] &&
    ! alive "${target%/*}/run/slurmctld.pid"; then
    continue
  fi
  cannot "$conf exists and is not of this test"
done

# 2. Packages. No accounting: status is asked of squeue.
if ! { command -v slurmctld && command -v slurmd && command -v munged; } >/dev/null; then
  command -v apt-get >/dev/null || cannot "starting SLURM needs apt-get, or slurm-wlm and munge installed"
  echo "installing the Debian packages slurm-wlm and munge"
  apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2; }
  install() { apt install -y --no-install-recommends slurm-wlm munge; }
  install || { apt update && install; } || cannot "apt-get could not install slurm-wlm and munge"
fi

# 3. Configuration. SLURM runs as root and munge listens in FOLDER, so that no system user or folder
# is touched. The node claims more CPUs and memory than there may be: jobs queue, but are not refused.
mkdir -p "$root"/{state,spool,log,run} /etc/slurm
cat >"$root/slurm.conf" <<CONF
ClusterName=evcargo
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller_port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$root/run/munge.socket
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool
SlurmctldPidFile=$root/run/slurmctld.pid
SlurmdPidFile=$root/run/slurmd.pid
SlurmctldLogFile=$root/log/slurmctld.log
SlurmdLogFile=$root/log/slurmd.log
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill,NoShared
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
DefMemPerCPU=200
ReturnToService=2
KillWait=5
MinJobAge=3600
JobRequeue=0
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=5
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$node_port CPUs=8 RealMemory=32000 State=UNKNOWN
PartitionName=test Nodes=n1 Default=YES MaxTime=INFINITE State=UP
CONF
echo "# Unused: proctrack/linuxproc needs no cgroups." >"$root/cgroup.conf"
# The default place, not $SLURM_CONF: the jobstep plugin drops SLURM_* variables before it calls srun.
unset SLURM_CONF
for name in slurm cgroup; do ln -sfn "$root/$name.conf" "/etc/slurm/$name.conf"; done

# 4. Daemons. munged would refuse a folder below /tmp without --force.
socket=$root/run/munge.socket
if ! alive "$root/run/munged.pid"; then
  (umask 077; [ -s "$root/run/munge.key" ] || head -c 128 /dev/urandom >"$root/run/munge.key")
  munged --force --socket="$socket" --key-file="$root/run/munge.key" --pid-file="$root/run/munged.pid" \
    --seed-file="$root/run/munge.seed" --log-file="$root/log/munged.log" 2>"$root/log/munged.err"
fi
wait_for 10 munged munge --no-input --socket="$socket"
alive "$root/run/slurmctld.pid" || slurmctld
wait_for 30 slurmctld sh -c 'scontrol ping | grep -q "is UP"'
alive "$root/run/slurmd.pid" || slurmd -N n1
wait_for 30 "the node" sh -c 'sinfo --noheader --states=idle,mixed,alloc | grep -q n1'
echo "SLURM is up: $(sinfo --version), state in $root"
