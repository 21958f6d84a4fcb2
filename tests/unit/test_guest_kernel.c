/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test guest runs here as a process: its image is at its addresses, its
 * hypercalls come to play_..., which is Xen, xenstored and xenconsoled.
 * Whenever it sleeps with all said and done, the next line of a script is
 * played.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenguest.h>

#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>

#include "unit.h"

#define PAGE 4096UL
#define PAGES 2048UL /* 8 MiB */
#define ENTRIES 512UL
#define FIRST_MFN 0x1000UL
#define SHARED_MFN (FIRST_MFN + PAGES)
#define IMAGE_PFN 0x100UL
#define MAPPED_PFN 0x1a0UL /* so far the domain builder has mapped */
/* Xen has them higher up, where ASan would not let them be. */
#define STORE_PFN 0x7effcUL
#define CONSOLE_PFN 0x7efffUL
#define HYPERCALL_SIZE 32
#define STORE_PORT 5
#define CONSOLE_PORT 69 /* in the second word */
#define MOVED 20        /* added to the ports by a move */

/* What a run leaves for the test. */
struct outcome {
    char console[8192];
    size_t length;
    char node[64]; /* control/shutdown */
    unsigned int watches, moves;
    unsigned int garbage; /* writes to devices */
    size_t dirtied;       /* pages with bytes other than zero at the end */
};

/* A line is typed, or after '!' put into control/shutdown. */
static struct {
    const char *const *script;
    struct outcome *outcome;
    bool pv;
    int memory; /* PV: a file of the machine's frames */
    uint8_t *frames;
    unsigned long l2, store_pfn, console_pfn;
    struct start_info *info;
    struct shared_info *shared;
    struct xencons_interface *console;
    struct xenstore_domain_interface *store;
    uint32_t console_port, store_port;
    uint64_t now;
} m;

#define REQUIRE(condition)                                          \
    do {                                                            \
        if (!(condition)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            _exit(99);                                              \
        }                                                           \
    } while (0)

/* -- PV's memory: machine frames in another order ------------------------- */

static unsigned long mfn(unsigned long pfn)
{
    return FIRST_MFN + pfn * 7 % PAGES;
}

static void *frame(unsigned long number)
{
    REQUIRE(number >= FIRST_MFN && number <= SHARED_MFN);
    return m.frames + (number - FIRST_MFN) * PAGE;
}

/* As the entry of a page table says. */
static void map(unsigned long va, unsigned long entry)
{
    int prot = PROT_READ | ((entry & 2) != 0 ? PROT_WRITE : 0) | PROT_EXEC;
    void *at = (void *)va;

    if ((entry & 1) == 0) {
        at = mmap(at, PAGE, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0);
    } else {
        REQUIRE(frame(entry / PAGE) != NULL);
        at = mmap(at, PAGE, prot, MAP_FIXED | MAP_SHARED, m.memory,
                  (off_t)((entry / PAGE - FIRST_MFN) * PAGE));
    }
    REQUIRE(at == (void *)va);
}

static void map_table(const unsigned long *table, unsigned long pfn)
{
    for (unsigned long i = 0; i < ENTRIES; i++)
        if ((table[i] & 1) != 0)
            map((pfn + i) * PAGE, table[i]);
}

static long play_mmu_update(const struct mmu_update *update)
{
    unsigned long table = update->ptr / PAGE;
    unsigned long index = update->ptr % PAGE / sizeof(unsigned long);
    unsigned long *l2 = frame(m.l2);

    ((unsigned long *)frame(table))[index] = update->val;
    if (table == m.l2) {
        map_table(frame(update->val / PAGE), index * ENTRIES);
        return 0;
    }
    for (unsigned long i = 0; i < ENTRIES; i++)
        if ((l2[i] & 1) != 0 && l2[i] / PAGE == table) {
            map((i * ENTRIES + index) * PAGE, update->val);
            return 0;
        }
    REQUIRE(!"an update of what is no page table");
    return -1;
}

/* -- xenstored and xenconsoled --------------------------------------------- */

static void take(char *to, size_t length)
{
    while (length-- > 0)
        *to++ = m.store->req[m.store->req_cons++ % XENSTORE_RING_SIZE];
}

