# SPDX-License-Identifier: MIT
# Fuzz targets: the same sources for every engine (DrillFuzzEngine.cmake).
add_custom_target(fuzzers COMMENT "fuzz targets")

# drill_add_fuzz_target(NAME sources... LIBS libraries...): one program, named NAME, in the build
# tree's folder of the caller. In a folder that sets DRILL_FUZZ_BY_NAME only who names it builds it.
function(drill_add_fuzz_target name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
    set(sources ${arg_UNPARSED_ARGUMENTS})
    if(DRILL_FUZZ_ENGINE STREQUAL none)
        list(APPEND sources "${PROJECT_SOURCE_DIR}/fuzz/replay.c")
    endif()
    set(target fuzz_${name})
    drill_add_executable(${target} ${sources})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    if(DRILL_FUZZ_ENGINE STREQUAL custom)
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
    endif()
    if(DRILL_FUZZ_SEEN_LAUNCHER)
        set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "${DRILL_FUZZ_SEEN_LAUNCHER}")
    endif()
    target_link_libraries(${target} PRIVATE drill_fuzz_seen ${arg_LIBS} drill_fuzz_engine)
    if(DRILL_FUZZ_BY_NAME)
        set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    else()
        add_dependencies(fuzzers ${target})
    endif()
endfunction()

# The kinds of targets that a plugin can have, read from the transports in its descriptor.
function(drill_fuzz_kinds result)
    set(kinds "")
    foreach(source IN LISTS ARGN)
        file(STRINGS "${source}" lines REGEX "\\.transports[ \t]*=")
        foreach(line IN LISTS lines)
            if(line MATCHES "\\.transports[ \t]*=[^,]*DRILL_TCP")
                list(APPEND kinds stream)
            endif()
            if(line MATCHES "\\.transports[ \t]*=[^,]*DRILL_UDP")
                list(APPEND kinds datagram)
            endif()
        endforeach()
    endforeach()
    if(NOT kinds)
        message(FATAL_ERROR "no '.transports = DRILL_TCP' or DRILL_UDP in: ${ARGN}")
    endif()
    list(REMOVE_DUPLICATES kinds)
    set(${result} ${kinds} tape PARENT_SCOPE)
endfunction()

# drill_add_fuzzers(PLUGIN [SOURCES files...] [LOOP file] [KINDS kinds...]): the targets
# stream-PLUGIN, datagram-PLUGIN and tape-PLUGIN, as far as its transports allow. SOURCES are by
# default those that drill_add_plugin() was given. LOOP is linked in front of the server loop, for
# tests that plant a bug there.
function(drill_add_fuzzers name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LOOP" "SOURCES;KINDS")
    set(sources "")
    if(arg_SOURCES)
        set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
    else()
        get_target_property(folder plugin_${name} SOURCE_DIR)
        get_target_property(arg_SOURCES plugin_${name} SOURCES)
    endif()
    foreach(file IN LISTS arg_SOURCES)
        cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${folder}")
        list(APPEND sources "${file}")
        # A target depends on its plugin's transports: configure again when they may have changed.
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    endforeach()
    if(NOT arg_KINDS)
        drill_fuzz_kinds(arg_KINDS ${sources})
    endif()
    string(MAKE_C_IDENTIFIER "${name}" id)
    foreach(kind IN LISTS arg_KINDS)
        drill_add_fuzz_target(${kind}-${name}
            "${PROJECT_SOURCE_DIR}/fuzz/target_${kind}.c" ${sources} ${arg_LOOP}
            LIBS sockdrill_rig)
        target_compile_definitions(fuzz_${kind}-${name} PRIVATE
            DRILL_STATIC "FUZZ_PLUGIN=drill_plugin_${id}")
        if(arg_LOOP)
            target_include_directories(fuzz_${kind}-${name} PRIVATE "${PROJECT_SOURCE_DIR}/core")
        endif()
    endforeach()
endfunction()
