/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A domain, written as a file and read again, is the same domain: for every
 * file that is kept, for every row of the table of keys, and for files that
 * are made by chance.
 */
#include "config_unit.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/io.h"
#include "config/settings.h"
#include "generate.h"

enum { CHANCES = 600 };

/* Random by its nature: a file can only ask for another one. */
static void forget_random(struct domain_spec *spec)
{
    if (spec->config.c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        memset(&spec->config.b_info.u.hvm.ms_vm_genid, 0,
               sizeof(spec->config.b_info.u.hvm.ms_vm_genid));
}

/* Writes what was loaded, reads it again and compares the domains. */
static void check_round_trip(struct loaded *loaded,
                             struct config_settings *settings)
{
    cleanup_strbuf struct strbuf text = { 0 };
    cleanup_free char *json = NULL;
    cleanup_free char *json_again = NULL;
    struct loaded again;

    config_settings_make(settings, &loaded->spec, NULL);
    config_settings_render(settings, &text);
    loaded_text(&again, text.text, text.length);
    if (again.rc != 0)
        fail_msg("%s\n%s", again.said.text, text.text);
    forget_random(&loaded->spec);
    forget_random(&again.spec);
    json = domain_spec_to_json(&loaded->spec);
    json_again = domain_spec_to_json(&again.spec);
    if (strcmp(json, json_again) != 0)
        print_message("%s\n", text.text);
    assert_string_equal(json, json_again);
    loaded_dispose(&again);
}

static void check_text(const char *text)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    if (loaded.rc == 0)
        check_round_trip(&loaded, &settings);
    loaded_dispose(&loaded);
}

static void check_folder(const char *folder)
{
    const char *top = getenv("top_srcdir");
    cleanup_free char *path = mem_printf("%s/%s", top ? top : ".", folder);
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);

    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        cleanup_free char *file = mem_printf("%s/%s", path, entries[i]->d_name);
        const char *end = strrchr(entries[i]->d_name, '.');
        char *text;
        size_t length;

        if (end != NULL && strcmp(end, ".cfg") == 0) {
            print_message("# %s\n", entries[i]->d_name);
            assert_int_equal(io_read_file(file, 1 << 20, &text, &length, NULL),
                             0);
            check_text(text);
            free(text);
        }
        free(entries[i]);
    }
    free(entries);
}

static void every_kept_file_comes_back(void **state)
{
    check_folder("tests/golden/config");
    check_folder("config-examples");
}

/* Files by chance; a note tells of what no file can say. */
static void files_by_chance_come_back(void **state)
{
    struct generator *generator = generator_new(11);
    unsigned int noted = 0;

    for (int i = 0; i < CHANCES; i++) {
        cleanup_free char *text = generator_file(generator);
        struct config_settings cleanup_config_settings settings = { 0 };
        struct loaded loaded;

        loaded_text(&loaded, text, strlen(text));
        assert_int_equal(loaded.rc, 0);
        config_settings_make(&settings, &loaded.spec, NULL);
        if (settings.notes.count == 0)
            check_text(text);
        noted += settings.notes.count > 0;
        loaded_dispose(&loaded);
    }
    print_message("# %u of %d have a note\n", noted, CHANCES);
    assert_true(noted < CHANCES / 2);
    generator_free(generator);
}

static bool is_in(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* What has to stand beside the example of a key for it to be a domain. */
static void add_surroundings(struct strbuf *text, const struct config_key *key)
{
    static const char *const boots[] = { "kernel", "firmware", "bootloader",
                                         NULL };
    static const char *const sizes[] = { "memory", "maxmem", "vnuma", NULL };
    static const char *const counts[] = { "vcpus", "vnuma", NULL };
    unsigned int guests = key->arm != 0 ? key->arm : key->guests;
    const char *type = strcmp(key->name, "firmware") == 0 ? "hvm"
                       : guests & GUEST_PV                ? "pv"
                       : guests & GUEST_PVH               ? "pvh"
                       : guests & GUEST_HVM               ? "hvm"
                                                          : "pv";

    if (strcmp(key->name, "name") != 0)
        strbuf_puts(text, "name = \"t\"\n");
    if (strcmp(key->name, "type") != 0 && strcmp(key->name, "builder") != 0)
        strbuf_printf(text, "type = \"%s\"\n", type);
    if (!is_in(key->name, boots))
        strbuf_puts(text, "kernel = \"/k\"\n");
    if (!is_in(key->name, sizes))
        strbuf_puts(text, "memory = 64\n");
    if (!is_in(key->name, counts))
        strbuf_puts(text, "vcpus = 2\n");
}

static void check_key(const struct config_key *key)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    cleanup_strbuf struct strbuf text = { 0 };
    struct loaded loaded;

    print_message("# %s\n", key->name);
    add_surroundings(&text, key);
    strbuf_printf(&text, "%s\n", key->example);
    loaded_text(&loaded, text.text, text.length);
    if (loaded.rc != 0)
        fail_msg("%s", loaded.said.text);
    check_round_trip(&loaded, &settings);
    const char *written = config_settings_find(&settings, key);
    if ((written != NULL) == (key->lost != NULL))
        fail_msg("'%s' is %s, and its row says: %s", key->name,
                 written ? "written" : "not written",
                 key->lost ? key->lost : "nothing is lost");
    loaded_dispose(&loaded);
}