static void give(const void *bytes, size_t length)
{
    for (const char *next = bytes; length-- > 0; next++)
        m.store->rsp[m.store->rsp_prod++ % XENSTORE_RING_SIZE] = *next;
}

static void give_message(uint32_t type, const char *bytes, size_t length)
{
    struct xsd_sockmsg header = { .type = type, .len = (uint32_t)length };

    give(&header, sizeof(header));
    give(bytes, length);
}

static void fire(void)
{
    static const char event[] = "control/shutdown\0w";

    if (m.outcome->watches > 0)
        give_message(XS_WATCH_EVENT, event, sizeof(event));
}

static void play_store(void)
{
    struct xsd_sockmsg header;
    char body[256] = "";
    char *node = m.outcome->node;

    while (m.store->req_prod != m.store->req_cons) {
        take((char *)&header, sizeof(header));
        REQUIRE(header.len < sizeof(body));
        take(body, header.len);
        body[header.len] = '\0';
        if (header.type == XS_WRITE && strncmp(body, "device/v", 8) == 0) {
            m.outcome->garbage++;
            give_message(XS_ERROR, "ENOENT", 7);
            continue;
        }
        REQUIRE(strcmp(body, "control/shutdown") == 0);
        if (header.type == XS_WRITE)
            fire(); /* comes in between the request and its answer */
        if (header.type == XS_WATCH) {
            m.outcome->watches++;
            give_message(XS_WATCH, "OK", 3);
            fire();
        } else if (header.type == XS_READ && node[0] == '\0') {
            give_message(XS_ERROR, "ENOENT", 7);
        } else if (header.type == XS_READ) {
            give_message(XS_READ, node, strlen(node));
        } else {
            REQUIRE(header.type == XS_WRITE);
            strcpy(node, body + strlen(body) + 1);
            give_message(XS_WRITE, "OK", 3);
        }
    }
}

static void play_console(void)
{
    while (m.console->out_cons != m.console->out_prod) {
        REQUIRE(m.outcome->length < sizeof(m.outcome->console) - 1);
        m.outcome->console[m.outcome->length++] =
            m.console->out[m.console->out_cons++ % sizeof(m.console->out)];
    }
}

/* -- Xen ------------------------------------------------------------------- */

static void end(int status)
{
    const uint8_t *memory = m.pv ? m.frames : (void *)(IMAGE_PFN * PAGE);
    size_t pages = m.pv ? PAGES : PAGES - IMAGE_PFN;

    play_console();
    for (size_t i = 0; i < pages; i++)
        m.outcome->dirtied += memory[i * PAGE + 8] != 0;
    _exit(status);
}

static void play_line(const char *line)
{
    if (line == NULL)
        end(98);
    if (line[0] == '!') {
        strcpy(m.outcome->node, line + 1);
        fire();
        return;
    }
    for (; *line != '\0'; line++)
        m.console->in[m.console->in_prod++ % sizeof(m.console->in)] = *line;
}

static long play_poll(const struct sched_poll *poll)
{
    uint32_t had = m.store->rsp_prod;

    REQUIRE(poll->nr_ports == 2);
    m.shared->evtchn_pending[m.store_port / 64] |= 1UL << m.store_port % 64;
    m.shared->evtchn_pending[m.console_port / 64] |= 1UL << m.console_port % 64;
    play_console();
    play_store();
    if (poll->timeout != 0) {
        m.now = poll->timeout;
        m.shared->vcpu_info[0].time.system_time = m.now;
    }
    /* A load runs for a while, then the next line comes anyhow. */
    if (m.store->rsp_prod == had && m.store->rsp_prod == m.store->rsp_cons &&
        (poll->timeout == 0 || m.now % 1000000000 < 10000000))
        play_line(*m.script++);
    return 0;
}

