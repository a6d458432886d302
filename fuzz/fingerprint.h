/* SPDX-License-Identifier: MIT */
/*
 * What a finding is called: the same text for the same bug whatever compiled the plugin, so that
 * findings of many nights and machines can be told apart.
 *
 *   PLUGIN:crash:CALLBACK   the process died while the plugin's callback ran; "host": while none
 * did PLUGIN:exit:CALLBACK    the plugin ended the process PLUGIN:hang:CALLBACK    no step finished
 *   PLUGIN:leak             memory, descriptors or a process were left
 *   PLUGIN:ORACLE[:RULE]    enum result_oracle, and the rule of the plugin ABI that was broken
 *
 * There is no signal in it (a sanitizer aborts where another build gets SIGSEGV), and no function,
 * file or line. Two bugs of one kind in one callback have the same fingerprint. Pure.
 */
#ifndef DRILL_FUZZ_FINGERPRINT_H
#define DRILL_FUZZ_FINGERPRINT_H

#include <stdbool.h>

#include "result.h"

#define FINGERPRINT_BYTES 192

/* False: the result is no finding; a pass, or what only the scenario or the machine is to blame
 * for. `text` is "" then. */
bool fingerprint(const char *plugin, const struct result *result, char text[FINGERPRINT_BYTES]);

#endif
