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

# drill_fuzz_words(RESULT dictionaries...): the name of a generated source with the words of these
# files for the mutator, mutate_words_of_plugin. Engines do not tell a mutator what they were given.
# There need be no file.
function(drill_fuzz_words result)
    set(entries "")
    set(dictionaries "no dictionary")
    foreach(file IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
        file(READ "${file}" text)
        # What is special in CMake's lists, and in C because of trigraphs, becomes an escape first.
        string(REPLACE "[" "\\x5b" text "${text}")
        string(REPLACE "]" "\\x5d" text "${text}")
        string(REPLACE ";" "\\x3b" text "${text}")
        string(REPLACE "?" "\\x3f" text "${text}")
        string(REPLACE "\n" ";" lines "${text}")
        foreach(line IN LISTS lines)
            if(line MATCHES "^[ \t]*([A-Za-z0-9_]+(@[0-9]+)?[ \t]*=[ \t]*)?\"(.+)\"[ \t]*$")
                # An escape ends its string: in C the digits that follow would belong to it.
                string(REGEX REPLACE "\\\\x([0-9A-Fa-f][0-9A-Fa-f])" "\\\\x\\1\" \"" word "${CMAKE_MATCH_3}")
                string(APPEND entries "    WORD(\"${word}\"),\n")
            elseif(NOT line MATCHES "^[ \t]*(#.*)?$")
                message(FATAL_ERROR "${file}: neither a comment nor NAME=\"WORD\": ${line}")
            endif()
        endforeach()
        cmake_path(GET file FILENAME dictionaries)
    endforeach()
    list(LENGTH ARGN count)
    if(count GREATER 1)
        set(dictionaries "all dictionaries")
    endif()
    set(source "${CMAKE_CURRENT_BINARY_DIR}/mutate_words/${result}.c")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/mutate_words.c.in" "${source}" @ONLY)
    set(${result} "${source}" PARENT_SCOPE)
endfunction()

# drill_fuzz_mutator(NAME dictionaries...): links the mutator into the tape target NAME, for engines
# that look for one in the program.
function(drill_fuzz_mutator name)
    if(NOT DRILL_FUZZ_ENGINE MATCHES "^(libfuzzer|custom)$")
        return()
    endif()
    set(words words_of_${name})
    drill_fuzz_words(${words} ${ARGN})
    # As an object: nothing in the program calls these functions, so an archive would keep them.
    target_sources(fuzz_${name} PRIVATE "${${words}}" $<TARGET_OBJECTS:sockdrill_mutate_libfuzzer>)
    target_link_libraries(fuzz_${name} PRIVATE sockdrill_mutate)
endfunction()

# drill_add_fuzzers(PLUGIN [SOURCES files...] [LOOP file] [KINDS kinds...] [DICTIONARY file]): the
# targets stream-PLUGIN, datagram-PLUGIN and tape-PLUGIN, as far as its transports allow. SOURCES
# are by default those that drill_add_plugin() was given. LOOP is linked in front of the server
# loop, for tests that plant a bug there. DICTIONARY is by default fuzz/dictionaries/PLUGIN.dict,
# when there is one.
function(drill_add_fuzzers name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LOOP;DICTIONARY" "SOURCES;KINDS")
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
    set(dictionary "${PROJECT_SOURCE_DIR}/fuzz/dictionaries/${name}.dict")
    if(NOT arg_DICTIONARY AND EXISTS "${dictionary}")
        set(arg_DICTIONARY "${dictionary}")
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
        if(kind STREQUAL tape)
            drill_fuzz_mutator(tape-${name} ${arg_DICTIONARY})
        endif()
    endforeach()
endfunction()

# drill_add_afl_mutator(dictionaries...): tape-mutator.so in the caller's build folder, for
# AFL_CUSTOM_MUTATOR_LIBRARY. It runs inside of afl-fuzz, so a plain compiler makes it: neither
# instrumented nor sanitized, whatever the targets are.
function(drill_add_afl_mutator)
    find_program(DRILL_PLAIN_COMPILER NAMES clang cc gcc REQUIRED)
    drill_fuzz_words(words_of_all ${ARGN})
    set(sources "${words_of_all}")
    foreach(file IN ITEMS fuzz/mutate.c fuzz/mutate_afl.c fuzz/mutate_bytes.c fuzz/mutate_cross.c
            fuzz/mutate_edit.c fuzz/mutate_insert.c fuzz/mutate_payload.c fuzz/tape_event.c
            core/check.c core/prng.c)
        list(APPEND sources "${PROJECT_SOURCE_DIR}/${file}")
    endforeach()
    file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/fuzz/*.h" "${PROJECT_SOURCE_DIR}/core/*.h")
    set(library "${CMAKE_CURRENT_BINARY_DIR}/tape-mutator.so")
    add_custom_command(OUTPUT "${library}"
        COMMAND "${DRILL_PLAIN_COMPILER}" -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden
            -shared -Wl,-z,defs "-I${PROJECT_SOURCE_DIR}/fuzz" "-I${PROJECT_SOURCE_DIR}/core"
            "-I${PROJECT_SOURCE_DIR}/include" -o "${library}" ${sources}
        DEPENDS ${sources} ${headers} COMMENT "Building the mutator of tapes for AFL++" VERBATIM)
    add_custom_target(tape-mutator ALL DEPENDS "${library}")
    add_dependencies(fuzzers tape-mutator)
endfunction()
