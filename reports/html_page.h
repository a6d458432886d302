/* SPDX-License-Identifier: MIT */
/*
 * The page that a report's data is put into: what stands before it and what stands after it.
 *
 * Made at build time of the files in reports/html/ by reports/html/embed.cmake.
 */
#ifndef DRILL_REPORTS_HTML_PAGE_H
#define DRILL_REPORTS_HTML_PAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t html_page_head[], html_page_tail[];
extern const size_t html_page_head_size, html_page_tail_size;

#endif
