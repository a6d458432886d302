/* SPDX-License-Identifier: MIT */
/* Exports four bytes where a descriptor should be. In assembly, because a sanitizer would make a
 * larger object of them. */
__asm__(".section .rodata\n"
        ".balign 8\n"
        ".globl drill_plugin\n"
        ".type drill_plugin, %object\n"
        ".size drill_plugin, 4\n"
        "drill_plugin:\n"
        ".long 1\n"
        ".previous\n");
