/*
 * SkinKit: on-device skin analysis. It records, measures and compares; it is not a medical device.
 *
 * Made by cbindgen from crates/ffi/src/c: do not edit. bindings/c/README.md says how to build and link.
 *
 * Calls. A function that can fail gives a skinkit_status (0 is success) and takes a skinkit_error, which may be NULL.
 * A result is written only on success; where it should go may not be NULL.
 *
 * Pointers are NULL, which is an error unless said otherwise, or valid during the call for what they point to. Text is
 * UTF-8 and ends with a NUL. What is passed in is borrowed during the call and never kept or changed.
 *
 * Ownership. Text that a call gives is freed with skinkit_string_free, a failed call's error with skinkit_error_clear,
 * a handle with skinkit_close. Handles are looked up: one that is closed, of another kind or made up gives
 * SKINKIT_STATUS_CLOSED, in any thread.
 *
 * Threads. Every function may be called from any thread, with the same handles at the same time. Calls block; none holds
 * a lock across a run of a network.
 *
 * JSON results have the fields of the Rust types of crate skinkit; a reader must pass over fields that it does not know.
 */


#ifndef SKINKIT_H
#define SKINKIT_H

#include <stddef.h>
#include <stdint.h>

/**
 * What `skinkit_abi_version` gives in the library that this header belongs to.
 */
#define SKINKIT_ABI_VERSION 1

/**
 * What a call came to. Numbers never change their meaning; new ones may be added.
 */
enum skinkit_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    SKINKIT_STATUS_OK = 0,
    /**
     * The call makes no sense: a null pointer, a value out of its range, a wrong length, an unknown name.
     */
    SKINKIT_STATUS_INVALID_ARGUMENT = 1,
    /**
     * A photo or frame that cannot be read.
     */
    SKINKIT_STATUS_PICTURE = 2,
    /**
     * What was asked for is not in the picture: no face, too small, cut off, outside.
     */
    SKINKIT_STATUS_REGION = 3,
    /**
     * The model pack is refused.
     */
    SKINKIT_STATUS_PACK = 4,
    /**
     * No engine, or an engine that failed.
     */
    SKINKIT_STATUS_RUNTIME = 5,
    /**
     * A history was needed, but SkinKit was opened without one.
     */
    SKINKIT_STATUS_NO_HISTORY = 6,
    /**
     * The key does not open the history.
     */
    SKINKIT_STATUS_WRONG_KEY = 7,
    /**
     * The history's file: missing, damaged, newer than this version, not writable, full.
     */
    SKINKIT_STATUS_HISTORY = 8,
    /**
     * The history is in use by another writer: try again.
     */
    SKINKIT_STATUS_BUSY = 9,
    /**
     * No such scan (never was, or erased).
     */
    SKINKIT_STATUS_NOT_FOUND = 10,
    /**
     * Too little to measure or compare.
     */
    SKINKIT_STATUS_UNMEASURABLE = 11,
    /**
     * The call was cancelled; nothing was kept.
     */
    SKINKIT_STATUS_CANCELLED = 12,
    /**
     * The handle is closed, was never given out, or is of another kind.
     */
    SKINKIT_STATUS_CLOSED = 13,
    /**
     * A fault of SkinKit itself: please report it.
     */
    SKINKIT_STATUS_INTERNAL = 14,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_status skinkit_status;
#else
typedef int32_t skinkit_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How pixels lie in memory.
 */
enum skinkit_pixel_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * One plane, bytes R G B.
     */
    SKINKIT_PIXEL_FORMAT_RGB8 = 0,
    /**
     * One plane, bytes R G B A; alpha is ignored.
     */
    SKINKIT_PIXEL_FORMAT_RGBA8 = 1,
    /**
     * One plane, bytes B G R A; alpha is ignored.
     */
    SKINKIT_PIXEL_FORMAT_BGRA8 = 2,
    /**
     * One plane of luma, full range.
     */
    SKINKIT_PIXEL_FORMAT_GRAY8 = 3,
    /**
     * Y plane, and interleaved U V plane at half size.
     */
    SKINKIT_PIXEL_FORMAT_NV12 = 4,
    /**
     * Y plane, and interleaved V U plane at half size.
     */
    SKINKIT_PIXEL_FORMAT_NV21 = 5,
    /**
     * Y, U and V planes, chroma at half size.
     */
    SKINKIT_PIXEL_FORMAT_I420 = 6,
    /**
     * Android YUV_420_888: Y, U and V planes with the strides that the camera reports.
     */
    SKINKIT_PIXEL_FORMAT_YUV420 = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_pixel_format skinkit_pixel_format;
#else
typedef int32_t skinkit_pixel_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Luma weights of a YUV frame.
 */
enum skinkit_color_matrix
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * ITU-R BT.601 (JPEG, most Android cameras).
     */
    SKINKIT_COLOR_MATRIX_BT601 = 0,
    /**
     * ITU-R BT.709 (HD video).
     */
    SKINKIT_COLOR_MATRIX_BT709 = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_color_matrix skinkit_color_matrix;
