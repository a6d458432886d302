# SPDX-License-Identifier: MIT
# drill_flags: what every target of this project is compiled and linked with, plugins included.
add_library(drill_flags INTERFACE)

target_compile_options(drill_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wformat=2 -Wvla -Wundef -Wcast-align -Wpointer-arith -Wwrite-strings
    -Wimplicit-fallthrough -Wdouble-promotion
    $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches>
    $<$<C_COMPILER_ID:Clang>:-Wcomma>
    $<$<BOOL:${DRILL_WERROR}>:-Werror>)

if(DRILL_SANITIZE)
    # A plugin is sanitized like its host: mixing the two would miss errors at the seam.
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_compile_options(drill_fuzz_seen INTERFACE ${sanitizers} -fno-omit-frame-pointer)
    target_link_options(drill_flags INTERFACE ${sanitizers})
    set(DRILL_BUILD_KIND sanitized)
else()
    set(DRILL_BUILD_KIND plain)
endif()

if(DRILL_FUZZ_INSTRUMENT STREQUAL all)
    target_link_libraries(drill_flags INTERFACE drill_fuzz_seen)
endif()

if(DRILL_COVERAGE)
    # Workers end without exit handlers and write their counts themselves.
    target_compile_definitions(drill_flags INTERFACE DRILL_COVERAGE)
    target_compile_options(drill_flags INTERFACE --coverage)
    target_link_options(drill_flags INTERFACE --coverage)
endif()
