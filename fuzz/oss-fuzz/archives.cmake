# SPDX-License-Identifier: MIT
# Read right after project() in builds for OSS-Fuzz and ClusterFuzzLite: libraries are found as
# archives only. Those machines have nothing but libc where a target runs.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