#else
typedef int32_t skinkit_color_matrix;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which part of 0..=255 a YUV frame uses.
 */
enum skinkit_range
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * All of it.
     */
    SKINKIT_RANGE_FULL = 0,
    /**
     * Luma 16..=235, chroma 16..=240.
     */
    SKINKIT_RANGE_VIDEO = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_range skinkit_range;
#else
typedef int32_t skinkit_range;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the user should be shown.
 */
enum skinkit_guidance
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * There is no face in the picture, and the region belongs to one.
     */
    SKINKIT_GUIDANCE_SHOW_FACE = 0,
    /**
     * Something about the picture has to be better first: see `issue`.
     */
    SKINKIT_GUIDANCE_IMPROVE = 1,
    /**
     * All is well: stay like this.
     */
    SKINKIT_GUIDANCE_HOLD = 2,
    /**
     * The capture is being analyzed; the camera may move.
     */
    SKINKIT_GUIDANCE_WAIT = 3,
    /**
     * The capture has been delivered.
     */
    SKINKIT_GUIDANCE_DONE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_guidance skinkit_guidance;
#else
typedef int32_t skinkit_guidance;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where a session stands.
 */
enum skinkit_live_phase
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * No good frame yet.
     */
    SKINKIT_LIVE_PHASE_LOOKING = 0,
    /**
     * Good frames are being collected.
     */
    SKINKIT_LIVE_PHASE_HOLDING = 1,
    /**
     * One was captured and is being analyzed.
     */
    SKINKIT_LIVE_PHASE_ANALYZING = 2,
    /**
     * It was delivered; nothing more is captured until a restart.
     */
    SKINKIT_LIVE_PHASE_DONE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_live_phase skinkit_live_phase;
#else
typedef int32_t skinkit_live_phase;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What became of a frame.
 */
enum skinkit_pushed
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It will be looked at unless a newer one comes first; or it was looked at, in `skinkit_live_process`.
     */
    SKINKIT_PUSHED_TAKEN = 0,
    /**
     * A newer or equally old one was there before.
     */
    SKINKIT_PUSHED_STALE = 1,
    /**
     * All buffers are in use, or another frame is being looked at.
     */
    SKINKIT_PUSHED_BUSY = 2,
    /**
     * The device is too warm for it.
     */
    SKINKIT_PUSHED_SKIPPED = 3,
    /**
     * The session is paused.
     */
    SKINKIT_PUSHED_PAUSED = 4,
    /**
     * The session is closed.
     */
    SKINKIT_PUSHED_CLOSED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_pushed skinkit_pushed;
#else
typedef int32_t skinkit_pushed;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a picture is not good enough.
 */
enum skinkit_quality_issue
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is good enough.
     */
    SKINKIT_QUALITY_ISSUE_NONE = 0,
    /**
     * The region has too few pixels: move closer.
     */
    SKINKIT_QUALITY_ISSUE_TOO_SMALL = 1,
    /**
     * Part of the region lies outside of the picture: frame it whole.
     */
    SKINKIT_QUALITY_ISSUE_CUT_OFF = 2,
    /**
     * The head is turned away: face the camera.
     */
    SKINKIT_QUALITY_ISSUE_TURNED = 3,
    /**
     * Too little light.
     */
    SKINKIT_QUALITY_ISSUE_TOO_DARK = 4,
    /**
     * Too much light.
     */
    SKINKIT_QUALITY_ISSUE_TOO_BRIGHT = 5,
    /**
     * The camera or the skin moves from frame to frame: hold still.
     */
    SKINKIT_QUALITY_ISSUE_UNSTEADY = 6,
    /**
     * Out of focus: hold the camera steady and let it focus.
     */
    SKINKIT_QUALITY_ISSUE_BLURRED = 7,
    /**
     * Blurred along one direction: hold still.
     */
    SKINKIT_QUALITY_ISSUE_MOVED = 8,
    /**
     * The light is mirrored: change the angle.
     */
    SKINKIT_QUALITY_ISSUE_GLARE = 9,
    /**
     * Coloured light: use daylight or white light.
     */
    SKINKIT_QUALITY_ISSUE_COLOUR_CAST = 10,
    /**
     * One that this version of the header does not know.
     */
    SKINKIT_QUALITY_ISSUE_OTHER = 99,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum skinkit_quality_issue skinkit_quality_issue;
#else
typedef int32_t skinkit_quality_issue;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Stands for an object of SkinKit: 0 is none. Valid from the call that gave it until `skinkit_close`, in every thread.
 */
typedef uint64_t skinkit_handle;

/**
 * Why a call failed. Make one, give its address to calls (or NULL where you do not want to know), and give it to
 * `skinkit_error_clear` after a call that failed. Each call overwrites it without looking at what was there.
 */