/* What a save looks at; and what the restore on another host writes. */
static void check_saved_pv(unsigned long info_mfn)
{
    const unsigned long *list;

    REQUIRE(frame(info_mfn) == frame(mfn((unsigned long)m.info / PAGE)));
    REQUIRE(m.info->store_mfn == m.store_pfn);
    REQUIRE(m.info->console.domU.mfn == m.console_pfn);
    REQUIRE(m.shared->arch.max_pfn == PAGES);
    list = frame(m.shared->arch.pfn_to_mfn_frame_list_list);
    list = frame(list[0]);
    for (unsigned long i = 0; i < PAGES / ENTRIES; i++) {
        const unsigned long *p2m = frame(list[i]);
        REQUIRE(p2m[0] == mfn(i * ENTRIES) &&
                p2m[511] == mfn(i * ENTRIES + 511));
    }
}

static void set_ports(uint32_t add)
{
    m.store_port = STORE_PORT + add;
    m.console_port = CONSOLE_PORT + add;
    if (m.pv) {
        m.info->store_mfn = mfn(m.store_pfn);
        m.info->console.domU.mfn = (uint32_t)mfn(m.console_pfn);
        m.info->store_evtchn = m.store_port;
        m.info->console.domU.evtchn = m.console_port;
    }
}

/* The first suspend is a move, the others are cancelled. */
static long play_suspend(unsigned long info_mfn)
{
    if (m.pv)
        check_saved_pv(info_mfn);
    if (m.outcome->moves++ > 0)
        return 1;
    if (m.pv)
        m.shared->arch.pfn_to_mfn_frame_list_list = 0;
    m.outcome->watches = 0;
    set_ports(MOVED);
    return 0;
}

static long play_shutdown(const struct sched_shutdown *shutdown,
                          unsigned long info_mfn)
{
    if (shutdown->reason == SHUTDOWN_suspend)
        return play_suspend(info_mfn);
    end((int)shutdown->reason);
    return -1;
}

static long play_param(struct xen_hvm_param *param)
{
    static const uint32_t known[] = { HVM_PARAM_STORE_PFN,
                                      HVM_PARAM_CONSOLE_PFN };

    REQUIRE(param->domid == DOMID_SELF);
    param->value = param->index == known[0]                   ? STORE_PFN
                   : param->index == known[1]                 ? CONSOLE_PFN
                   : param->index == HVM_PARAM_STORE_EVTCHN   ? m.store_port
                   : param->index == HVM_PARAM_CONSOLE_EVTCHN ? m.console_port
                                                              : 0;
    return param->value == 0 ? -1 : 0;
}

static long play_physmap(const struct xen_add_to_physmap *add)
{
    struct shared_info *page = (void *)(add->gpfn * PAGE);

    REQUIRE(add->space == XENMAPSPACE_shared_info && add->idx == 0);
    REQUIRE(add->gpfn > IMAGE_PFN && add->gpfn < IMAGE_PFN + 0x20);
    m.shared = page;
    return 0;
}

static long play(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                 uint64_t number)
{
    if (number == __HYPERVISOR_event_channel_op && a == EVTCHNOP_send)
        return 0;
    if (number == __HYPERVISOR_sched_op && a == SCHEDOP_poll)
        return play_poll((void *)b);
    if (number == __HYPERVISOR_sched_op && a == SCHEDOP_shutdown)
        return play_shutdown((void *)b, c);
    if (m.pv && number == __HYPERVISOR_mmu_update && b == 1 && d == DOMID_SELF)
        return play_mmu_update((void *)a);
    if (m.pv && number == __HYPERVISOR_update_va_mapping)
        return map(a, b), 0;
    if (!m.pv && number == __HYPERVISOR_hvm_op && a == HVMOP_get_param)
        return play_param((void *)b);
    if (!m.pv && number == __HYPERVISOR_memory_op && a == XENMEM_add_to_physmap)
        return play_physmap((void *)b);
    fprintf(stderr, "hypercall %lu is not played\n", (unsigned long)number);
    _exit(99);
}

