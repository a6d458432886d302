/* SPDX-License-Identifier: MIT */
#include "sim/shape.h"

const char *const shape_names[SHAPE_COUNT] = {
    [SHAPE_HELLO] = "hello",
    [SHAPE_MESSAGES] = "10 messages of 64 bytes",
    [SHAPE_EXCEED] = "2,500 bytes, buffer 1,024",
    [SHAPE_HALF_CLOSE] = "half-close",
    [SHAPE_HUNG] = "hung, then the first retry",
};

#define SERVER "\"title\": \"bench\", \"server\": {\"plugin\": \"uppercase\""

const char *const shape_scenarios[SHAPE_COUNT] = {
    [SHAPE_HELLO] = "{" SERVER "}, \"steps\": [{\"connect\": {}}, {\"send\": \"hello\"},"
                    " {\"expect\": \"HELLO\"}, {\"close\": {}}]}",
    [SHAPE_MESSAGES] = "{" SERVER "}, \"steps\": [{\"connect\": {}}, {\"repeat\": 10, \"steps\": ["
                       "{\"send\": {\"fill\": \"a\", \"size\": 64}},"
                       " {\"expect\": {\"fill\": \"A\", \"size\": 64}}]}, {\"close\": {}}]}",
    [SHAPE_EXCEED] = "{" SERVER "}, \"steps\": [{\"connect\": {}},"
                     " {\"send\": {\"fill\": \"a\", \"size\": 2500}},"
                     " {\"expect\": {\"fill\": \"A\", \"size\": 2500}}, {\"close\": {}}]}",
    [SHAPE_HALF_CLOSE] = "{" SERVER "}, \"steps\": [{\"connect\": {}}, {\"send\": \"hello\"},"
                         " {\"half_close\": {}}, {\"expect\": \"HELLO\"},"
                         " {\"expect_end\": \"eof\"}, {\"close\": {}}]}",
    [SHAPE_HUNG] = "{\"worlds\": [\"sim\"], " SERVER ", \"backlog\": 0}, \"steps\": ["
                   "{\"server\": {\"accepting\": false}}, {\"connect\": {}, \"as\": \"first\"},"
                   " {\"connect\": {}, \"as\": \"late\", \"outcome\": \"hung\"},"
                   " {\"server\": {\"accepting\": true}}, {\"wait_ms\": 1500},"
                   " {\"send\": \"hello\", \"as\": \"late\"},"
                   " {\"expect\": \"HELLO\", \"as\": \"late\"},"
                   " {\"close\": {}, \"as\": \"late\"}, {\"close\": {}, \"as\": \"first\"}]}",
};

bool shape_is_real(enum shape shape)
{
    return shape != SHAPE_HUNG;
}