typedef struct {
    /**
     * A `skinkit_status`.
     */
    int32_t status;
    /**
     * What was wrong, where, and what to do, in English; NULL after a call that did not fail.
     */
    char *reason;
    /**
     * The error as Rust prints it, for a log; NULL after a call that did not fail.
     */
    char *details;
} skinkit_error;

/**
 * One plane of a frame.
 */
typedef struct {
    /**
     * The plane's first byte.
     */
    const uint8_t *data;
    /**
     * How many bytes there are; the last row may end without its padding.
     */
    size_t length;
    /**
     * Bytes from row to row; 0 means packed.
     */
    size_t row_stride;
    /**
     * Bytes from pixel to pixel; 0 means packed.
     */
    size_t pixel_stride;
} skinkit_plane;

/**
 * A camera's buffer: zero it, then fill in what you know. It is borrowed during a call and never written.
 */
typedef struct {
    /**
     * A `skinkit_pixel_format`.
     */
    int32_t format;
    /**
     * Stored width in pixels, before rotation.
     */
    uint32_t width;
    /**
     * Stored height in pixels, before rotation.
     */
    uint32_t height;
    /**
     * Clockwise turn that brings the stored picture upright: any multiple of 90.
     */
    int32_t rotation_degrees;
    /**
     * Not 0 where the upright picture is then mirrored left to right (front cameras).
     */
    int32_t mirrored;
    /**
     * A `skinkit_color_matrix`.
     */
    int32_t matrix;
    /**
     * A `skinkit_range`.
     */
    int32_t range;
    /**
     * How many of `planes` the format has: 1 to 3.
     */
    uint32_t plane_count;
    /**
     * The planes, in the format's order.
     */
    skinkit_plane planes[3];
} skinkit_frame;

/**
 * What one frame gave. Coordinates are pixels of the upright frame. The arrays are valid during the call only.
 */
typedef struct {
    /**
     * Counts the frames that were looked at, from 1.
     */
    uint64_t sequence;
    /**
     * The frame's time, as the host gave it.
     */
    uint64_t timestamp_ns;
    /**
     * Width of the upright frame.
     */
    uint32_t width;
    /**
     * Height of the upright frame.
     */
    uint32_t height;
    /**
     * A `skinkit_live_phase`.
     */
    int32_t phase;
    /**
     * A `skinkit_guidance`.
     */
    int32_t guidance;
    /**
     * A `skinkit_quality_issue`: what to improve.
     */
    int32_t issue;
    /**
     * How much of the hold is over, 0 to 1.
     */
    float progress;
    /**
     * Points of the region's outline, 0 where its face is not in the picture.
     */
    size_t outline_count;
    /**
     * x, y of each.
     */
    const float *outline;
    /**
     * Points of the face's mesh, 0 where the region belongs to none or it is not in the picture.
     */
    size_t mesh_count;
    /**
     * x, y, z of each.
     */
    const float *mesh;
    /**
     * The same as long as the face is not lost; 0 where there is none.
     */
    uint64_t face;
    /**
     * How the head is turned, in degrees: yaw, pitch, roll.
     */
    float turn[3];
    /**
     * Milliseconds from the start of landmarks to the update.
     */
    double total_ms;
} skinkit_live_update;

/**
 * Hears what a session has to say. Any of the functions may be NULL; `user` is handed to each and not looked at.
 *
 * Updates come one at a time and in order, from the thread that looks at frames; captures from another thread. No lock is
 * held: every function of SkinKit may be called from within, `skinkit_close` too. They must not throw C++ exceptions or
 * `longjmp`. After `skinkit_close` of the session (not from within a callback) none is called any more, but by a
 * `skinkit_live_process` that another thread is still in.
 */
typedef struct {
    /**
     * The host's own.
     */
    void *user;
    /**
     * A frame was looked at.
     */
    void (*on_update)(void *user, const skinkit_live_update *update);
    /**
     * A capture was analyzed: its number in the history, or -1 where it was not kept, and a JSON object with
     * `timestamp` (an object of `secs` and `nanos`), `quality`, `chosen_from`, `analysis`. The text is SkinKit's: copy it.
     */
    void (*on_capture)(void *user, int64_t scan, const char *json);
    /**
     * Something went wrong with a frame or the capture, and the session goes on: a `skinkit_status` and the reason, which
     * is SkinKit's.
     */
    void (*on_failure)(void *user, int32_t status, const char *reason);
} skinkit_live_listener;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Writes an export, in clear, into a file that only its owner can read and that appears under its name only when it is
 * whole; a file of that name is replaced. Gives the number of scans as JSON. `request` is a JSON object: `format`
 * (`json`, `csv`, `fhir`), `subject` (one person only; null for everybody), `pictures` (whether kept pictures go
 * along).
 */
int32_t skinkit_history_export(skinkit_handle history,
                               const char *request,
                               const char *path,
                               char **json,
                               skinkit_error *error);

/**
 * Adds the scans of a JSON export: all of them, or on an error none. Gives a JSON object of `added` and `known`.
 */
