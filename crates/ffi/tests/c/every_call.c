/* Calls every function of skinkit.h as it is meant, and then as it is not. Arguments: repository, scratch folder, engine. */
#include <pthread.h>
#include <skinkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The options of an analysis of a region. */
#define REGION(name) "{\"region\": \"" name "\"}"

static const char *root, *scratch, *engine;
static int checks;

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

static void check(int holds, const char *what, int line) {
    checks++;
    if (!holds) {
        fprintf(stderr, "every_call.c:%d: %s\n", line, what);
        exit(1);
    }
}

#define OK(call) ok((call), #call, __LINE__)
#define FAILS(status, call) fails((status), (call), #call, __LINE__)

/* The error of the last call. */
static skinkit_error error;

static void ok(int32_t status, const char *what, int line) {
    checks++;
    if (status != 0 || error.status != 0 || error.reason || error.details) {
        fprintf(stderr, "every_call.c:%d: %s: %s: %s\n", line, what, skinkit_status_name(status),
                error.reason ? error.reason : "");
        exit(1);
    }
}

static void fails(int32_t expected, int32_t status, const char *what, int line) {
    checks++;
    if (status != expected || error.status != expected || !error.reason || strlen(error.reason) < 8 || !error.details) {
        fprintf(stderr, "every_call.c:%d: %s gave %s, expected %s: %s\n", line, what, skinkit_status_name(status),
                skinkit_status_name(expected), error.reason ? error.reason : "");
        exit(1);
    }
    skinkit_error_clear(&error);
    check(error.status == 0 && !error.reason && !error.details, "cleared", line);
}

static const char *path(const char *folder, const char *name) {
    static char paths[4][1024];
    static int next;
    char *out = paths[next++ % 4];
    snprintf(out, sizeof paths[0], "%s/%s", folder, name);
    return out;
}

/* Frees a JSON result that must hold a text. */
static void holds(char *json, const char *text) {
    if (!json || !strstr(json, text)) {
        fprintf(stderr, "no %s in %.200s\n", text, json ? json : "NULL");
        exit(1);
    }
    skinkit_string_free(json);
}

static void library(void) {
    CHECK(skinkit_abi_version() == SKINKIT_ABI_VERSION);
    CHECK(strchr(skinkit_version(), '.'));
    CHECK(!strcmp(skinkit_status_name(SKINKIT_STATUS_OK), "ok"));
    CHECK(!strcmp(skinkit_status_name(SKINKIT_STATUS_INTERNAL), "internal"));
    CHECK(!strcmp(skinkit_status_name(-1), "unknown") && !strcmp(skinkit_status_name(15), "unknown"));
    skinkit_string_free(NULL);
    skinkit_error_clear(NULL);
    uint8_t key[32] = {0}, zero[32] = {0};
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_key_generate(NULL, 32, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_key_generate(key, 31, &error));
    CHECK(!memcmp(key, zero, 32));
    OK(skinkit_key_generate(key, 32, &error));
    CHECK(memcmp(key, zero, 32));
}

#include "every_photo.h"

enum { SIDE = 256 };

/* A frame of grey noise, NV12. */
static skinkit_frame grey_frame(void) {
    static uint8_t y[SIDE * SIDE], uv[SIDE * SIDE / 2];
    for (int i = 0; i < SIDE * SIDE; i++) y[i] = (uint8_t)(128 + (i * 31 + i / SIDE * 17) % 64);
    memset(uv, 128, sizeof uv);
    skinkit_frame frame = {0};
    frame.format = SKINKIT_PIXEL_FORMAT_NV12;
    frame.width = frame.height = SIDE;
    frame.rotation_degrees = 90;
    frame.range = SKINKIT_RANGE_VIDEO;
    frame.matrix = SKINKIT_COLOR_MATRIX_BT709;
    frame.plane_count = 2;
    frame.planes[0] = (skinkit_plane){y, sizeof y, SIDE, 0};
    frame.planes[1] = (skinkit_plane){uv, sizeof uv, SIDE, 0};
    return frame;
}

