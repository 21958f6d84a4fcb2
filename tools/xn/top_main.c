/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-top, what `xn top` is on a terminal: a program of its own, so that no
 * other command loads what draws a screen. Its words are its own affair:
 * SECONDS and the letters of what is shown, as "nxvrfz".
 */
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "xn/top_view.h"

/* One that draws nothing else: lines that are there, as far as they fit. */
static void draw_text(char *text)
{
    int row = 0;

    erase();
    for (char *next = text, *line;
         row < LINES - 1 && (line = strsep(&next, "\n")) != NULL; row++) {
        move(row, 0);
        if (strstr(line, "STATE   CPU(sec)") != NULL)
            attron(A_REVERSE);
        addnstr(line, COLS);
        attroff(A_REVERSE);
    }
}

static void draw(const struct top_view *view, const struct top_sample *now,
                 const struct top_sample *before)
{
    cleanup_strbuf struct strbuf text = { 0 };
    cleanup_free char *menu = top_view_menu(view);
    char clock[16] = "";
    time_t seconds = time(NULL);
    struct tm local;

    if (localtime_r(&seconds, &local) != NULL)
        strftime(clock, sizeof(clock), "%H:%M:%S", &local);
    top_view_summary(&text, now, clock);
    top_table_add(&text, now, before, &view->shown, view->first);
    draw_text(text.text);
    if (LINES > 0)
        mvaddnstr(LINES - 1, 2, menu, COLS > 2 ? COLS - 2 : 0);
    refresh();
}

static int translate(int key)
{
    switch (key) {
    case KEY_UP:
        return TOP_KEY_UP;
    case KEY_DOWN:
        return TOP_KEY_DOWN;
    case KEY_BACKSPACE:
        return '\b';
    case KEY_ENTER:
        return '\r';
    default:
        return key;
    }
}

/* Takes keys until the time is over. false: the user has enough. */
static bool take_keys(struct top_view *view, struct top_sample *now,
                      const struct top_sample *before)
{
    int64_t start = clock_now_ms();
    bool vcpus = view->shown.vcpus;

    for (;;) {
        int64_t end = start + (int64_t)view->seconds * 1000;
        top_table_sort(now, before, view->sort, view->shown.dom0_first);
        draw(view, now, before);
        timeout(clock_left_ms(end));
        int key = getch();
        if (key != ERR && key != KEY_RESIZE &&
            !top_view_key(view, translate(key)))
            return false;
        if (clock_is_past(end) || (view->shown.vcpus && !vcpus))
            return true;
        if (key == ERR && !isatty(STDIN_FILENO)) /* nobody types any more */
            return false;
    }
}

static int follow(struct host *host, struct top_view *view, struct error *err)
{
    struct top_sample before = { 0 }, now = { 0 };
    bool first = true, wanted = true;
    int rc = 0;

    while (wanted) {
        rc = top_sample_take(host, view->shown.vcpus, &now, err);
        if (rc < 0)
            break;
        if (view->first >= now.domains.items.count)
            view->first = 0;
        wanted = take_keys(view, &now, first ? NULL : &before);
        top_sample_dispose(&before);
        before = now;
        now = (struct top_sample){ 0 };
        first = false;
    }
    top_sample_dispose(&now);
    top_sample_dispose(&before);
    return rc;
}

static int run_screen(struct host *host, struct top_view *view,
                      struct error *err)
{
    SCREEN *screen = newterm(NULL, stdout, stdin);

    if (screen == NULL)
        return error_set(err, ERR_FAILED, "no such terminal: TERM");
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(100);
    curs_set(0);
    int rc = follow(host, view, err);
    endwin();
    delscreen(screen);
    return rc;
}

static int read_words(int argc, char **argv, struct top_view *view,
                      struct error *err)
{
    uint32_t seconds;

    if (argc != 3 || !number_parse_u32(argv[1], &seconds) || seconds == 0)
        return error_set(err, ERR_USAGE, "it is run by xn top");
    view->seconds = seconds;
    view->shown = (struct top_shown){
        .networks = strchr(argv[2], 'n') != NULL,
        .vbds = strchr(argv[2], 'x') != NULL,
        .vcpus = strchr(argv[2], 'v') != NULL,
        .repeat_header = strchr(argv[2], 'r') != NULL,
        .full_names = strchr(argv[2], 'f') != NULL,
        .dom0_first = strchr(argv[2], 'z') != NULL,
    };
    return 0;
}

int main(int argc, char **argv)
{
    cleanup_error struct error err = ERROR_INIT;
    struct top_view view = { 0 };
    struct host host = { 0 };

    setlocale(LC_CTYPE, "");
    log_set_name("xn top");
    int rc = read_words(argc, argv, &view, &err);
    if (rc == 0)
        rc = host_open(&host, 0, &err);
    if (rc == 0)
        rc = run_screen(&host, &view, &err);
    host_close(&host);
    if (rc == 0)
        return 0;
    fprintf(stderr, "xn top: %s\n", err.message);
    if (err.hint != NULL)
        fprintf(stderr, "    %s\n", err.hint);
    return err.kind;
}
