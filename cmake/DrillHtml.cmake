# SPDX-License-Identifier: MIT
# drill_html_page(RESULT): the name of a generated source that holds the page of the HTML report,
# reports/html_page.h. Styles and scripts are put together in the order of their names.
function(drill_html_page result)
    set(folder "${CMAKE_CURRENT_SOURCE_DIR}/html")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/html_page.c")
    file(GLOB scripts CONFIGURE_DEPENDS "${folder}/*.js")
    file(GLOB styles CONFIGURE_DEPENDS "${folder}/*.css")
    add_custom_command(OUTPUT "${source}"
        COMMAND "${CMAKE_COMMAND}" "-DPAGE=${folder}/page.html" "-DSTYLE=${styles}"
            "-DSCRIPT=${scripts}" "-DOUT=${source}" -P "${folder}/embed.cmake"
        DEPENDS "${folder}/embed.cmake" "${folder}/page.html" ${styles} ${scripts}
        COMMENT "The page of the HTML report" VERBATIM)
    set(${result} "${source}" PARENT_SCOPE)
endfunction()
