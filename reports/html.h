/* SPDX-License-Identifier: MIT */
/*
 * A report as one HTML file for people: everything in it, nothing loaded, nothing of the report in
 * it as markup.
 *
 * The page itself lies in reports/html/ and is part of the program. What is added here is its data,
 * as JSON that cannot end the element it stands in; the page's script shows it, and a policy in the
 * page's head lets no other script run. Each result has a row; details are kept as long as there is
 * room, first of what went wrong, and the page says what was left out. Pure function of the report;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_HTML_H
#define DRILL_REPORTS_HTML_H

#include <stddef.h>

#include "bytes.h"
#include "report_read.h"

/* Details of what did not pass are added up to the first of these, or for that many bytes of
 * details where the rows alone take more than the rest; of what passed, up to the second. */
#define HTML_BYTES_MAX         ((size_t)2 << 20)
#define HTML_PASSING_BYTES_MAX ((size_t)1 << 20)
#define HTML_DETAIL_BYTES_MIN  ((size_t)512 << 10)

/* Adds the whole page of a report that was not read lean. 0, -ENOMEM, or -ENOSPC where `out` may
 * not hold it; then `out` is as before.
 */
int html_add(struct bytes *out, const struct report_read *report);

#endif
