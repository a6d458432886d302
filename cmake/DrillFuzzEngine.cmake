# SPDX-License-Identifier: MIT
# Which fuzzing engine targets are built for, and what it sees. Included before DrillFlags.
#   none       no engine: programs that replay the files they are given (every ordinary preset)
#   libfuzzer  clang's libFuzzer
#   afl        AFL++: needs afl-clang-fast as the compiler
#   custom     whatever DRILL_FUZZ_ENGINE_FLAGS links, as OSS-Fuzz's $LIB_FUZZING_ENGINE does; the
#              compiler's flags come from outside as well
set(DRILL_FUZZ_ENGINE none CACHE STRING "none, libfuzzer, afl or custom")
set(DRILL_FUZZ_ENGINE_FLAGS "" CACHE STRING "with the engine custom: what links it")
# The plugin alone is several times faster, and it is what fuzzing is about. `all` adds the server
# loop and the simulated network.
set(DRILL_FUZZ_INSTRUMENT plugin CACHE STRING
    "What an engine sees the coverage of, and sanitizers watch: plugin, or all")
option(DRILL_FUZZ_CMPLOG "With the engine afl: tell what is compared with what" OFF)
set_property(CACHE DRILL_FUZZ_ENGINE PROPERTY STRINGS none libfuzzer afl custom)
set_property(CACHE DRILL_FUZZ_INSTRUMENT PROPERTY STRINGS plugin all)
if(NOT DRILL_FUZZ_ENGINE MATCHES "^(none|libfuzzer|afl|custom)$")
    message(FATAL_ERROR "DRILL_FUZZ_ENGINE is none, libfuzzer, afl or custom; not '${DRILL_FUZZ_ENGINE}'")
endif()
if(NOT DRILL_FUZZ_INSTRUMENT MATCHES "^(plugin|all)$")
    message(FATAL_ERROR "DRILL_FUZZ_INSTRUMENT is plugin or all; not '${DRILL_FUZZ_INSTRUMENT}'")
endif()

# drill_fuzz_seen: how code is compiled that the engine and the sanitizers shall see.
# drill_fuzz_engine: what a target is linked with.
add_library(drill_fuzz_seen INTERFACE)
add_library(drill_fuzz_engine INTERFACE)
if(DRILL_FUZZ_ENGINE STREQUAL libfuzzer)
    target_compile_options(drill_fuzz_seen INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(drill_fuzz_engine INTERFACE -fsanitize=fuzzer)
elseif(DRILL_FUZZ_ENGINE STREQUAL afl)
    target_link_options(drill_fuzz_engine INTERFACE -fsanitize=fuzzer)
    set(launcher "${CMAKE_COMMAND}" -E env AFL_QUIET=1)
    if(DRILL_FUZZ_CMPLOG)
        list(APPEND launcher AFL_LLVM_CMPLOG=1)
    endif()
    set(CMAKE_C_LINKER_LAUNCHER ${launcher})
    # With AFL_NOOPT its compiler is clang; what shall be seen is compiled without it. (A deny list
    # does not do: it lets functions through that begin with something inlined.)
    set(DRILL_FUZZ_SEEN_LAUNCHER ${launcher})
    if(DRILL_FUZZ_INSTRUMENT STREQUAL plugin)
        list(APPEND launcher AFL_NOOPT=1)
    endif()
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
elseif(DRILL_FUZZ_ENGINE STREQUAL custom)
    # The engine may be C++: its library comes with that compiler.
    enable_language(CXX)
    separate_arguments(engine_flags UNIX_COMMAND "${DRILL_FUZZ_ENGINE_FLAGS}")
    target_link_libraries(drill_fuzz_engine INTERFACE ${engine_flags})
endif()
if(DRILL_FUZZ_ENGINE STREQUAL none)
    set(DRILL_FUZZ_INSTRUMENT all)
endif()
