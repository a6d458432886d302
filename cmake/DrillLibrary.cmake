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

function(drill_add_executable name)
    add_executable(${name} ${ARGN})
    drill_configure_target(${name})
endfunction()
