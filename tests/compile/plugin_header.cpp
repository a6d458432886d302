/* SPDX-License-Identifier: MIT */
/* <sockdrill/plugin.h> must compile as C++11 and C++17, where a descriptor is filled by assignment
 * while the shared object is loaded. */
#include <sockdrill/plugin.h>

#include <sockdrill/plugin.h>

extern "C" {
extern drill_descriptor drill_plugin __attribute__((visibility("default")));
drill_descriptor drill_plugin = {};
}

namespace
{
enum drill_status answer(const struct drill_context *, struct drill_bytes in,
                         struct drill_buffer *out)
{
    drill_put(out, in.data, in.size);
    return drill_reserve(out, 0) ? DRILL_OK : DRILL_INTERNAL_ERROR;
}

struct fill {
    fill()
    {
        drill_plugin.abi_version = DRILL_ABI_VERSION;
        drill_plugin.struct_size = sizeof(drill_plugin);
        drill_plugin.name = "plugin-header";
        drill_plugin.version = "1";
        drill_plugin.transports = DRILL_TCP | DRILL_UDP;
        drill_plugin.transform = answer;
    }
} const filled;
} // namespace