int32_t skinkit_history_import(skinkit_handle history,
                               const char *path,
                               char **json,
                               skinkit_error *error);

/**
 * Erases for good: a JSON object of `scans` and `log_emptied`. `what` is a JSON object whose `kind` is `scan` (with
 * `scan`), `lesion` (`subject`, `site`, `lesion`), `site` (`subject`, `site`), `subject` (`subject`), or `everything`.
 * What is not there erases nothing.
 */
int32_t skinkit_history_erase(skinkit_handle history,
                              const char *what,
                              char **json,
                              skinkit_error *error);

/**
 * Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes as JSON. A file
 * of that name is not replaced.
 */
int32_t skinkit_history_backup(skinkit_handle history,
                               const char *path,
                               char **json,
                               skinkit_error *error);

/**
 * Puts a backup in place of the history at `path`, after checking it whole: a JSON object of `scans` and `set_aside`. What is
 * there has to have the same key; a damaged file is moved aside. Histories that are open go on with what was restored.
 */
int32_t skinkit_history_restore(const char *backup,
                                const char *path,
                                const uint8_t *key,
                                size_t key_length,
                                char **json,
                                skinkit_error *error);

/**
 * Reads everything and says what is damaged: a JSON object of `scans` and `problems`. Changes nothing.
 */
int32_t skinkit_history_check(skinkit_handle history, char **json, skinkit_error *error);

/**
 * Changes the key to another `key_length` = 32 bytes: afterwards only these open the history. Backups made before still need
 * the old key.
 */
int32_t skinkit_history_rotate_key(skinkit_handle history,
                                   const uint8_t *new_key,
                                   size_t key_length,
                                   skinkit_error *error);

/**
 * Frees a string that a call gave; NULL is fine. The pointer is of no use afterwards.
 */
void skinkit_string_free(char *text);

/**
 * Frees what a failed call wrote into the error, and zeroes it; NULL and a zeroed error are fine.
 */
void skinkit_error_clear(skinkit_error *error);

/**
 * Closes a handle of any kind. Calls under way in other threads end first with what they hold; later ones give
 * `SKINKIT_STATUS_CLOSED`, and so does closing twice.
 */
int32_t skinkit_close(skinkit_handle handle,
                      skinkit_error *error);

/**
 * Opens a history with its `key_length` = 32 bytes. `existing` not 0: it has to be there already; else it is made.
 * Needs neither a model pack nor an engine.
 */
int32_t skinkit_history_open(const char *path,
                             const uint8_t *key,
                             size_t key_length,
                             int32_t existing,
                             skinkit_handle *history,
                             skinkit_error *error);

/**
 * Everybody in the history, in the order they were first recorded: a JSON array of strings.
 */
int32_t skinkit_history_subjects(skinkit_handle history, char **json, skinkit_error *error);

/**
 * Sites of a person, in the order they were first recorded: a JSON array of strings.
 */
int32_t skinkit_history_sites(skinkit_handle history, const char *subject, char **json, skinkit_error *error);

/**
 * Names of the lesions told apart at a site, in the order they were first seen: a JSON array of strings.
 */
int32_t skinkit_history_lesions(skinkit_handle history,
                                const char *subject,
                                const char *site,
                                char **json,
                                skinkit_error *error);

/**
 * Scans of a site, oldest first: a JSON array of objects.
 */
int32_t skinkit_history_scans(skinkit_handle history,
                              const char *subject,
                              const char *site,
                              char **json,
                              skinkit_error *error);

/**
 * One scan: a JSON object.
 */
int32_t skinkit_history_scan(skinkit_handle history, int64_t scan, char **json, skinkit_error *error);

/**
 * Compares the two latest visits of the site's lesion that was scanned last: a JSON object, or `null` where there are
 * fewer than two scans.
 */
int32_t skinkit_history_compare(skinkit_handle history,
                                const char *subject,
                                const char *site,
                                char **json,
                                skinkit_error *error);

/**
 * Compares two scans, with the noise of the later one's person: a JSON object. Blocks for some tens of milliseconds,
 * and as long again for each pair of repeat shots.
 */
int32_t skinkit_history_compare_scans(skinkit_handle history,
                                      int64_t before,
                                      int64_t after,
                                      char **json,
                                      skinkit_error *error);

/**
 * What a person's own repeat shots say about the noise of a comparison: a JSON object.
 */
int32_t skinkit_history_noise(skinkit_handle history, const char *subject, char **json, skinkit_error *error);

/**
 * Every measure of a lesion over time: a JSON array. `request` is a JSON object: `subject`, `site`, `lesion` (which
 * one there; scans that were put to none if not given), `visit_days` (days that should lie between two visits).
 */
int32_t skinkit_history_trends(skinkit_handle history,
                               const char *request,
                               char **json,
                               skinkit_error *error);

/**
 * One measure of a lesion over time (`area`, `greatest_diameter` …): a JSON object. `request` as for
 * `skinkit_history_trends`.
 */
