#!/bin/sh
# What the tests of places need: submitit and Ray in the environment given, and Debian's SLURM where it can be installed.
# Never fails: tests of what cannot be had are skipped, and say so.
set -u
python="$1"

"$python" -m pip install --quiet --no-compile --require-hashes --no-deps -r requirements-cluster.lock \
  || echo "submitit and Ray could not be installed: tests of places that need them will be skipped."

if ! command -v slurmctld >/dev/null && [ ! -x /usr/sbin/slurmctld ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends \
      slurmctld slurmd slurm-client slurm-wlm-basic-plugins; } >/dev/null 2>&1 \
      || echo "SLURM could not be installed: its tests will be skipped."
  else
    echo "There is no SLURM here (Debian: slurmctld slurmd slurm-client slurm-wlm-basic-plugins): its tests will be skipped."
  fi
fi
exit 0
