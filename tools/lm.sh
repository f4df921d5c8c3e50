#!/bin/sh
# What the tests of pretrained language models need: PyTorch, transformers and a small model, in the environment given.
# Never fails: where PyTorch cannot be had without CUDA (gigabytes), those tests are skipped and say so.
set -u
python="$1"

skip() {
  echo "$1: tests of language models will be skipped."
  exit 0
}

if ! "$python" -c 'import torch' 2>/dev/null; then
  names=$("$python" -m pip install --quiet --dry-run --report - 'torch==2.13.0' 2>/dev/null \
    | "$python" -c 'import json, sys; print(*(item["metadata"]["name"] for item in json.load(sys.stdin)["install"]))') \
    || skip "No PyTorch 2.13.0 found"
  case "$names" in
    *nvidia*|*triton*|*cuda*) skip "PyTorch would bring CUDA here; install a build for CPUs by hand" ;;
  esac
  "$python" -m pip install --quiet --no-compile 'torch==2.13.0' || skip "PyTorch could not be installed"
fi
"$python" -m pip install --quiet --no-compile --require-hashes --no-deps -r requirements-lm.lock \
  || skip "transformers could not be installed"
exit 0
