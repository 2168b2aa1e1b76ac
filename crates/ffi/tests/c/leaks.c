/* Opens and closes 10,000 objects of every kind: memory, files and threads must not grow with them. Arguments: a small
 * pack's folder, a scratch folder. Linux: it reads /proc. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "must.h"

/* KiB of memory that this process holds. */
static long resident(void) {
    long all = 0, held = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &all, &held) != 2) exit(1);
    fclose(file);
    return held * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Entries of a folder. */
static int entries(const char *path) {
    int count = 0;
    DIR *folder = opendir(path);
    if (!folder) exit(1);
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

/* Threads of this process, once none has come or gone for a fifth of a second: one that was told to end is listed
 * until the kernel has taken it down. */
static int threads_at_rest(void) {
    int count = entries("/proc/self/task");
    for (int alike = 0; alike < 10; alike++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        int now = entries("/proc/self/task");
        if (now != count) alike = 0;
        count = now;
    }
    return count;
}

static void on_update(void *user, const skinkit_live_update *update) { *(uint64_t *)user += update->sequence; }

/* A grey pixel as a PNG. */
static const uint8_t png[] = {
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 58,
        126, 155, 85, 0, 0, 0, 10, 73, 68, 65, 84, 120, 156, 99, 104, 0, 0, 0, 130, 0, 129, 119, 205, 114, 182,
        0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130};

/* One object of each kind, used once and closed. */
static void round_of_all(const char *options, const char *history_file, const uint8_t *key) {
    static uint8_t pixels[64 * 64 * 4];
    skinkit_frame frame = {0};
    frame.format = SKINKIT_PIXEL_FORMAT_RGBA8;
    frame.width = frame.height = 64;
    frame.plane_count = 1;
    frame.planes[0] = (skinkit_plane){pixels, sizeof pixels, 0, 0};
    skinkit_handle kit = 0, of_kit = 0, history = 0, photo = 0, for_region = 0, cancel = 0, live = 0;
    uint64_t heard = 0;
    char *json = NULL;
    MUST(skinkit_open(options, key, 32, &kit, &error));
    MUST(skinkit_history(kit, &of_kit, &error));
    MUST(skinkit_history_open(history_file, key, 32, 1, &history, &error));
    MUST(skinkit_history_sites(history, "me", &json, &error));
    skinkit_string_free(json);
    MUST(skinkit_photo_from_frame(&frame, &photo, &error));
    MUST(skinkit_photo_decode_for(kit, png, sizeof png, "lesion", &for_region, &error));
    MUST(skinkit_cancel_new(&cancel, &error));
    skinkit_live_listener listener = {&heard, on_update, NULL, NULL};
    MUST(skinkit_live_start(kit, "{\"region\": \"lesion\", \"auto_capture\": false}", &listener, &live, &error));
    MUST(skinkit_live_process(live, &frame, 1, NULL, &error));
    if (heard != 1) exit(1);
    skinkit_handle all[] = {live, cancel, photo, for_region, history, of_kit, kit};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) MUST(skinkit_close(all[i], &error));
    /* And what a refused call gives. */
    if (!skinkit_photo_decode(pixels, sizeof pixels, &photo, &error)) exit(1);
    skinkit_error_clear(&error);
    if (!skinkit_photo_decode_for(kit, png, sizeof png, "lesion", &photo, &error)) exit(1);
    skinkit_error_clear(&error);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    char options[2048], history[1024], other[1100];
    snprintf(history, sizeof history, "%s/scans.skinkit", argv[2]);
    snprintf(other, sizeof other, "%s/other.skinkit", argv[2]);
    snprintf(options, sizeof options, "{\"pack\": \"%s\", \"engine\": \"embedded\", \"history\": \"%s\"}", argv[1], history);
    uint8_t key[32];
    skinkit_handle made = 0;
    MUST(skinkit_key_generate(key, sizeof key, &error));
    MUST(skinkit_history_open(other, key, 32, 0, &made, &error));
    MUST(skinkit_close(made, &error));
    for (int i = 0; i < 1000; i++) round_of_all(options, other, key);
    long before = resident();
    int files = entries("/proc/self/fd"), threads = threads_at_rest();
    for (int i = 0; i < 9000; i++) round_of_all(options, other, key);
    long grown = resident() - before;
    int more_files = entries("/proc/self/fd") - files, more_threads = threads_at_rest() - threads;
    printf("10,000 of each: %ld KiB, %d files, %d threads more than after 1,000\n", grown, more_files, more_threads);
    return grown < 8192 && more_files == 0 && more_threads == 0 ? 0 : 1;
}
