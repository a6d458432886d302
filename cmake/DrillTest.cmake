# SPDX-License-Identifier: MIT
# Tests are built with DRILL_TESTS only; test plugins always can be, by the target `test-plugins`,
# because the command's own tests also run the release build.
add_custom_target(test-plugins)
if(DRILL_TESTS)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
    set_property(TARGET test-plugins PROPERTY EXCLUDE_FROM_ALL OFF)
endif()

# drill_add_test(NAME sources... LIBS libraries...): a cmocka program, in ctest with label "unit". A
# NAME that begins with `canary` is a test that must be seen to fail.
function(drill_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
    if(NOT DRILL_TESTS)
        return()
    endif()
    drill_add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/unit")
    target_link_libraries(${name} PRIVATE ${arg_LIBS} PkgConfig::CMOCKA)
    # Both as definitions, so that a test also runs by hand in a debugger.
    target_compile_definitions(${name} PRIVATE
        "DRILL_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\""
        "DRILL_TEST_PLUGINS=\"${DRILL_TEST_PLUGIN_DIR}\""
        "DRILL_PLUGINS=\"${DRILL_PLUGIN_BUILD_DIR}\"")
    add_dependencies(${name} test-plugins)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
        LABELS unit
        TIMEOUT 120
        ENVIRONMENT "LC_ALL=C.UTF-8;TZ=UTC"
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    if(name MATCHES "^canary")
        set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "1 FAILED TEST")
    endif()
endfunction()

# drill_add_unit_tests(files... LIBS libraries...): each *_test.c is a test of its own; the other
# files are shared by all of them.
function(drill_add_unit_tests)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "LIBS")
    set(tests ${arg_UNPARSED_ARGUMENTS})
    list(FILTER tests INCLUDE REGEX "_test\\.c$")
    set(shared ${arg_UNPARSED_ARGUMENTS})
    list(FILTER shared EXCLUDE REGEX "_test\\.c$")
    foreach(source IN LISTS tests)
        cmake_path(GET source STEM name)
        drill_add_test(${name} ${source} ${shared} LIBS ${arg_LIBS})
    endforeach()
endfunction()

# drill_add_test_plugins(FOLDER files...): one module per file, out of the sight of `sockdrill
# plugins`; FOLDER is relative to the test plugins.
function(drill_add_test_plugins folder)
    foreach(source IN LISTS ARGN)
        cmake_path(GET source STEM name)
        set(target test_plugin_${name})
        add_library(${target} MODULE EXCLUDE_FROM_ALL ${source})
        set_target_properties(${target} PROPERTIES
            PREFIX "" OUTPUT_NAME "${name}" SUFFIX ".so"
            C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden
            LIBRARY_OUTPUT_DIRECTORY "${DRILL_TEST_PLUGIN_DIR}/${folder}")
        target_link_libraries(${target} PRIVATE sockdrill::plugin)
        add_dependencies(test-plugins ${target})
    endforeach()
endfunction()

# drill_add_static_plugins(NAME): a library of every shipped plugin built with DRILL_STATIC, and the
# generated table `drill_static_plugins` (a NULL ends it) with its header "static_plugins.h".
function(drill_add_static_plugins name)
    get_property(plugins GLOBAL PROPERTY DRILL_SHIPPED_PLUGINS)
    set(declarations "")
    set(entries "")
    set(sources "")
    foreach(plugin IN LISTS plugins)
        string(MAKE_C_IDENTIFIER "${plugin}" id)
        string(APPEND declarations "extern const struct drill_descriptor drill_plugin_${id};\n")
        string(APPEND entries "    &drill_plugin_${id},\n")
        get_target_property(folder plugin_${plugin} SOURCE_DIR)
        get_target_property(files plugin_${plugin} SOURCES)
        foreach(file IN LISTS files)
            cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${folder}")
            list(APPEND sources "${file}")
        endforeach()
    endforeach()
    set(generated "${CMAKE_CURRENT_BINARY_DIR}/static_plugins")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/static_plugins.h.in" "${generated}/static_plugins.h")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/static_plugins.c.in" "${generated}/static_plugins.c")
    drill_add_library(${name} EXCLUDE_FROM_ALL ${sources} "${generated}/static_plugins.c")
    target_compile_definitions(${name} PRIVATE DRILL_STATIC)
    target_include_directories(${name} PUBLIC "${generated}")
endfunction()