/* mov $number,%r8d; mov %r10,%rcx; then play on an aligned stack. */
static void fill_hypercalls(uint8_t *page)
{
    static const uint8_t head[] = { 0x4c, 0x89, 0xd1, 0x41, 0xb8 };
    static const uint8_t middle[] = { 0x55, 0x48, 0x89, 0xe5, 0x48,
                                      0x83, 0xe4, 0xf0, 0x48, 0xb8 };
    static const uint8_t tail[] = { 0xff, 0xd0, 0xc9, 0xc3 };

    for (uint32_t number = 0; number < PAGE / HYPERCALL_SIZE; number++) {
        uint8_t *to = page + number * HYPERCALL_SIZE;
        uint64_t target = (uint64_t)play;
        to = (uint8_t *)mempcpy(to, head, sizeof(head));
        to = (uint8_t *)mempcpy(to, &number, sizeof(number));
        to = (uint8_t *)mempcpy(to, middle, sizeof(middle));
        to = (uint8_t *)mempcpy(to, &target, sizeof(target));
        memcpy(to, tail, sizeof(tail));
    }
}

/* -- the boot -------------------------------------------------------------- */

static char *kernel_path(void)
{
    return mem_printf("%s/guest_kernel", getenv("top_builddir"));
}

static struct xc_dom_image *parse(xc_interface *xc, bool pv)
{
    cleanup_free char *path = kernel_path();
    struct xc_dom_image *dom = xc_dom_allocate(xc, NULL, NULL);

    assert_non_null(dom);
    dom->container_type = pv ? XC_DOM_PV_CONTAINER : XC_DOM_HVM_CONTAINER;
    strcpy(dom->xen_caps, "xen-3.0-x86_64 hvm-3.0-x86_32 ");
    assert_int_equal(xc_dom_kernel_file(dom, path), 0);
    assert_int_equal(xc_dom_parse_image(dom), 0);
    return dom;
}

/* Loads the image to where it belongs; the address of a symbol of it. */
static unsigned long load_image(const char *wanted)
{
    cleanup_free char *path = kernel_path();
    cleanup_free char *bytes = NULL;
    size_t length;
    unsigned long found = 0;

    REQUIRE(io_read_file(path, 1 << 20, &bytes, &length, NULL) == 0);
    const Elf64_Ehdr *elf = (void *)bytes;
    const Elf64_Phdr *load = (void *)(bytes + elf->e_phoff);
    memcpy((void *)load->p_vaddr, bytes + load->p_offset, load->p_filesz);
    const Elf64_Shdr *sections = (void *)(bytes + elf->e_shoff);
    for (int i = 0; i < elf->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const char *names = bytes + sections[sections[i].sh_link].sh_offset;
        const Elf64_Sym *symbol = (void *)(bytes + sections[i].sh_offset);
        for (size_t left = sections[i].sh_size / sizeof(*symbol); left > 0;
             left--, symbol++) {
            if (strcmp(names + symbol->st_name, wanted) == 0)
                found = symbol->st_value;
            if (strcmp(names + symbol->st_name, "hypercall_page") == 0)
                fill_hypercalls((void *)symbol->st_value);
        }
    }
    REQUIRE(found != 0);
    return found;
}

static void set_clock(struct shared_info *shared)
{
    /* Only what play_poll sets counts: a tick of the processor is nothing. */
    shared->vcpu_info[0].time.tsc_to_system_mul = 0;
}

/* As xc_dom_build_image lays it out: image, p2m, start info, xenstore,
 * console, page tables, a stack; a little more is mapped. */
