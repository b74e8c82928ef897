#!/usr/bin/env bash
# Profile smoke through Slurm on this one machine, then undivided without it: every artifact must have the same hash.
# Starts munged, slurmctld and slurmd in a temporary folder and stops them. Run: npm run cluster-test
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=()
for program in munged slurmctld slurmd sbatch squeue; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || missing+=("$program")
done
if ((${#missing[@]})); then
  echo "cluster-test needs ${missing[*]}. Debian, Ubuntu: apt install slurm-wlm munge" >&2
  exit 3
fi
export PATH="$PATH:/usr/sbin:/sbin"

work=$(mktemp -d)
runs=$PWD/data/cache/cluster-test
rm -rf "$runs"
mkdir -p "$work"/{state,spool} "$runs"
chmod 755 "$work"
daemons=()
stop() {
  local status=$?
  # After an interrupt jobs are left, which the daemons would not take along.
  [[ ${SLURM_CONF:-} == "$work"/* ]] && { timeout 10 scancel --quiet --user "$(id -un)" 2>/dev/null || true; }
  ((${#daemons[@]})) && kill "${daemons[@]}" 2>/dev/null && wait "${daemons[@]}" 2>/dev/null
  ((status == 0)) || tail -n 15 "$work"/*.log >&2
  rm -rf "$work"
  exit "$status"
}
trap stop EXIT

dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 status=none
chmod 400 "$work/munge.key"
munged --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
  --seed-file="$work/munge.seed" --log-file="$work/munged.log" >/dev/null 2>&1 &
daemons+=($!)

host=$(hostname -s)
memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.8) }' /proc/meminfo)
export SLURM_CONF=$work/slurm.conf
# Process tracking and accounting without cgroups, systemd or a database, so that it runs in a container.
cat >"$SLURM_CONF" <<CONFIG
ClusterName=study
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SchedulerParameters=sched_interval=2,batch_sched_delay=1
MinJobAge=600
# A machine that stands still for a while does not lose its only node.
SlurmdTimeout=0
# Twice the processors, so that jobs overlap on two of them too: a job of this profile mostly starts programs.
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$((2 * $(nproc))) RealMemory=$memory State=UNKNOWN
PartitionName=study Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONFIG
# Snakemake clears SLURM_CONF before its jobs call srun.
mkdir "$work/bin"
printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$SLURM_CONF" "$(command -v srun)" >"$work/bin/srun"
chmod +x "$work/bin/srun"
export PATH="$work/bin:$PATH"
slurmctld -D >/dev/null 2>&1 &
daemons+=($!)
slurmd -D -N "$host" >/dev/null 2>&1 &
daemons+=($!)
for _ in $(seq 60); do
  sinfo --noheader --format=%t 2>/dev/null | grep -q idle && break
  sleep 1
done
sinfo --noheader --format=%t | grep -q idle || { echo "the Slurm node did not become idle" >&2; exit 1; }
echo "✓ Slurm $(sinfo --version | cut -d' ' -f2): one node, $((2 * $(nproc))) slots on $(nproc) processors"
# The first call makes Snakemake's environment, which is not counted below.
echo "✓ Snakemake $(node scripts/workflow.mjs --version)"

SECONDS=0
# Its files lie in a folder of its own, so a lock that a killed run left here does not matter.
STUDY_RUNS=$runs/slurm node scripts/workflow.mjs --profile workflow/profiles/slurm --config profile=smoke shards=2 \
  --slurm-status-command squeue --slurm-init-seconds-before-status-checks 2 --seconds-between-status-checks 2 \
  --default-resources mem_mb=2000 runtime=60 slurm_partition=study slurm_account=study --latency-wait 10 --nolock "$@"
echo "✓ through Slurm: ${SECONDS} s, $(find "$runs/slurm/smoke/stages" -name '*.json' | wc -l) jobs"

SECONDS=0
for stage in results fact-probe; do
  STUDY_RUNS=$runs/single node scripts/run.mjs src/cli.ts stage "$stage" --profile smoke
done
echo "✓ undivided on this machine alone: ${SECONDS} s"
node scripts/run.mjs src/cli.ts compare-runs "$runs/single/smoke" "$runs/slurm/smoke"
