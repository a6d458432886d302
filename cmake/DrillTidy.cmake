# SPDX-License-Identifier: MIT
# What checks sources. Needs compile commands made with clang, so it exists in the preset dev-clang.
find_program(DRILL_CLANG_TIDY NAMES clang-tidy clang-tidy-14)
if(NOT DRILL_CLANG_TIDY OR NOT DRILL_TESTS OR NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    return()
endif()

# The target `compile_commands_once` writes build/PRESET/once/compile_commands.json: each source as
# it is compiled for one of the programs that have it, for checkers that would look at it for each.
# What the build itself writes is left out. CMake writes one member to a line.
find_program(DRILL_AWK awk REQUIRED)
add_custom_target(compile_commands_once
    COMMAND "${CMAKE_COMMAND}" -E make_directory once
    COMMAND "${DRILL_AWK}" -f "${PROJECT_SOURCE_DIR}/cmake/compile_commands_once.awk"
        compile_commands.json > once/compile_commands.json
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}" VERBATIM)

# The target `tidy` runs clang-tidy on each source whose text, or any header, changed since it was
# last found clean. Ninja runs them side by side. The analyzer gives up a function after so many
# states; its own bound of 225,000 takes six times as long.
set(analyzer_bound -Xclang -analyzer-config -Xclang max-nodes=15000)
list(TRANSFORM analyzer_bound PREPEND --extra-arg=)
file(GLOB_RECURSE tidy_headers CONFIGURE_DEPENDS include/*.h core/*.h reports/*.h fuzz/*.h cli/*.h tests/*.h)
file(GLOB tidy_sources CONFIGURE_DEPENDS
     core/*.c plugins/*.c reports/*.c fuzz/*.c cli/*.c tests/unit/*.c tests/conform/*.c
     tests/plugins/*.c)
set(tidy_stamps "")
foreach(source IN LISTS tidy_sources)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
    set(stamp "${PROJECT_BINARY_DIR}/tidy/${name}.clean")
    cmake_path(GET stamp PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(OUTPUT "${stamp}"
        COMMAND "${DRILL_CLANG_TIDY}" --quiet -p "${PROJECT_BINARY_DIR}/once" ${analyzer_bound} "${source}"
        COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
        DEPENDS "${source}" ${tidy_headers} "${PROJECT_SOURCE_DIR}/.clang-tidy"
            compile_commands_once
        COMMENT "clang-tidy ${name}" VERBATIM)
    list(APPEND tidy_stamps "${stamp}")
endforeach()
add_custom_target(tidy DEPENDS ${tidy_stamps})
