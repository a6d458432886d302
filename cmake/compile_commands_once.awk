# SPDX-License-Identifier: MIT
# From a compile_commands.json the first entry of each file.
/^\{/ { entry = ""; again = 0 }
{ entry = entry (entry == "" ? "" : "\n") $0 }
/^ *"file": / { again = seen[$0]++ }
/^\}/ {
    sub(/,$/, "", entry)
    if (!again) {
        printf "%s\n%s", count++ ? "," : "[", entry
    }
}
END { print count ? "\n]" : "[]" }
