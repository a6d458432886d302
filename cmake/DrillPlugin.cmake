# SPDX-License-Identifier: MIT
# drill_add_plugin(NAME sources...): builds the plugin NAME.so from C11 sources that include only
# <sockdrill/plugin.h> and libc, and installs it where the command looks. The target is plugin_NAME.
# In this project the same file serves the shipped plugins; installed, it is part of the CMake
# package and serves plugins that live in their own repository.
function(drill_add_plugin name)
    add_library(plugin_${name} MODULE ${ARGN})
    set_target_properties(plugin_${name} PROPERTIES
        PREFIX "" OUTPUT_NAME "${name}" SUFFIX ".so"
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden)
    target_link_libraries(plugin_${name} PRIVATE sockdrill::plugin)
    if(PROJECT_NAME STREQUAL "sockdrill")
        set_target_properties(plugin_${name} PROPERTIES
            LIBRARY_OUTPUT_DIRECTORY "${DRILL_PLUGIN_BUILD_DIR}")
        set_property(GLOBAL APPEND PROPERTY DRILL_SHIPPED_PLUGINS ${name})
        # A plugin needs nothing but libc, and an undefined symbol should fail here and not in
        # dlopen. Clang's sanitizer runtime lives in the host, so there undefined symbols are normal.
        if(NOT (DRILL_SANITIZE AND CMAKE_C_COMPILER_ID MATCHES "Clang"))
            target_link_options(plugin_${name} PRIVATE -Wl,-z,defs)
        endif()
    endif()
    install(TARGETS plugin_${name}
            LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/sockdrill/plugins")
endfunction()
