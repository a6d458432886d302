#!/bin/bash
# SPDX-License-Identifier: MIT
# One build for both: ClusterFuzzLite's builder sets the same variables as that of OSS-Fuzz.
set -eu
exec bash "$SRC/sockdrill/fuzz/oss-fuzz/build.sh"