int32_t skinkit_history_trend(skinkit_handle history,
                              const char *request,
                              const char *measure,
                              char **json,
                              skinkit_error *error);

/**
 * Counts, dates, due and missed visits of every lesion: a JSON array, an object a person. `request` is a JSON object,
 * all of it optional: `subject` (one person only), `visit_days`, `verdicts` (true: also what each lesion's latest pair
 * shows), `now` (milliseconds since 1970-01-01 UTC).
 */
int32_t skinkit_history_summary(skinkit_handle history,
                                const char *request,
                                char **json,
                                skinkit_error *error);

/**
 * Says which of a site's known lesions each scan of a visit shows: a JSON object, in which an `earlier` id is a
 * lesion's name and a `later` id a scan's number. Nothing is changed. `request` is a JSON object: `subject`, `site`,
 * `scans` (numbers), `position_sd` (how far a lesion's position may move between visits), `overrides` (a person's
 * word: objects of `earlier`, `later`, `note`).
 */
int32_t skinkit_history_match_lesions(skinkit_handle history,
                                      const char *request,
                                      char **json,
                                      skinkit_error *error);

/**
 * Puts scans to lesions as a matching of `skinkit_history_match_lesions` says: a JSON array. `at` is when, in
 * milliseconds since 1970-01-01 UTC.
 */
int32_t skinkit_history_apply_matching(skinkit_handle history,
                                       const char *subject,
                                       const char *site,
                                       const char *matching,
                                       int64_t at,
                                       char **json,
                                       skinkit_error *error);

/**
 * Every assignment of a scan to a lesion after it was added, oldest first: a JSON array.
 */
int32_t skinkit_history_assignments(skinkit_handle history, int64_t scan, char **json, skinkit_error *error);

/**
 * The `most` scans of anybody that look most like this one, itself left out, most alike first: a JSON array.
 */
int32_t skinkit_history_nearest(skinkit_handle history,
                                int64_t scan,
                                uint32_t most,
                                char **json,
                                skinkit_error *error);

/**
 * Ranks a person's lesions by how little each is like that person's others, least alike first: a JSON array. A rank,
 * not a verdict: in everyone some lesion comes first.
 */
int32_t skinkit_history_unlike_the_others(skinkit_handle history,
                                          const char *subject,
                                          char **json,
                                          skinkit_error *error);

/**
 * Puts one scan to a lesion of its site by a person's word (NULL: to no lesion), and keeps the note as evidence. `at` is when,
 * in milliseconds since 1970-01-01 UTC.
 */
int32_t skinkit_history_assign(skinkit_handle history,
                               int64_t scan,
                               const char *lesion,
                               const char *note,
                               int64_t at,
                               skinkit_error *error);

/**
 * The analyzed region of a scan as a PNG, its longer side `side` pixels (16 to 2048). `view` is `picture`, `mask` (with the
 * lesion's outline) or `heatmap`. Gives the file's bytes, to be freed with `skinkit_bytes_free`; NULL and 0 where what was
 * asked for was not kept.
 */
int32_t skinkit_history_thumbnail(skinkit_handle history,
                                  int64_t scan,
                                  const char *view,
                                  uint32_t side,
                                  uint8_t **png,
                                  size_t *length,
                                  skinkit_error *error);

/**
 * Frees bytes that a call gave, with the length that it gave; NULL is fine.
 */
void skinkit_bytes_free(uint8_t *bytes, size_t length);

/**
 * Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is named.
 *
 * `options` is a JSON object: `pack` (the model pack's folder; the only one that must be there), `history` (a file, made
 * if it is not there), `engine` (`auto`, `onnx-runtime`, `embedded`), `library` (the ONNX Runtime library to load),
 * `threads` (for one run of a network, 1 unless said otherwise), `networks` (the folder of landmark networks, like
 * `models/landmarks`; those for faces are built in), `keep_pictures` (true keeps the analyzed region of each
 * picture, encrypted), `quality` (what a picture must meet: `skinkit_quality_thresholds` gives the fields; those left out
 * keep their values), `race` (an array of ONNX Runtime's execution providers `xnnpack`, `coreml`, `nnapi` that race against
 * the processor for each network), `race_results` (the file that keeps what a race gave). `key` is the history's `key_length` = 32 bytes; NULL and 0 without a history.
 */
int32_t skinkit_open(const char *options,
                     const uint8_t *key,
                     size_t key_length,
                     skinkit_handle *kit,
                     skinkit_error *error);

/**
 * Which engine runs the networks, and why not the other one: a JSON object with `kind`, `version`, `library`, `note`.
 */
int32_t skinkit_engine(skinkit_handle kit,
                       char **json,
                       skinkit_error *error);

/**
 * The pack's manifest as JSON: `models/README.md` says what is in it.
 */
int32_t skinkit_pack(skinkit_handle kit, char **json, skinkit_error *error);

