#!/usr/bin/env bash
# Makes bench/peers/.venv with the pinned torch and zuko. On Linux x86-64 torch's wheel is linked against the CUDA libraries, whether there
# is a GPU or not, and cannot be imported without them: 5 GB. Elsewhere it is small.
set -euo pipefail
cd "$(dirname "$0")"
"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --no-cache-dir -r requirements.txt
.venv/bin/python -c 'import torch, zuko; print("torch", torch.__version__, "zuko", zuko.__version__)'