/*
 * A key that a domain cannot tell says in its row what becomes of it. There is
 * no file here that could be included.
 */
static void every_key_comes_back_or_says_why_not(void **state)
{
    for (size_t i = 0; i < config_key_count(); i++)
        if (config_key_at(i)->example != NULL &&
            config_key_at(i)->state != KEY_NEWER &&
            strcmp(config_key_at(i)->name, "include") != 0)
            check_key(config_key_at(i));
}

/* Only keys that nothing reads have none. */
static void every_key_has_an_example(void **state)
{
    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);

        if (key->state != KEY_IGNORED && key->example == NULL)
            fail_msg("'%s' has no example", key->name);
    }
}

#define PV "name = \"t\"; kernel = \"/k\"; memory = 64\n"
#define HVM "name = \"t\"; type = \"hvm\"; memory = 64; vcpus = 2\n"

static void the_corners_of_grammars_come_back(void **state)
{
    static const char *const texts[] = {
        PV "cmdline = \"a \\\"b\\\" c\\\\d\\te\"",
        PV "disk = [ \"phy:/dev/a,xvda,r\", \",hdc:cdrom\", "
           "\"/a,raw,xvdb,rw,backend=d,discard,untrusted,"
           "backendtype=qdisk\" ]",
        PV "disk = [ \"format=qcow2,vdev=xvda,direct-io-safe,no-discard,"
           "script=block-x,target=/a,b\" ]",
        PV "disk = [ \"vdev=xvda,colo,colo-host=h,colo-port=5,"
           "colo-export=e,active-disk=a,hidden-disk=b,target=/a\" ]",
        PV "vif = [ \"\", \"rate=10Mb/s\", \"rate=1GB/s@20ms\", "
           "\"rate=3B/s@7us\", \"rate=12345Kb/s@3s\", "
           "\"rate=4294967295GB/s@1us\" ]",
        PV "vif = [ \"mac=00:16:3e:1:2:3,model=e1000,type=ioemu,ip=10.0.0.1,"
           "vifname=v,devid=7,mtu=9000,trusted,script=vif-route\" ]",
        PV "vfb = [ \"vnc=1,vncpasswd=a,keymap=de\", \"sdl=0,opengl=1\" ]\n"
           "vkb = [ \"backend-type=linux,unique-id=x,width=3,height=4\" ]",
        PV "vnc = 1; vncdisplay = 3; vnclisten = \"0.0.0.0\"",
        PV "vsnd = [ [ \"CARD,short-name=M,buffer-size=8\", \"PCM,name=p\", "
           "\"STREAM,unique-id=0,type=p,sample-rates=44100;48000,"
           "sample-formats=s8;u8\" ], [ \"card\" ] ]",
        PV "vdispl = [ \"be-alloc=1,connectors=a:1x2;b:3x4\" ]",
        PV
        "p9 = [ \"tag=a,path=/a,security_model=none\", \"tag=b,backend=d\" ]",
        PV "vtpm = [ \"backend=d,"
           "uuid=5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f11\" ]",
        PV "channel = [ \"connection=socket,path=/p,name=n,backend=d\" ]",
        PV "pci = [ \"02:00.0@5,permissive=1\", \"0001:03:1f.*\", "
           "\"name=nic,rdm_policy=relaxed\" ]; pci_seize = 1",
        PV "usbctrl = [ \"type=qusb,version=1,ports=3\" ]\n"
           "usbdev = [ \"hostbus=1,hostaddr=2,controller=0,port=1\" ]",
        PV "ioports = [ \"2f8-2ff\", \"3f8\" ]; irqs = [ 5, \"7\" ]\n"
           "iomem = [ \"fd000,10\", \"a,b@c\" ]; dtdev = [ \"/a\" ]",
        PV "cpuid = [ \"0x1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0\", "
           "\"7,0:ebx=0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1,"
           "edx=kxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxs\" ]",
        PV "vcpus = 2; cpus = [ \"0\" ]; cpus_soft = \"all\"",
        PV "vcpus = 2; maxvcpus = 4; cpus = \"0-1\"",
        PV "vcpus = 2; cpus = [ \"0\", \"0-1,^0\", \"0\" ]; cpus_soft = \"\"",
        PV "maxmem = 128; rtc_timeoffset = \"-3600\"",
        PV "init_seclabel = \"a\"; seclabel = \"b\"",
        PV "on_crash = \"rename-restart\"; on_reboot = \"preserve\"",
        PV "tsc_mode = 1; altp2m = 2",
        HVM "viridian = 0",
        HVM "viridian = [ \"all\", \"!hcall_ipi\" ]",
        HVM "viridian = [ \"!hcall_ipi\", \"all\", \"defaults\" ]",
        HVM "viridian = [ \"base\", \"!freq\" ]",
        HVM "gfx_passthru = \"igd\"; vga = \"none\"; bios = \"ovmf\"",
        HVM "gfx_passthru = 0; serial = [ \"pty\", \"null\" ]",
        HVM "usbdevice = \"tablet\"; serial = \"pty\"",
        HVM "altp2mhvm = 1; ms_vm_genid = \"generate\"",
        HVM "rdm = \"strategy=host\"; pci = [ \"0:2.0\" ]",
        "name = \"t\"; type = \"pvh\"; kernel = \"/k\"; memory = 64\n"
        "vnuma = [ [ \"pnode=0\", \"size=32\", \"vcpus=0\", "
        "\"vdistances=10,+20\" ], [ \"pnode=0\", \"size=32\", \"vcpus=1\", "
        "\"vdistances=20,10\" ] ]",
        /* More vCPUs than the host has CPUs, which 'maxvcpus' allows. */
        "name = \"t\"; type = \"pvh\"; kernel = \"/k\"; memory = 64\n"
        "vcpus = 9; maxvcpus = 9; vnuma = [ [ \"pnode=0\", \"size=64\", "
        "\"vcpus=0-8\", \"vdistances=10\" ] ]",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct config_settings cleanup_config_settings settings = { 0 };
        struct loaded loaded;

        print_message("# %s\n", texts[i]);
        loaded_text(&loaded, texts[i], strlen(texts[i]));
        if (loaded.rc != 0)
            fail_msg("%s", loaded.said.text);
        check_round_trip(&loaded, &settings);
        assert_int_equal(settings.notes.count, 0);
        loaded_dispose(&loaded);
    }
}