/**
 * Judges, classifies and measures one picture; nothing is kept. Blocks.
 *
 * `options` is a JSON object, or NULL for a close-up of one spot: `region` (`lesion`, `face`, a part of the face
 * (`whole_face`, `forehead`, `left_cheek`, `right_cheek`, `nose`, `chin`, `perioral`, `left_periorbital`,
 * `right_periorbital`), or `X,Y,SIZE`: center and side of a square in pixels of the upright picture), `scale` (the object
 * that `skinkit_scale` gives: then sizes are in millimeters), `measures` (false leaves the measures out; true), `capture` (how
 * the picture was taken: `auto`, `dermoscope`, `close_up`), `context` (what a person knows of the lesion: an object of answers
 * by the question's id in the pack). `cancel` may be 0. The JSON object has `region`, `roi`, `face`, `quality`, `finding`,
 * `measures`, `scale`, `engine` and `timings`.
 */
int32_t skinkit_analyze(skinkit_handle kit,
                        skinkit_handle photo,
                        const char *options,
                        skinkit_handle cancel,
                        char **json,
                        skinkit_error *error);

/**
 * `skinkit_analyze` of a camera frame, borrowed during the call and not copied.
 */
int32_t skinkit_analyze_frame(skinkit_handle kit,
                              const skinkit_frame *frame,
                              const char *options,
                              skinkit_handle cancel,
                              char **json,
                              skinkit_error *error);

/**
 * Analyzes one picture and adds it to the history; returns when it is safely on the disk. Blocks.
 *
 * `request` is a JSON object: `site` (where on the body, in the user's words; must be there), `subject` (whose skin: `me`
 * unless said otherwise), `lesion` (which one there, where they are told apart), `position` (`[x, y]` of the lesion on the
 * site, in any unit that all its scans share), `options` (as for `skinkit_analyze`), `taken_at` (milliseconds since
 * 1970-01-01 UTC; now), `picture_sha256` (of the picture's file, in hexadecimal). `cancel` may be 0. Gives the scan's
 * number and the JSON object of `skinkit_analyze`.
 */
int32_t skinkit_scan(skinkit_handle kit,
                     skinkit_handle photo,
                     const char *request,
                     skinkit_handle cancel,
                     int64_t *scan,
                     char **json,
                     skinkit_error *error);

/**
 * The history that SkinKit was opened with; close it on its own. It may outlive the kit.
 */
int32_t skinkit_history(skinkit_handle kit, skinkit_handle *history, skinkit_error *error);

/**
 * Runs a scan's picture again, by the scan's own region and scale, and compares every number with what was recorded: a
 * JSON object. Nothing is added. The photo has to be opened as it was then: `skinkit_reopen_photo`. `picture_sha256` may be
 * NULL. Blocks.
 */
int32_t skinkit_replay(skinkit_handle kit,
                       int64_t scan,
                       skinkit_handle photo,
                       const char *picture_sha256,
                       char **json,
                       skinkit_error *error);

/**
 * Opens the photo of a scan as it was opened then, for the scan's region or whole, to replay it. Blocks.
 */
int32_t skinkit_reopen_photo(skinkit_handle kit,
                             int64_t scan,
                             const char *path,
                             skinkit_handle *photo,
                             skinkit_error *error);

/**
 * What a picture must meet to be accepted unless the host says otherwise: a JSON object.
 */
int32_t skinkit_quality_thresholds(char **json, skinkit_error *error);

/**
 * Faces in the picture, by falling score: a JSON array of objects with `detection` and `mesh`. `detail` is `mesh`, `irises`
 * (also `mesh_478`), or `steady` (both, averaged over several looks). Blocks.
 */
int32_t skinkit_faces(skinkit_handle kit,
                      skinkit_handle photo,
                      const char *detail,
                      char **json,
                      skinkit_error *error);

/**
 * Every part of the largest face: a JSON array of objects with `region` and `roi`. Blocks.
 */
int32_t skinkit_face_regions(skinkit_handle kit, skinkit_handle photo, char **json, skinkit_error *error);

/**
 * The skin of the largest face: a JSON object with `mask` and `regions`. Blocks.
 */
int32_t skinkit_face_skin(skinkit_handle kit, skinkit_handle photo, char **json, skinkit_error *error);

/**
 * The skin of a person: a JSON object with `roi`, `cells`, `tone`, `coverage`. `roi` is the region to look in as a JSON object
 * (`centre`, `width`, `height`, `rotation`), NULL for the whole picture. Blocks.
 */
int32_t skinkit_body_skin(skinkit_handle kit,
                          skinkit_handle photo,
                          const char *roi,
                          char **json,
                          skinkit_error *error);

/**
 * Hands, at most eight, by falling score: a JSON array. Needs the folder `networks` of `skinkit_open`. Blocks.
 */
int32_t skinkit_hands(skinkit_handle kit,
                      skinkit_handle photo,
                      char **json,
                      skinkit_error *error);

/**
 * The pose of the person with the highest score: a JSON object, `null` where nobody is seen. Needs the folder `networks` of
 * `skinkit_open`. Blocks.
 */