static void boot_pv(const char *words)
{
    unsigned long p2m_pfn = IMAGE_PFN + 0x20, info_pfn = p2m_pfn + 4;
    unsigned long table = info_pfn + 3;

    m.memory = memfd_create("frames", 0);
    REQUIRE(ftruncate(m.memory, (off_t)((PAGES + 1) * PAGE)) == 0);
    m.frames = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
                    MAP_SHARED, m.memory, 0);
    m.store_pfn = info_pfn + 1;
    m.console_pfn = info_pfn + 2;
    m.l2 = mfn(table + 2);
    ((unsigned long *)frame(mfn(table)))[0] = mfn(table + 1) * PAGE | 0x67;
    ((unsigned long *)frame(mfn(table + 1)))[0] = m.l2 * PAGE | 0x67;
    ((unsigned long *)frame(m.l2))[0] = mfn(table + 3) * PAGE | 0x67;
    unsigned long *l1 = frame(mfn(table + 3));
    for (unsigned long pfn = IMAGE_PFN; pfn < MAPPED_PFN; pfn++)
        l1[pfn] =
            mfn(pfn) * PAGE | (pfn >= table && pfn < table + 4 ? 0x65 : 0x67);
    map_table(l1, 0);
    m.info = (void *)(info_pfn * PAGE);
    m.info->nr_pages = PAGES;
    m.info->mfn_list = p2m_pfn * PAGE;
    for (unsigned long pfn = 0; pfn < PAGES; pfn++)
        ((unsigned long *)m.info->mfn_list)[pfn] = mfn(pfn);
    m.info->pt_base = table * PAGE;
    m.info->nr_pt_frames = 4;
    m.info->shared_info = SHARED_MFN * PAGE;
    strcpy((char *)m.info->cmd_line, words);
    m.shared = frame(SHARED_MFN);
    m.store = frame(mfn(m.store_pfn));
    m.console = frame(mfn(m.console_pfn));
    set_ports(0);
    set_clock(m.shared);
    ((void (*)(struct start_info *))load_image("pv_main"))(m.info);
}

static void skip_wrmsr(int number, siginfo_t *info, void *context)
{
    ucontext_t *state = context;
    greg_t *rip = &state->uc_mcontext.gregs[REG_RIP];

    if (memcmp((void *)*rip, "\x0f\x30", 2) != 0)
        _exit(97);
    *rip += 2;
}

