# SPDX-License-Identifier: MIT
# The target `tidy` runs clang-tidy on each source whose text, or any header, changed since it was
# last found clean. Ninja runs them side by side. Needs compile commands made with clang, so it
# exists in the preset dev-clang.
find_program(DRILL_CLANG_TIDY NAMES clang-tidy clang-tidy-14)
if(NOT DRILL_CLANG_TIDY OR NOT DRILL_TESTS OR NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    return()
endif()

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
        COMMAND "${DRILL_CLANG_TIDY}" --quiet -p "${PROJECT_BINARY_DIR}" "${source}"
        COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
        DEPENDS "${source}" ${tidy_headers} "${PROJECT_SOURCE_DIR}/.clang-tidy"
        COMMENT "clang-tidy ${name}" VERBATIM)
    list(APPEND tidy_stamps "${stamp}")
endforeach()
add_custom_target(tidy DEPENDS ${tidy_stamps})