int32_t skinkit_pose(skinkit_handle kit,
                     skinkit_handle photo,
                     char **json,
                     skinkit_error *error);

/**
 * How likely each part of the picture belongs to a person: a JSON object with 256 rows of 256 `values`. Blocks.
 */
int32_t skinkit_person(skinkit_handle kit,
                       skinkit_handle photo,
                       char **json,
                       skinkit_error *error);

/**
 * Marks a place that a user tapped. `pin` is a JSON object: `point` (`[x, y]`), `side` (of the square around it that matters,
 * in pixels, at least 16), `site` (a body site such as `left_forearm` if the user said it, or null). Gives a JSON object, the
 * token to be kept for `skinkit_find`; that of a body holds a small grey picture of the skin: keep it as private as a
 * photo. Blocks.
 */
int32_t skinkit_mark(skinkit_handle kit,
                     skinkit_handle photo,
                     const char *pin,
                     char **json,
                     skinkit_error *error);

/**
 * Looks for a marked place in a later picture, near the point `near` (two numbers) unless it is NULL: a JSON object with
 * `outcome` (`found` with `point`, `roi`, `confidence`; or `unmatched` with `reason`). Blocks.
 */
int32_t skinkit_find(skinkit_handle kit,
                     skinkit_handle photo,
                     const char *token,
                     const float (*near)[2],
                     char **json,
                     skinkit_error *error);

/**
 * The part of the body under a point: a JSON object with `code`, `words` and `snomed_ct` (using SNOMED CT in a product takes
 * its maker's own licence in most countries), `null` where there is none. Blocks.
 */
int32_t skinkit_site_at(skinkit_handle kit,
                        skinkit_handle photo,
                        float x,
                        float y,
                        char **json,
                        skinkit_error *error);

/**
 * Millimetres a pixel: a JSON object with `mm_per_pixel`, `error`, `source`; `null` where the ruler is not in the picture or
 * cannot be read. `ruler` is a JSON object: `{"kind": "iris"}`, `{"kind": "coin", "diameter_mm": 23.25}` or
 * `{"kind": "card", "side_mm": 20}`; `near` the square that holds it, as `roi` of `skinkit_body_skin`, or NULL. Blocks.
 */
int32_t skinkit_scale(skinkit_handle kit,
                      skinkit_handle photo,
                      const char *ruler,
                      const char *near,
                      char **json,
                      skinkit_error *error);

/**
 * Roughly how large a pixel is, from a hand or else a person: a JSON object with `rough_mm_per_pixel` and `spread`, `null`
 * where neither is seen. Not a measurement. Blocks.
 */
int32_t skinkit_scale_hint(skinkit_handle kit,
                           skinkit_handle photo,
                           char **json,
                           skinkit_error *error);

/**
 * The number of this ABI. It grows when a function or struct changes or goes; new functions and statuses do not change
 * it. Compare it with `SKINKIT_ABI_VERSION` before any other call.
 */
uint32_t skinkit_abi_version(void);

/**
 * The version of SkinKit, for example `0.1.0`. A constant: do not free it.
 */
const char *skinkit_version(void);

/**
 * Writes 32 new bytes for a history, from the operating system's random source, to `key`; `length` must be 32.
 * Keep them where the platform keeps secrets, and overwrite your copy after use.
 */
int32_t skinkit_key_generate(uint8_t *key,
                             size_t length,
                             skinkit_error *error);

/**
 * Makes an object that stops calls from another thread: give it to a call, and `skinkit_cancel` it. One may serve
 * several calls; once cancelled it stays so. Close it with `skinkit_close`.
 */
int32_t skinkit_cancel_new(skinkit_handle *cancel,
                           skinkit_error *error);

/**
 * Stops the calls that have this object: each ends with `SKINKIT_STATUS_CANCELLED` within one run of a network and keeps
 * nothing. Returns at once.
 */
int32_t skinkit_cancel(skinkit_handle cancel,
                       skinkit_error *error);

/**
 * Starts a live session: a camera's frames in; guidance for each, and at last one analyzed capture out.
 *
 * `options` is a JSON object, all of it optional: `region` (as for `skinkit_analyze`; `lesion`), `hold_ms` (how long frames
 * must be good before the best of them is captured; 500), `grace_ms` (how long bad ones may interrupt that; 120),
 * `auto_capture` (true), `max_pixels` (frames with more are refused), `quality` (what a frame must meet), `keep` (a request of `skinkit_scan`: adds the capture
 * to the history). `listener` is copied; NULL for a host that polls. The session keeps the kit's models in memory; end it
 * with `skinkit_close`, which waits for its threads: at most for a model run and a callback under way.
 */
int32_t skinkit_live_start(skinkit_handle kit,
                           const char *options,
                           const skinkit_live_listener *listener,
                           skinkit_handle *live,
                           skinkit_error *error);