static void *map_fixed(unsigned long pfn, size_t pages)
{
    void *at = mmap((void *)(pfn * PAGE), pages * PAGE,
                    PROT_READ | PROT_WRITE | PROT_EXEC,
                    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    REQUIRE(at == (void *)(pfn * PAGE));
    return at;
}

static void boot_pvh(const char *words)
{
    struct sigaction action = { .sa_sigaction = skip_wrmsr,
                                .sa_flags = SA_SIGINFO };
    unsigned long info_pfn = IMAGE_PFN + 0x20;

    sigaction(SIGSEGV, &action, NULL);
    map_fixed(IMAGE_PFN, PAGES - IMAGE_PFN);
    m.store = map_fixed(STORE_PFN, 1);
    m.console = map_fixed(CONSOLE_PFN, 1);
    set_ports(0);
    struct hvm_start_info *info = (void *)(info_pfn * PAGE);
    struct hvm_memmap_table_entry *memory = (void *)(info + 1);
    *info = (struct hvm_start_info){ .magic = XEN_HVM_START_MAGIC_VALUE,
                                     .version = 1,
                                     .cmdline_paddr = (uint64_t)(memory + 2),
                                     .memmap_paddr = (uint64_t)memory,
                                     .memmap_entries = 2 };
    memory[0] =
        (struct hvm_memmap_table_entry){ .size = PAGES * PAGE,
                                         .type = XEN_HVM_MEMMAP_TYPE_RAM };
    memory[1] = (struct hvm_memmap_table_entry){
        .addr = 0xfc000000, .size = PAGE, .type = XEN_HVM_MEMMAP_TYPE_ACPI
    };
    strcpy((char *)(memory + 2), words);
    ((void (*)(void *))load_image("pvh_main"))(info);
}

/* Its exit status is the reason of its shutdown. */
static int run(bool pv, const char *words, const char *const *script,
               struct outcome *outcome)
{
    int status = 0;

    m.outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(m.outcome, MAP_FAILED);
    m.script = script;
    m.pv = pv;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        if (pv)
            boot_pv(words);
        else
            boot_pvh(words);
        _exit(96);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *outcome = *m.outcome;
    munmap(m.outcome, sizeof(*outcome));
    if (!WIFEXITED(status))
        fail_msg("the guest was killed by signal %d; console:\n%s",
                 WTERMSIG(status), outcome->console);
    return WEXITSTATUS(status);
}

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void expect_console(const struct outcome *outcome, const char *text)
{
    if (strstr(outcome->console, text) == NULL)
        fail_msg("expected '%s' on the console; got:\n%s", text,
                 outcome->console);
}

/* -- the tests ------------------------------------------------------------- */

static void test_image(void **state)
{
    xc_interface *xc = xc_interface_open(NULL, NULL, XC_OPENFLAG_DUMMY);
    struct xc_dom_image *dom;

    assert_non_null(xc);
    dom = parse(xc, true);
    assert_string_equal(dom->guest_type, "xen-3.0-x86_64");
    assert_int_equal(dom->kernel_seg.vstart, IMAGE_PFN * PAGE);
    assert_true(dom->kernel_seg.vend < (IMAGE_PFN + 0x20) * PAGE);
    xc_dom_release(dom);
    dom = parse(xc, false);
    assert_string_equal(dom->guest_type, "hvm-3.0-x86_32");
    xc_dom_release(dom);
    xc_interface_close(xc);
}

static void test_shutdowns(void **state)
{
    static const struct {
        const char *request;
        int reason;
    } rows[] = { { "!poweroff", SHUTDOWN_poweroff },
                 { "!halt", SHUTDOWN_poweroff },
                 { "!reboot", SHUTDOWN_reboot },
                 { "!crash", SHUTDOWN_crash } };

    for (int pv = 0; pv < 2; pv++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct outcome outcome;
            int got =
                run(pv, "console=hvc0", SCRIPT(rows[i].request), &outcome);
            expect_console(&outcome, pv ? "GUEST-UP pv " : "GUEST-UP pvh ");
            assert_int_equal(got, rows[i].reason);
            assert_string_equal(outcome.node, ""); /* acknowledged */
        }
}

static void test_unknown_request(void **state)
{
    struct outcome outcome;

    int got = run(true, "", SCRIPT("!dance", "!poweroff"), &outcome);
    assert_int_equal(got, SHUTDOWN_poweroff);
}

static void test_suspend(void **state)
{
    for (int pv = 0; pv < 2; pv++) {
        struct outcome outcome;
        int got = run(pv, "",
                      SCRIPT("!suspend", "!suspend", "dirty=1\n", "!poweroff"),
                      &outcome);
        assert_int_equal(got, SHUTDOWN_poweroff);
        assert_int_equal(outcome.moves, 2);
        assert_int_equal(outcome.watches, 1); /* once more after the move */
        expect_console(&outcome, "RESUMED");
        expect_console(&outcome, "CANCELLED");
        expect_console(&outcome, "OK ");
    }
}

/* Nearly all of its memory, and none that is something else's. */
static void test_fill(void **state)
{
    for (int pv = 0; pv < 2; pv++) {
        struct outcome outcome;
        int got = run(pv, "fill=random", SCRIPT("!poweroff"), &outcome);
        assert_int_equal(got, SHUTDOWN_poweroff);
        assert_in_range(outcome.dirtied, PAGES - IMAGE_PFN - 64, PAGES);
        got = run(pv, "fill=random", SCRIPT("fill=zero\n", "!poweroff"),
                  &outcome);
        assert_int_equal(got, SHUTDOWN_poweroff);
        assert_in_range(outcome.dirtied, 1, 64);
    }
}

static void test_dirty(void **state)
{
    struct outcome outcome;
    int got =
        run(true, "", SCRIPT("dirty=x\n", "dirty=3\r", "!poweroff"), &outcome);

    assert_int_equal(got, SHUTDOWN_poweroff);
    expect_console(&outcome, "UNKNOWN");
    expect_console(&outcome, "dirty=3 fill=zero");
}

static void test_garbage(void **state)
{
    struct outcome outcome;
    int got = run(true, "garbage=1000",
                  SCRIPT("garbage=x\n", "garbage=0\n", "!poweroff"), &outcome);

    assert_int_equal(got, SHUTDOWN_poweroff);
    expect_console(&outcome, "UNKNOWN");
    assert_in_range(outcome.garbage, 100, 10000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_image),
    cmocka_unit_test(test_shutdowns),
    cmocka_unit_test(test_unknown_request),
    cmocka_unit_test(test_suspend),
    cmocka_unit_test(test_fill),
    cmocka_unit_test(test_dirty),
    cmocka_unit_test(test_garbage),
};

UNIT_MAIN(tests)
