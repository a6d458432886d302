# SPDX-License-Identifier: MIT
# From a compile_commands.json the first entry of each file that is not made by the build itself.
/^\{/ { entry = ""; unwanted = 0 }
{ entry = entry (entry == "" ? "" : "\n") $0 }
/^ *"directory": / { folder = value() "/" }
/^ *"file": / { unwanted = seen[value()]++ || index(value(), folder) == 1 }
/^\}/ {
    sub(/,$/, "", entry)
    if (!unwanted) {
        printf "%s\n%s", count++ ? "," : "[", entry
    }
}
END { print count ? "\n]" : "[]" }

function value(    text) {
    text = $0
    sub(/^ *"[a-z]+": "/, "", text)
    sub(/",?$/, "", text)
    return text
}
