/* SPDX-License-Identifier: MIT */
/* The content hash: what changes it and what does not. */
#include "scenario_fixture.h"

#include <unistd.h>
#include <xxhash.h>

#define HEAD "{\"server\": {\"plugin\": \"uppercase\"}, \"steps\": [{\"connect\": {}}, "

static void hash_of(const char *file, const char *text, size_t plan, uint8_t hash[16])
{
    struct suite suite = {0};
    assert_int_equal(suite_load_text(file, "id", text, strlen(text), &fixture_finder, &suite), 0);
    assert_true(plan < suite.plan_count);
    memcpy(hash, suite.plans[plan]->hash, 16);
    suite_free(&suite);
}

static bool same(const char *one, const char *other)
{
    uint8_t a[16], b[16];
    hash_of("a.json", one, 0, a);
    hash_of("b.json", other, 0, b);
    return memcmp(a, b, 16) == 0;
}

static void spacing_order_escapes_and_schema_do_not_count(void **state)
{
    (void)state;
    const char *text = HEAD "{\"expect\": \"A\", \"within_ms\": 5}]}";
    assert_true(same(text, text));
    assert_true(same(text, "{ \"steps\":[{\"connect\":{}},\n{\"within_ms\":5,\"expect\":\"A\"}],"
                           "\"server\":{\"plugin\":\"uppercase\"}}\n"));
    assert_true(same(text, HEAD "{\"expect\": \"\\u0041\", \"within_ms\": 5}]}"));
    assert_true(same(text,
                     "{\"$schema\": \"x\", \"server\": {\"plugin\": \"uppercase\"}, \"steps\": "
                     "[{\"connect\": {}}, {\"expect\": \"A\", \"within_ms\": 5}]}"));
}

static void every_value_counts(void **state)
{
    (void)state;
    const char *text = HEAD "{\"expect\": \"A\"}]}";
    assert_false(same(text, HEAD "{\"expect\": \"B\"}]}"));
    assert_false(same(text, HEAD "{\"expect\": [\"A\"]}]}"));
    assert_false(same(text, HEAD "{\"expect\": \"A\", \"within_ms\": 1000}]}"));
    assert_false(same(text, HEAD "{\"expect\": \"A\", \"note\": \"\"}]}"));
}

/* What goes wrong is part of the story. */
static void faults_and_the_network_count(void **state)
{
    (void)state;
    static const char *const texts[] = {
        HEAD "{\"expect\": \"A\"}], \"worlds\": [\"sim\"]}",
        HEAD "{\"expect\": \"A\"}], \"worlds\": [\"sim\"], \"network\": {\"latency_ms\": 1}}",
        HEAD "{\"expect\": \"A\"}], \"worlds\": [\"sim\"], \"network\": {\"latency_ms\": 2}}",
        HEAD
        "{\"expect\": \"A\"}], \"worlds\": [\"sim\"], \"faults\": [{\"call\": \"recv\", \"nth\": "
        "1, \"error\": \"EINTR\"}]}",
        HEAD
        "{\"expect\": \"A\"}], \"worlds\": [\"sim\"], \"faults\": [{\"call\": \"recv\", \"nth\": "
        "2, \"error\": \"EINTR\"}]}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
            assert_int_equal(same(texts[i], texts[j]), i == j);
        }
    }
}

static void it_is_xxh3_of_the_sorted_compact_text(void **state)
{
    (void)state;
    static const char sorted[] =
        "{\"server\":{\"plugin\":\"uppercase\"},\"steps\":[{\"connect\":{}},{\"expect\":\"A\"}]}";
    uint8_t hash[16];
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(sorted, strlen(sorted)));
    hash_of("a.json", HEAD "{\"expect\": \"A\"}]}", 0, hash);
    assert_memory_equal(hash, canonical.digest, 16);
}

static void a_member_hashes_like_the_scenario_it_stands_for(void **state)
{
    (void)state;
    uint8_t member[16], alone[16];
    hash_of("a.json",
            "{\"matrix\": {\"n\": [1, 5], \"m\": [\"a$b\"]}, \"server\": {\"plugin\": "
            "\"uppercase\"}, \"steps\": [{\"connect\": {}}, {\"send\": \"$m\"}, {\"expect\": "
            "{\"size\": \"$n\"}}, {\"repeat\": 2, \"steps\": [{\"send\": \"$$${m}${i}\"}]}]}",
            1, member);
    hash_of("b.json",
            HEAD "{\"send\": \"a$$b\"}, {\"expect\": {\"size\": 5}},"
                 "{\"repeat\": 2, \"steps\": [{\"send\": \"$$a$$b${i}\"}]}]}",
            0, alone);
    assert_memory_equal(member, alone, 16);
}

static void write_byte(const char *path, char byte)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputc(byte, file), byte);
    fclose(file);
}

static void payload_files_count_with_their_length(void **state)
{
    (void)state;
    char folder[] = "/tmp/scenario-hash-XXXXXX";
    char scenario[64], payload[64], plain[512];
    uint8_t first[16], changed[16], again[16];
    assert_non_null(mkdtemp(folder));
    snprintf(scenario, sizeof(scenario), "%s/s.json", folder);
    snprintf(payload, sizeof(payload), "%s/p.bin", folder);
    const char *text = HEAD "{\"send\": {\"file\": \"p.bin\"}}, {\"expect\": \"A\"},"
                            "{\"send\": {\"file\": \"p.bin\"}}]}";
    write_byte(payload, 'a');
    hash_of(scenario, text, 0, first);
    write_byte(payload, 'b');
    hash_of(scenario, text, 0, changed);
    write_byte(payload, 'a');
    hash_of(scenario, text, 0, again);
    assert_memory_not_equal(first, changed, 16);
    assert_memory_equal(first, again, 16);

    int used = snprintf(plain, sizeof(plain), "%s",
                        "{\"server\":{\"plugin\":\"uppercase\"},\"steps\":[{\"connect\":{}},"
                        "{\"send\":{\"file\":\"p.bin\"}},{\"expect\":\"A\"},"
                        "{\"send\":{\"file\":\"p.bin\"}}]}");
    memcpy(plain + used, "\1\0\0\0\0\0\0\0a", 9);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(plain, (size_t)used + 9));
    assert_memory_equal(first, canonical.digest, 16);
    assert_int_equal(unlink(payload), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spacing_order_escapes_and_schema_do_not_count),
        cmocka_unit_test(every_value_counts),
        cmocka_unit_test(faults_and_the_network_count),
        cmocka_unit_test(it_is_xxh3_of_the_sorted_compact_text),
        cmocka_unit_test(a_member_hashes_like_the_scenario_it_stands_for),
        cmocka_unit_test(payload_files_count_with_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
