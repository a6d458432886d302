# SPDX-License-Identifier: MIT
# The build tree has the layout of an installed tree, so that the command finds its plugins in both
# by the same path relative to itself.
set(DRILL_PLUGIN_INSTALL_DIR "${CMAKE_INSTALL_LIBDIR}/sockdrill/plugins")
set(DRILL_PLUGIN_BUILD_DIR "${PROJECT_BINARY_DIR}/${DRILL_PLUGIN_INSTALL_DIR}")
set(DRILL_TEST_PLUGIN_DIR "${PROJECT_BINARY_DIR}/tests/plugins")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_BINDIR}")

# What the command appends to the folder it lies in.
file(RELATIVE_PATH DRILL_PLUGIN_DIR_RELATIVE
     "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "${DRILL_PLUGIN_BUILD_DIR}")