static void frames(skinkit_handle kit) {
    skinkit_frame frame = grey_frame();
    skinkit_handle photo = 0;
    char *json = NULL;
    OK(skinkit_analyze_frame(kit, &frame, REGION("128,128,200"), 0, &json, &error));
    holds(json, "\"region\":\"128,128,200\"");
    OK(skinkit_photo_from_frame(&frame, &photo, &error));
    OK(skinkit_analyze(kit, photo, REGION("lesion"), 0, &json, &error));
    holds(json, "\"quality\"");
    OK(skinkit_close(photo, &error));

    photo = 0;
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_from_frame(NULL, &photo, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_from_frame(&frame, NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT,
          skinkit_photo_from_frame((const skinkit_frame *)((const char *)&frame + 1), &photo, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze_frame(kit, NULL, REGION("lesion"), 0, &json, &error));
    OK(skinkit_analyze_frame(kit, &frame, NULL, 0, &json, &error));
    holds(json, "\"region\":\"lesion\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze_frame(kit, &frame, REGION("lesion"), 0, NULL, &error));
    struct {
        int32_t status;
        skinkit_frame frame;
    } wrong[] = {
        {SKINKIT_STATUS_INVALID_ARGUMENT, frame}, {SKINKIT_STATUS_INVALID_ARGUMENT, frame},
        {SKINKIT_STATUS_INVALID_ARGUMENT, frame}, {SKINKIT_STATUS_INVALID_ARGUMENT, frame},
        {SKINKIT_STATUS_INVALID_ARGUMENT, frame}, {SKINKIT_STATUS_INVALID_ARGUMENT, frame},
        {SKINKIT_STATUS_INVALID_ARGUMENT, frame}, {SKINKIT_STATUS_PICTURE, frame},
        {SKINKIT_STATUS_PICTURE, frame},          {SKINKIT_STATUS_PICTURE, frame},
        {SKINKIT_STATUS_PICTURE, frame},          {SKINKIT_STATUS_PICTURE, frame},
    };
    wrong[0].frame.format = 8;
    wrong[1].frame.format = -1;
    wrong[2].frame.matrix = 2;
    wrong[3].frame.range = -7;
    wrong[4].frame.rotation_degrees = 45;
    wrong[5].frame.plane_count = 4;
    wrong[6].frame.planes[1].data = NULL;
    wrong[7].frame.planes[0].length--;
    wrong[8].frame.planes[1].row_stride = SIDE - 1;
    wrong[9].frame.plane_count = 1;
    wrong[10].frame.width = 0;
    wrong[11].frame.planes[0].row_stride = SIZE_MAX;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        FAILS(wrong[i].status, skinkit_photo_from_frame(&wrong[i].frame, &photo, &error));
        FAILS(wrong[i].status, skinkit_analyze_frame(kit, &wrong[i].frame, REGION("lesion"), 0, &json, &error));
    }
    CHECK(photo == 0);
}

/* A scale as a ruler would give it. */
#define SCALED "{\"scale\": {\"mm_per_pixel\": 0.05, \"error\": 0.001, \"source\": \"coin\"}}"

static void analyses(skinkit_handle kit) {
    char *json = NULL;
    OK(skinkit_engine(kit, &json, &error));
    holds(json, "\"kind\"");
    OK(skinkit_pack(kit, &json, &error));
    holds(json, "\"labels\"");
    OK(skinkit_quality_thresholds(&json, &error));
    holds(json, "\"min_sharpness\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_engine(kit, NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_pack(kit, NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_engine(0, &json, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_pack(UINT64_MAX, &json, &error));

    skinkit_handle face = open_photo("face.jpg"), spot = open_photo("lesion-first.jpg");
    OK(skinkit_analyze(kit, face, REGION("left_cheek"), 0, &json, &error));
    holds(json, "\"region\":\"left_cheek\"");
    FAILS(SKINKIT_STATUS_REGION, skinkit_analyze(kit, spot, REGION("nose"), 0, &json, &error));
    FAILS(SKINKIT_STATUS_REGION, skinkit_analyze(kit, spot, REGION("100,100,5"), 0, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze(kit, spot, REGION("elbow"), 0, &json, &error));
    OK(skinkit_analyze(kit, spot, NULL, 0, &json, &error));
    holds(json, "\"unit\":\"pixel\"");
    OK(skinkit_analyze(kit, spot, SCALED, 0, &json, &error));
    holds(json, "\"unit\":\"millimetre\"");
    OK(skinkit_analyze(kit, spot, "{\"measures\": false}", 0, &json, &error));
    holds(json, "\"measures\":null");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze(kit, spot, "{\"part\": 1}", 0, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze(kit, spot, REGION("lesion"), 0, NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_analyze(kit, spot, REGION("lesion"), spot, &json, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_analyze(kit, 0, REGION("lesion"), 0, &json, &error));
    CHECK(skinkit_analyze(kit, 0, REGION("lesion"), 0, &json, NULL) == SKINKIT_STATUS_CLOSED);

    skinkit_handle cancel = 0;
    OK(skinkit_cancel_new(&cancel, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_cancel_new(NULL, &error));
    OK(skinkit_cancel(cancel, &error));
    FAILS(SKINKIT_STATUS_CANCELLED, skinkit_analyze(kit, spot, REGION("lesion"), cancel, &json, &error));
    OK(skinkit_close(cancel, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_cancel(cancel, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_analyze(kit, spot, REGION("lesion"), cancel, &json, &error));
    OK(skinkit_close(face, &error));
    OK(skinkit_close(spot, &error));
}

static void landmarks(skinkit_handle kit) {
    skinkit_handle face = open_photo("face.jpg"), spot = open_photo("lesion-first.jpg");
    char *json = NULL;
    OK(skinkit_faces(kit, face, "irises", &json, &error));
    holds(json, "\"mesh_478\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_faces(kit, face, "mash", &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_faces(kit, face, "mesh", NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_faces(face, kit, "mesh", &json, &error));
    OK(skinkit_face_regions(kit, face, &json, &error));
    holds(json, "\"right_periorbital\"");
    FAILS(SKINKIT_STATUS_REGION, skinkit_face_regions(kit, spot, &json, &error));
    OK(skinkit_face_skin(kit, face, &json, &error));
    holds(json, "\"coverage\"");
    FAILS(SKINKIT_STATUS_REGION, skinkit_face_skin(kit, spot, &json, &error));
    OK(skinkit_body_skin(kit, face, NULL, &json, &error));
    holds(json, "\"tone\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_body_skin(kit, face, "{\"centre\": 1}", &json, &error));
    OK(skinkit_hands(kit, spot, &json, &error));
    holds(json, "[]");
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_hands(kit, 0, &json, &error));
    OK(skinkit_pose(kit, spot, &json, &error));
    skinkit_string_free(json);
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_pose(kit, spot, NULL, &error));
    OK(skinkit_person(kit, face, &json, &error));
    holds(json, "\"picture\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_person(kit, face, NULL, &error));
    OK(skinkit_scale_hint(kit, spot, &json, &error));
    skinkit_string_free(json);
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_scale_hint(spot, spot, &json, &error));
    OK(skinkit_scale(kit, face, "{\"kind\": \"iris\"}", NULL, &json, &error));
    holds(json, "\"mm_per_pixel\"");
    OK(skinkit_scale(kit, spot, "{\"kind\": \"card\", \"side_mm\": 20}", NULL, &json, &error));
    holds(json, "null");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scale(kit, face, "{\"kind\": \"foot\"}", NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scale(kit, face, NULL, NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT,
          skinkit_scale(kit, spot, "{\"kind\": \"coin\", \"diameter_mm\": -1}", NULL, &json, &error));

    uint32_t width = 0, height = 0;
    OK(skinkit_photo_size(face, &width, &height, &error));
    OK(skinkit_site_at(kit, face, width / 2.0f, height / 2.0f, &json, &error));
    holds(json, "\"snomed_ct\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_site_at(kit, face, 1, 1, NULL, &error));
    char pin[128], *token = NULL;
    snprintf(pin, sizeof pin, "{\"point\": [%u, %u], \"side\": 40, \"site\": null}", width / 2, height / 2);
    OK(skinkit_mark(kit, face, pin, &token, &error));
    float near[2] = {width / 2.0f, height / 2.0f}, outside[2] = {-1, -1};
    OK(skinkit_find(kit, face, token, NULL, &json, &error));
    holds(json, "\"found\"");
    OK(skinkit_find(kit, face, token, &near, &json, &error));
    holds(json, "\"found\"");
    OK(skinkit_find(kit, spot, token, NULL, &json, &error));
    holds(json, "\"unmatched\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_find(kit, face, token, &outside, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_find(kit, face, "{}", NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_mark(kit, face, "{\"point\": [-5, 5], \"side\": 40}", &json, &error));
    skinkit_string_free(token);
    OK(skinkit_close(face, &error));
    OK(skinkit_close(spot, &error));
}

static void over_time(skinkit_handle opened, int64_t first, int64_t second) {
    char *json = NULL;
    OK(skinkit_history_subjects(opened, &json, &error));
    holds(json, "[\"me\"]");
    OK(skinkit_history_sites(opened, "me", &json, &error));
    holds(json, "[\"arm\"]");
    OK(skinkit_history_lesions(opened, "me", "arm", &json, &error));
    holds(json, "[\"mole\"]");
    OK(skinkit_history_scans(opened, "me", "arm", &json, &error));
    holds(json, "\"receipt\"");
    OK(skinkit_history_scan(opened, first, &json, &error));
    holds(json, "\"taken_at\":1000");
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_history_scan(opened, 999, &json, &error));
    OK(skinkit_history_compare(opened, "me", "arm", &json, &error));
    holds(json, "no_measurable_change");
    OK(skinkit_history_compare(opened, "me", "leg", &json, &error));
    holds(json, "null");
    OK(skinkit_history_compare_scans(opened, first, second, &json, &error));
    holds(json, "\"unit\":\"millimetre\"");
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_history_compare_scans(opened, first, 999, &json, &error));
    OK(skinkit_history_noise(opened, "me", &json, &error));
    holds(json, "\"repeats\"");
    const char *mole = "{\"subject\": \"me\", \"site\": \"arm\", \"lesion\": \"mole\"}";
    OK(skinkit_history_trends(opened, mole, &json, &error));
    holds(json, "\"mm\"");
    OK(skinkit_history_trend(opened, mole, "area", &json, &error));
    holds(json, "\"measure\":\"area\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_trend(opened, mole, "weight", &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_trends(opened, "{}", &json, &error));
    OK(skinkit_history_summary(opened, "{\"verdicts\": true}", &json, &error));
    holds(json, "\"lesion\":\"mole\"");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_summary(opened, "{\"visit_days\": -1}", &json, &error));
    char request[256], *matching = NULL;
    snprintf(request, sizeof request,
             "{\"subject\": \"me\", \"site\": \"arm\", \"scans\": [%lld], \"position_sd\": 5}", (long long)second);
    OK(skinkit_history_match_lesions(opened, request, &matching, &error));
    CHECK(strstr(matching, "\"earlier\":\"mole\"") != NULL);
    OK(skinkit_history_apply_matching(opened, "me", "arm", matching, 3000, &json, &error));
    holds(json, "\"new\":false");
    skinkit_string_free(matching);
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_match_lesions(opened, "{}", &json, &error));
    OK(skinkit_history_assign(opened, second, "mole", "a person's word", 4000, &error));
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_history_assign(opened, 999, NULL, "x", 4000, &error));
    OK(skinkit_history_assignments(opened, second, &json, &error));
    holds(json, "a person's word");
    OK(skinkit_history_nearest(opened, first, 5, &json, &error));
    holds(json, "\"similarity\"");
    FAILS(SKINKIT_STATUS_UNMEASURABLE, skinkit_history_unlike_the_others(opened, "me", &json, &error));
    uint8_t *png = NULL;
    size_t length = 0;
    OK(skinkit_history_thumbnail(opened, first, "mask", 64, &png, &length, &error));
    CHECK(length > 100 && memcmp(png, "\x89PNG", 4) == 0);
    skinkit_bytes_free(png, length);
    skinkit_bytes_free(NULL, 0);
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_thumbnail(opened, first, "mask", 5, &png, &length, &error));
    OK(skinkit_history_check(opened, &json, &error));
    holds(json, "\"problems\":[]");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_sites(opened, NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_scans(opened, "me", NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_compare(opened, "me", "arm", NULL, &error));
}

static void files(skinkit_handle opened, const uint8_t *key) {
    char *json = NULL;
    const char *request = "{\"format\": \"json\", \"subject\": null, \"pictures\": true}";
    OK(skinkit_history_export(opened, request, path(scratch, "export.json"), &json, &error));
    holds(json, "2");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_export(opened, "{}", path(scratch, "x.json"), &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_export(opened, request, path(scratch, "none/x.json"), &json, &error));
    OK(skinkit_history_import(opened, path(scratch, "export.json"), &json, &error));
    holds(json, "\"known\":2");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_import(opened, path(scratch, "nowhere.json"), &json, &error));
    OK(skinkit_history_backup(opened, path(scratch, "backup.skinkit"), &json, &error));
    skinkit_string_free(json);
    FAILS(SKINKIT_STATUS_HISTORY, skinkit_history_backup(opened, path(scratch, "backup.skinkit"), &json, &error));
    OK(skinkit_history_restore(path(scratch, "backup.skinkit"), path(scratch, "again.skinkit"), key, 32, &json, &error));
    holds(json, "\"scans\":2");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT,
          skinkit_history_restore(path(scratch, "backup.skinkit"), path(scratch, "x"), key, 31, &json, &error));
    uint8_t other[32] = {7};
    OK(skinkit_history_rotate_key(opened, other, 32, &error));
    OK(skinkit_history_rotate_key(opened, key, 32, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_rotate_key(opened, key, 3, &error));
}

static void history(skinkit_handle kit, const uint8_t *key) {
    skinkit_handle first = open_photo("lesion-first.jpg"), second = open_photo("lesion-second.jpg"), opened = 0, photo = 0;
    int64_t scan = 0, ids[2] = {0, 0};
    char *json = NULL, request[512];
    for (int i = 0; i < 2; i++) {
        snprintf(request, sizeof request,
                 "{\"site\": \"arm\", \"lesion\": \"mole\", \"position\": [1, 2], \"options\": " SCALED
                 ", \"taken_at\": %d000}",
                 i + 1);
        OK(skinkit_scan(kit, i ? second : first, request, 0, &ids[i], &json, &error));
        holds(json, "\"unit\":\"millimetre\"");
    }
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scan(kit, first, "{\"sight\": \"arm\"}", 0, &scan, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scan(kit, first, "{\"site\": \" \"}", 0, &scan, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scan(kit, first, NULL, 0, &scan, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scan(kit, first, "{\"site\": \"arm\"}", 0, NULL, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scan(kit, first, "{\"site\": \"arm\"}", 0, &scan, NULL, &error));
    OK(skinkit_reopen_photo(kit, ids[0], path(path(root, "examples/photos"), "lesion-first.jpg"), &photo, &error));
    OK(skinkit_replay(kit, ids[0], photo, NULL, &json, &error));
    holds(json, "\"reproduced\":true");
    OK(skinkit_close(photo, &error));
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_replay(kit, 999, first, NULL, &json, &error));
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_reopen_photo(kit, 999, root, &photo, &error));

    OK(skinkit_history(kit, &opened, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history(kit, NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_history_sites(kit, "me", &json, &error));
    over_time(opened, ids[0], ids[1]);
    files(opened, key);

    snprintf(request, sizeof request, "{\"kind\": \"scan\", \"scan\": %lld}", (long long)ids[1]);
    OK(skinkit_history_erase(opened, request, &json, &error));
    holds(json, "\"scans\":1");
    FAILS(SKINKIT_STATUS_NOT_FOUND, skinkit_history_erase(opened, request, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_erase(opened, "{\"kind\": \"sight\"}", &json, &error));
    OK(skinkit_history_erase(opened, "{\"kind\": \"site\", \"subject\": \"me\", \"site\": \"arm\"}", &json, &error));
    holds(json, "\"scans\":1");
    OK(skinkit_history_erase(opened, "{\"kind\": \"everything\"}", &json, &error));
    holds(json, "\"scans\":0");
    OK(skinkit_close(opened, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_history_erase(opened, "{\"kind\": \"everything\"}", &json, &error));

    OK(skinkit_history_open(path(scratch, "scans.skinkit"), key, 32, 1, &opened, &error));
    OK(skinkit_close(opened, &error));
    uint8_t wrong[32] = {1};
    FAILS(SKINKIT_STATUS_WRONG_KEY, skinkit_history_open(path(scratch, "scans.skinkit"), wrong, 32, 0, &opened, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_open(path(scratch, "x"), key, 31, 0, &opened, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_open(path(scratch, "x"), NULL, 32, 0, &opened, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_history_open(NULL, key, 32, 0, &opened, &error));
    FAILS(SKINKIT_STATUS_HISTORY, skinkit_history_open(path(scratch, "not-there"), key, 32, 1, &opened, &error));
    OK(skinkit_close(first, &error));
    OK(skinkit_close(second, &error));
}

/* What a listener heard; written by the session's threads, read when they are done or behind a call of SkinKit. */
struct heard {
    skinkit_handle live;
    int updates, captures, failures;
    int closes;
};

static void on_update(void *user, const skinkit_live_update *update) {
    struct heard *heard = user;
    heard->updates++;
    if (update->sequence != (uint64_t)heard->updates || update->width != SIDE || update->outline_count < 4 ||
        !update->outline || update->mesh_count != 0 || update->face != 0) {
        fprintf(stderr, "a live update makes no sense\n");
        exit(1);
    }
    char *json = NULL;
    if (skinkit_live_counts(heard->live, &json, NULL) == 0) skinkit_string_free(json);
    if (heard->closes) skinkit_close(heard->live, NULL);
}

static void on_capture(void *user, int64_t scan, const char *json) {
    struct heard *heard = user;
    heard->captures++;
    if (scan != -1 || !strstr(json, "\"chosen_from\"")) {
        fprintf(stderr, "a capture makes no sense: %.200s\n", json);
        exit(1);
    }
}

static void on_failure(void *user, int32_t status, const char *reason) {
    struct heard *heard = user;
    heard->failures++;
    fprintf(stderr, "%s: %s\n", skinkit_status_name(status), reason);
}

static void live(skinkit_handle kit) {
    skinkit_frame frame = grey_frame();
    struct heard heard = {0};
    skinkit_live_listener listener = {&heard, on_update, on_capture, on_failure};
    skinkit_handle session = 0;
    char *json = NULL;
    int64_t scan = 0;
    int32_t pushed = -1;
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_start(kit, "{\"regions\": 1}", &listener, &session, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_start(kit, "{}", &listener, NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT,
          skinkit_live_start(kit, "{}", (const skinkit_live_listener *)((const char *)&listener + 1), &session, &error));
    FAILS(SKINKIT_STATUS_NO_HISTORY, skinkit_live_start(kit, "{\"keep\": {\"site\": \"arm\"}}", NULL, &session, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_live_start(0, "{}", NULL, &session, &error));
    CHECK(session == 0);

    OK(skinkit_live_start(kit, "{\"auto_capture\": false}", &listener, &session, &error));
    heard.live = session;
    OK(skinkit_live_latest(session, &json, &error));
    holds(json, "null");
    OK(skinkit_live_process(session, &frame, 1000000, &pushed, &error));
    CHECK(pushed == SKINKIT_PUSHED_TAKEN && heard.updates == 1);
    OK(skinkit_live_process(session, &frame, 1000000, &pushed, &error));
    CHECK(pushed == SKINKIT_PUSHED_STALE && heard.updates == 1);
    OK(skinkit_live_latest(session, &json, &error));
    holds(json, "\"sequence\":1");
    OK(skinkit_live_take_capture(session, &scan, &json, &error));
    holds(json, "null");
    OK(skinkit_live_shutter(session, &error));
    OK(skinkit_live_process(session, &frame, 2000000, NULL, &error));
    do {
        OK(skinkit_live_take_capture(session, &scan, &json, &error));
        if (!strcmp(json, "null")) skinkit_string_free(json), json = NULL;
    } while (!json);
    CHECK(scan == -1);
    holds(json, "\"analysis\"");

    OK(skinkit_live_restart(session, &error));
    OK(skinkit_live_set_region(session, "100,100,80", &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_set_region(session, "elbow", &error));
    OK(skinkit_live_pause(session, &error));
    OK(skinkit_live_push(session, &frame, 3000000, &pushed, &error));
    CHECK(pushed == SKINKIT_PUSHED_PAUSED);
    OK(skinkit_live_resume(session, &error));
    OK(skinkit_live_set_thermal_level(session, 3, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_set_thermal_level(session, 4, &error));
    OK(skinkit_live_push(session, &frame, 4000000, &pushed, &error));
    CHECK(pushed == SKINKIT_PUSHED_SKIPPED);
    OK(skinkit_live_set_thermal_level(session, 0, &error));
    OK(skinkit_live_push(session, &frame, 5000000, &pushed, &error));
    CHECK(pushed == SKINKIT_PUSHED_TAKEN);
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_push(session, NULL, 6000000, &pushed, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_process(session, NULL, 6000000, &pushed, &error));
    frame.planes[0].length = 5;
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_live_push(session, &frame, 6000000, &pushed, &error));
    frame = grey_frame();
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_counts(session, NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_latest(session, NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_live_take_capture(session, NULL, &json, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_live_shutter(kit, &error));
    OK(skinkit_close(session, &error));
    CHECK(heard.captures == 1 && heard.failures == 0);
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_live_push(session, &frame, 7000000, &pushed, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_live_restart(session, &error));

    /* A listener that closes its own session, on this thread and on the session's; and a host that hears nothing. */
    for (int inside = 0; inside < 2; inside++) {
        /* Outlives the callback that is on its way out when the handle is closed already. */
        static struct heard of_both[2] = {{.closes = 1}, {.closes = 1}};
        struct heard *closing = &of_both[inside];
        skinkit_live_listener closer = {closing, on_update, NULL, NULL};
        OK(skinkit_live_start(kit, "{}", &closer, &closing->live, &error));
        if (inside) {
            OK(skinkit_live_process(closing->live, &frame, 1, NULL, &error));
        } else {
            OK(skinkit_live_push(closing->live, &frame, 1, NULL, &error));
            while (skinkit_live_push(closing->live, &frame, 1, NULL, NULL) != SKINKIT_STATUS_CLOSED) {
            }
        }
        FAILS(SKINKIT_STATUS_CLOSED, skinkit_close(closing->live, &error));
    }
    skinkit_live_listener deaf = {0};
    OK(skinkit_live_start(kit, "{\"auto_capture\": false}", &deaf, &session, &error));
    OK(skinkit_live_process(session, &frame, 1, NULL, &error));
    OK(skinkit_close(session, &error));
}

/* Shared by threads. */
static skinkit_handle shared_kit, shared_photo;

static void *analyze_until_closed(void *unused) {
    for (;;) {
        char *json = NULL;
        int32_t status = skinkit_analyze(shared_kit, shared_photo, REGION("lesion"), 0, &json, NULL);
        if (status == SKINKIT_STATUS_CLOSED) return unused;
        if (status != 0 || !json) {
            fprintf(stderr, "an analysis gave %d\n", status);
            exit(1);
        }
        skinkit_string_free(json);
    }
}

/* Closes a kit that two threads work with: each of their calls is whole or says that the kit is closed. */
static void close_under_way(skinkit_handle kit) {
    shared_kit = kit;
    shared_photo = open_photo("lesion-second.jpg");
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, analyze_until_closed, NULL) == 0);
    char *json = NULL;
    OK(skinkit_analyze(kit, shared_photo, REGION("lesion"), 0, &json, &error));
    holds(json, "\"timings\"");
    OK(skinkit_close(kit, &error));
    for (int i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    OK(skinkit_close(shared_photo, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_close(kit, &error));
}

static void open_kits(const uint8_t *key) {
    char options[2048];
    skinkit_handle kit = 0;
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open(NULL, NULL, 0, &kit, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open("{", NULL, 0, &kit, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open("{\"pack\": \"x\", \"packs\": 1}", NULL, 0, &kit, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open("{\"pack\": \"x\", \"history\": \"y\"}", NULL, 0, &kit, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open("{\"pack\": \"x\"}", key, 32, &kit, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_open("{\"pack\": \"x\"}", NULL, 0, NULL, &error));
    FAILS(SKINKIT_STATUS_PACK, skinkit_open("{\"pack\": \"nowhere\"}", NULL, 0, &kit, &error));
    CHECK(kit == 0);

    snprintf(options, sizeof options,
             "{\"pack\": \"%s/models/lesion-ham7\", \"engine\": \"%s\", \"networks\": \"%s/models/landmarks\"}", root, engine,
             root);
    OK(skinkit_open(options, NULL, 0, &kit, &error));
    skinkit_handle none = 0;
    FAILS(SKINKIT_STATUS_NO_HISTORY, skinkit_history(kit, &none, &error));
    photos(kit);
    photos_for_a_region(kit);
    frames(kit);
    analyses(kit);
    landmarks(kit);
    live(kit);
    close_under_way(kit);

    snprintf(options, sizeof options,
             "{\"pack\": \"%s/models/lesion-ham7\", \"engine\": \"%s\", \"history\": \"%s/scans.skinkit\", "
             "\"keep_pictures\": true}",
             root, engine, scratch);
    OK(skinkit_open(options, key, 32, &kit, &error));
    history(kit, key);
    OK(skinkit_close(kit, &error));
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    root = argv[1];
    scratch = argv[2];
    engine = argv[3];
    library();
    uint8_t key[32];
    OK(skinkit_key_generate(key, sizeof key, &error));
    open_kits(key);
    printf("%d checks\n", checks);
    return 0;
}
