/* The scenario of bindings/scenario in C. Arguments: its values in the order of `enum` below. Prints a line a step: its
 * name, a tab, the library's JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

enum { PACK = 1, ENGINE, SUBJECT, SITE, FIRST, FIRST_AT, SECOND, SECOND_AT, FACE, FACE_REGION, LARGE, LARGE_REGION, HISTORY, COUNT };

static void say(const char *step, char *json) {
    printf("%s\t%s\n", step, json);
    skinkit_string_free(json);
}

static void say_error(const char *step, int32_t status) {
    printf("%s\t\"%s\"\n", step, skinkit_status_name(status));
    skinkit_error_clear(&error);
}

static skinkit_handle photo(const char *path) {
    skinkit_handle handle = 0;
    MUST(skinkit_photo_open(path, &handle, &error));
    return handle;
}

static const char *region(const char *name) {
    static char options[64];
    snprintf(options, sizeof options, REGION("%s"), name);
    return options;
}

int main(int argc, char **v) {
    if (argc != COUNT) return 2;
    char options[2048], request[1024], erase[64], *json = NULL;
    uint8_t key[32], other[32] = {0};
    skinkit_handle kit = 0, plain = 0, history = 0, cancel = 0, none = 0;
    int64_t ids[2] = {0, 0};
    MUST(skinkit_key_generate(key, sizeof key, &error));
    snprintf(options, sizeof options, "{\"pack\": \"%s\", \"engine\": \"%s\", \"history\": \"%s\"}", v[PACK], v[ENGINE],
             v[HISTORY]);
    MUST(skinkit_open(options, key, sizeof key, &kit, &error));
    skinkit_handle photos[2] = {photo(v[FIRST]), photo(v[SECOND])}, face = photo(v[FACE]);

    MUST(skinkit_pack(kit, &json, &error));
    say("pack", json);
    MUST(skinkit_analyze(kit, photos[0], REGION("lesion"), 0, &json, &error));
    say("analyse", json);
    MUST(skinkit_analyze(kit, face, region(v[FACE_REGION]), 0, &json, &error));
    say("face", json);
    skinkit_handle large = 0;
    uint32_t width = 0, height = 0;
    MUST(skinkit_photo_open_for(kit, v[LARGE], v[LARGE_REGION], &large, &error));
    MUST(skinkit_photo_size(large, &width, &height, &error));
    printf("large.size\t[%u, %u]\n", width, height);
    MUST(skinkit_analyze(kit, large, region(v[LARGE_REGION]), 0, &json, &error));
    say("large", json);
    for (int i = 0; i < 2; i++) {
        snprintf(request, sizeof request, "{\"site\": \"%s\", \"subject\": \"%s\", \"taken_at\": %s}", v[SITE],
                 v[SUBJECT], v[i ? SECOND_AT : FIRST_AT]);
        MUST(skinkit_scan(kit, photos[i], request, 0, &ids[i], &json, &error));
        say(i ? "scan.2" : "scan.1", json);
    }
    MUST(skinkit_history(kit, &history, &error));
    MUST(skinkit_history_compare(history, v[SUBJECT], v[SITE], &json, &error));
    say("compare", json);
    MUST(skinkit_history_sites(history, v[SUBJECT], &json, &error));
    say("history.sites", json);
    MUST(skinkit_history_scans(history, v[SUBJECT], v[SITE], &json, &error));
    say("history.scans", json);
    snprintf(erase, sizeof erase, "{\"kind\": \"scan\", \"scan\": %lld}", (long long)ids[0]);
    MUST(skinkit_history_erase(history, erase, &json, &error));
    skinkit_string_free(json);
    MUST(skinkit_history_scans(history, v[SUBJECT], v[SITE], &json, &error));
    say("erase.left", json);
    MUST(skinkit_history_erase(history, "{\"kind\": \"everything\"}", &json, &error));
    say("erase.everything", json);
    MUST(skinkit_history_sites(history, v[SUBJECT], &json, &error));
    say("erase.sites", json);

    say_error("error.pack", skinkit_open("{\"pack\": \"nowhere\"}", NULL, 0, &none, &error));
    say_error("error.photo", skinkit_photo_open("nowhere.jpg", &none, &error));
    say_error("error.photo_for", skinkit_photo_open_for(kit, "nowhere.jpg", "lesion", &none, &error));
    say_error("error.other_region", skinkit_analyze(kit, large, REGION("left_cheek"), 0, &json, &error));
    say_error("error.key", skinkit_history_open(v[HISTORY], other, 32, 1, &none, &error));
    say_error("error.key_length", skinkit_history_open(v[HISTORY], key, 31, 1, &none, &error));
    say_error("error.region", skinkit_analyze(kit, photos[0], REGION("nose"), 0, &json, &error));
    say_error("error.scan", skinkit_history_erase(history, "{\"kind\": \"scan\", \"scan\": 999}", &json, &error));
    MUST(skinkit_cancel_new(&cancel, &error));
    MUST(skinkit_cancel(cancel, &error));
    say_error("error.cancelled", skinkit_analyze(kit, photos[0], REGION("lesion"), cancel, &json, &error));
    snprintf(options, sizeof options, "{\"pack\": \"%s\", \"engine\": \"%s\"}", v[PACK], v[ENGINE]);
    MUST(skinkit_open(options, NULL, 0, &plain, &error));
    say_error("error.no_history", skinkit_scan(plain, photos[0], request, 0, &ids[0], &json, &error));
    skinkit_handle held[] = {plain, kit, history, cancel, face, large, photos[1]};
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) MUST(skinkit_close(held[i], &error));
    say_error("error.closed", skinkit_analyze(kit, photos[0], REGION("lesion"), 0, &json, &error));
    MUST(skinkit_close(photos[0], &error));
    return 0;
}
