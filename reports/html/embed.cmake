# SPDX-License-Identifier: MIT
# cmake -DPAGE=… -DSTYLE=… -DSCRIPT=… -DOUT=… -P embed.cmake
#
# Makes one page of page.html, the styles and the scripts (lists of files, put together in this order),
# and of that page a C source: bytes before and after the place of the data, html_page.h. The page's
# policy names the hashes of the style and of the script, so that a browser runs nothing else.

# base64_sha256(RESULT TEXT): as a Content-Security-Policy spells it.
function(base64_sha256 result text)
    string(SHA256 hex "${text}")
    set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
    set(encoded "")
    # 32 bytes and one of padding are eleven groups of three bytes, of four digits each.
    string(APPEND hex 00)
    foreach(group RANGE 10)
        math(EXPR start "${group} * 6")
        string(SUBSTRING "${hex}" ${start} 6 bytes)
        foreach(shift IN ITEMS 18 12 6 0)
            math(EXPR digit "(0x${bytes} >> ${shift}) & 63")
            string(SUBSTRING "${digits}" ${digit} 1 letter)
            string(APPEND encoded "${letter}")
        endforeach()
    endforeach()
    string(SUBSTRING "${encoded}" 0 43 encoded)
    set(${result} "${encoded}=" PARENT_SCOPE)
endfunction()

function(read_all result)
    set(all "")
    foreach(file IN LISTS ARGN)
        file(READ "${file}" text)
        string(APPEND all "${text}")
    endforeach()
    set(${result} "${all}" PARENT_SCOPE)
endfunction()

# add_array(NAME TEXT): appends its definition to the variable `source`.
function(add_array name text)
    file(WRITE "${OUT}.part" "${text}")
    file(READ "${OUT}.part" hex HEX)
    file(REMOVE "${OUT}.part")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND source "const uint8_t ${name}[] = {${bytes}};\n"
        "const size_t ${name}_size = sizeof(${name});\n")
    set(source "${source}" PARENT_SCOPE)
endfunction()

read_all(page ${PAGE})
read_all(style ${STYLE})
read_all(script ${SCRIPT})
base64_sha256(style_hash "${style}")
base64_sha256(script_hash "${script}")
foreach(part IN ITEMS style_hash script_hash style script)
    string(TOUPPER "@${part}@" place)
    string(REPLACE "${place}" "${${part}}" page "${page}")
endforeach()
string(FIND "${page}" "@DATA@" data)
if(data LESS 0)
    message(FATAL_ERROR "${PAGE} has no place for the data")
endif()
string(SUBSTRING "${page}" 0 ${data} head)
math(EXPR data "${data} + 6")
string(SUBSTRING "${page}" ${data} -1 tail)
set(source "/* Made by reports/html/embed.cmake. */\n#include \"html_page.h\"\n\n")
add_array(html_page_head "${head}")
add_array(html_page_tail "${tail}")
file(WRITE "${OUT}" "${source}")