/* What Xenith's own keys say is no part of the JSON. */
static void own_keys_come_back(void **state)
{
    static const char text[] =
        "name = \"t\"\n"
        "type = \"pv\"\n"
        "uuid = \"5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f11\"\n"
        "kernel = \"/k\"\n"
        "autostart = 1\n"
        "start_after = [ \"a\", \"b\" ]\n"
        "start_delay = 5\n"
        "stop_action = \"migrate:host2\"\n"
        "restart_limit = 0\n"
        "console_log = \"4096k\"\n"
        "log_level = \"debug\"\n"
        "log_outputs = [ \"file\", \"syslog\" ]\n"
        "hooks = [ \"h\" ]\n";
    struct config_settings cleanup_config_settings settings = { 0 };
    cleanup_strbuf struct strbuf got = { 0 };
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    config_settings_make(&settings, &loaded.spec, NULL);
    config_settings_render(&settings, &got);
    assert_string_equal(got.text, text);
    loaded_dispose(&loaded);
}

static void what_no_file_can_say_is_noted(void **state)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    cleanup_strbuf struct strbuf got = { 0 };
    struct loaded loaded;

    loaded_text(&loaded, PV "vif = [ \"bridge=a\" ]",
                strlen(PV "vif = [ \"bridge=a\" ]"));
    free(loaded.spec.config.nics[0].bridge);
    loaded.spec.config.nics[0].bridge = mem_strdup("a,b");
    config_settings_make(&settings, &loaded.spec, NULL);
    config_settings_render(&settings, &got);
    assert_int_equal(settings.notes.count, 1);
    assert_ptr_equal(strstr(got.text, "# vif: bridge 'a,b' has a comma"),
                     got.text);
    loaded_dispose(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kept_file_comes_back),
        cmocka_unit_test(files_by_chance_come_back),
        cmocka_unit_test(every_key_comes_back_or_says_why_not),
        cmocka_unit_test(every_key_has_an_example),
        cmocka_unit_test(the_corners_of_grammars_come_back),
        cmocka_unit_test(own_keys_come_back),
        cmocka_unit_test(what_no_file_can_say_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
