# SPDX-License-Identifier: MIT
# drill_add_library(NAME sources...) and drill_add_executable(NAME sources...): C11 with the GNU
# interfaces of libc (_GNU_SOURCE) but without the GNU dialect. Who links a library includes its
# headers by their bare name; a library's folder is visible to nobody below it.
function(drill_configure_target name)
    set_target_properties(${name} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
    target_include_directories(${name} PUBLIC
        "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
    target_link_libraries(${name} PRIVATE drill_flags)
endfunction()

function(drill_add_library name)
    add_library(${name} STATIC ${ARGN})
    drill_configure_target(${name})
endfunction()

# drill_compile_together(TARGET GROUP sources...): as one unit where a fuzzer runs them a million times
# a second, so that calls between these files cost nothing. Elsewhere a file stays a unit: that finds
# what a file forgot to include, and rebuilds fast.
function(drill_compile_together target group)
    if(DRILL_FUZZ_ENGINE STREQUAL none OR DRILL_FUZZ_INSTRUMENT STREQUAL all)
        return()
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP ${group})
endfunction()

function(drill_add_executable name)
    add_executable(${name} ${ARGN})
    drill_configure_target(${name})
endfunction()
