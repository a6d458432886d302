/* SPDX-License-Identifier: MIT */
/* Exports the right name for the wrong thing. */
extern int drill_plugin(void) __attribute__((visibility("default")));

int drill_plugin(void)
{
    return 1;
}