/**
 * Hands over a frame taken at `timestamp_ns` nanoseconds, counted from any fixed moment. Its planes are copied before this
 * returns. Gives a `skinkit_pushed`, unless `pushed` is NULL.
 */
int32_t skinkit_live_push(skinkit_handle live,
                          const skinkit_frame *frame,
                          uint64_t timestamp_ns,
                          int32_t *pushed,
                          skinkit_error *error);

/**
 * Looks at a frame on the calling thread, in place; the listener is called from here. Gives a `skinkit_pushed`, unless
 * `pushed` is NULL.
 */
int32_t skinkit_live_process(skinkit_handle live,
                             const skinkit_frame *frame,
                             uint64_t timestamp_ns,
                             int32_t *pushed,
                             skinkit_error *error);

/**
 * What the latest frame gave, as JSON; `null` before the first.
 */
int32_t skinkit_live_latest(skinkit_handle live, char **json, skinkit_error *error);

/**
 * The capture, once: its number in the history (-1 where it was not kept) and the JSON object of `on_capture`; `null` while
 * there is none. Fails, once, with what went wrong with the last frame or capture.
 */
int32_t skinkit_live_take_capture(skinkit_handle live,
                                  int64_t *scan,
                                  char **json,
                                  skinkit_error *error);

/**
 * Frames so far: a JSON object with `pushed`, `looked_at`, `replaced`, `stale`, `busy`, `skipped`.
 */
int32_t skinkit_live_counts(skinkit_handle live, char **json, skinkit_error *error);

/**
 * Captures the next frame that shows the region, whatever its quality. Without effect after a capture, until a restart.
 */
int32_t skinkit_live_shutter(skinkit_handle live,
                             skinkit_error *error);

/**
 * Begins again after a capture; or cancels one that is held or analyzed, which is then neither delivered nor kept.
 */
int32_t skinkit_live_restart(skinkit_handle live,
                             skinkit_error *error);

/**
 * Looks at no more frames. An analysis under way goes on.
 */
int32_t skinkit_live_pause(skinkit_handle live, skinkit_error *error);

/**
 * Looks at frames again. Timestamps may start anew.
 */
int32_t skinkit_live_resume(skinkit_handle live, skinkit_error *error);

/**
 * Watches another region from the next frame on (as for `skinkit_analyze`); also cancels, as `skinkit_live_restart` does.
 */
int32_t skinkit_live_set_region(skinkit_handle live,
                                const char *region,
                                skinkit_error *error);

/**
 * How warm the device is: 0 nominal, 1 fair (at most about 30 frames a second are looked at), 2 serious (10), 3 critical
 * (none). iOS's `ProcessInfo.thermalState` has these numbers; Android's thermal status less one, at least 0 and at most 3.
 */
int32_t skinkit_live_set_thermal_level(skinkit_handle live,
                                       int32_t level,
                                       skinkit_error *error);

/**
 * Reads and decodes a JPEG or PNG file of at most 64 MiB, 64 million pixels, 16,384 a side. EXIF orientation is applied,
 * all other metadata is dropped.
 */
int32_t skinkit_photo_open(const char *path,
                           skinkit_handle *photo,
                           skinkit_error *error);

/**
 * Decodes a JPEG or PNG held in memory; the bytes are borrowed during the call.
 */
int32_t skinkit_photo_decode(const uint8_t *data, size_t length, skinkit_handle *photo, skinkit_error *error);

/**
 * `skinkit_photo_open` with no more pixels than analyzing or scanning this region of the file needs (`region` as for
 * `skinkit_analyze`): a large JPEG of which a close-up fills the middle at half, a quarter or an eighth of its sides, in
 * half the time and a small part of the memory. Its size, regions and results are in the file's pixels all the same. Use it
 * for this region alone: where it came out smaller, anything else gives `SKINKIT_STATUS_INVALID_ARGUMENT`.
 */
int32_t skinkit_photo_open_for(skinkit_handle kit,
                               const char *path,
                               const char *region,
                               skinkit_handle *photo,
                               skinkit_error *error);

/**
 * `skinkit_photo_open_for` of a file held in memory; the bytes are borrowed during the call.
 */
int32_t skinkit_photo_decode_for(skinkit_handle kit,
                                 const uint8_t *data,
                                 size_t length,
                                 const char *region,
                                 skinkit_handle *photo,
                                 skinkit_error *error);

/**
 * Copies a camera frame as it is, so that the camera may have its buffer back.
 */
int32_t skinkit_photo_from_frame(const skinkit_frame *frame, skinkit_handle *photo, skinkit_error *error);

/**
 * Width and height of the upright picture in pixels, also of a photo that was decoded smaller.
 */
int32_t skinkit_photo_size(skinkit_handle photo, uint32_t *width, uint32_t *height, skinkit_error *error);

/**
 * The name of a status as in `skinkit_status`, in lower case: `invalid_argument`; `unknown` for a number that is none.
 * A constant: do not free it.
 */
const char *skinkit_status_name(int32_t status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SKINKIT_H */
