# SPDX-License-Identifier: MIT
# sockdrill::plugin inside this project: the public header and our flags. The CMake package defines
# the same target for other repositories.
add_library(sockdrill_plugin INTERFACE)
add_library(sockdrill::plugin ALIAS sockdrill_plugin)
target_include_directories(sockdrill_plugin INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(sockdrill_plugin INTERFACE drill_flags)
