/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who holds the host's memory, and what would free it. */
#include "unit.h"

#include "domain/memory_account.h"

#define MIB ((uint64_t)1 << 20)

static void add(struct memory_account *account, struct memory_holder holder)
{
    VEC_PUSH(&account->holders, holder);
}

static struct memory_account host(void)
{
    struct memory_account account = { .total = 2048 * MIB, .free = 600 * MIB };

    add(&account, (struct memory_holder){ .domid = 0, .memory = 1000 * MIB });
    add(&account, (struct memory_holder){
                      .domid = 3, .memory = 400 * MIB, .target = 400 * MIB });
    return account;
}

/* Each as "kind MiB; ". */
static void expect_ways(const struct memory_account *account,
                        const char *expected)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct memory_ways ways = { 0 };

    memory_account_find_ways(account, &ways);
    VEC_EACH (&ways.list, way)
        strbuf_printf(&text, "%s %llu; ", memory_way_name(way->kind),
                      (unsigned long long)(way->bytes / MIB));
    VEC_DISPOSE(&ways.list);
    assert_string_equal(text.text != NULL ? text.text : "", expected);
}

static void what_is_nobodys_is_xens(void **state)
{
    cleanup_memory_account struct memory_account account = host();

    assert_int_equal(memory_account_of_xen(&account), 48 * MIB);
    account.free = 3000 * MIB; /* a guest ended between the two looks */
    assert_int_equal(memory_account_of_xen(&account), 0);
}

static void domain_0_keeps_some(void **state)
{
    cleanup_memory_account struct memory_account account = host();

    assert_int_equal(memory_account_of_dom0(&account), 872 * MIB);
    account.holders.items[0].memory = 100 * MIB;
    assert_int_equal(memory_account_of_dom0(&account), 0);
}

static void claims_are_not_for_others(void **state)
{
    cleanup_memory_account struct memory_account account = host();

    account.claimed = 500 * MIB;
    assert_int_equal(memory_account_available(&account), 100 * MIB);
    expect_ways(&account, "claimed 500; domain-0 872; ");
}

static void what_is_on_its_way_is_told(void **state)
{
    cleanup_memory_account struct memory_account account = host();

    account.unwiped = 50 * MIB;
    account.holders.items[1].target = 256 * MIB;
    add(&account, (struct memory_holder){
                      .domid = 4, .memory = 64 * MIB, .dying = true });
    expect_ways(&account,
                "wiping 50; ballooning 144; dying 64; domain-0 872; ");
}

static void a_guest_near_its_target_is_there(void **state)
{
    cleanup_memory_account struct memory_account account = host();

    account.holders.items[1].target = 397 * MIB;
    account.holders.items[0].memory = 100 * MIB; /* less than it must keep */
    expect_ways(&account, "");
    account.holders.items[1].target = 500 * MIB; /* it may grow */
    expect_ways(&account, "");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_nobodys_is_xens),
    cmocka_unit_test(domain_0_keeps_some),
    cmocka_unit_test(claims_are_not_for_others),
    cmocka_unit_test(what_is_on_its_way_is_told),
    cmocka_unit_test(a_guest_near_its_target_is_there),
};

UNIT_MAIN(tests)
