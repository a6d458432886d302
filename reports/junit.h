/* SPDX-License-Identifier: MIT */
/*
 * A report as JUnit XML, as Jenkins, GitLab and others read it.
 *
 * A test suite is a folder of scenarios and holds those right in it: `classname` is the folder,
 * `name` the rest of the id. What is not as it should be is a failure, what did not come to its end
 * an error; known failures are skipped tests, because JUnit knows nothing nearer. A report that is
 * not complete has one more test, which is an error. Pure function; thread-safe.
 */
#ifndef DRILL_REPORTS_JUNIT_H
#define DRILL_REPORTS_JUNIT_H

#include "bytes.h"
#include "report_read.h"
#include "timings_read.h"

/* With `timings` NULL there are no times, and the same report gives the same bytes. 0, the error of
 * bytes_add, or -ENOMEM. */
int junit_add(struct bytes *out, const struct report_read *report,
              const struct timings_read *timings);

#endif
