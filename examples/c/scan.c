/* Scans a photo and prints what was measured as JSON.
 *
 *     scan PACK PHOTO [REGION]
 */
#include <skinkit.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: %s PACK PHOTO [REGION]\n", argv[0]);
        return 2;
    }
    if (skinkit_abi_version() != SKINKIT_ABI_VERSION) {
        fprintf(stderr, "libskinkit_ffi has ABI %u, this program was made for %u\n", skinkit_abi_version(),
                (unsigned)SKINKIT_ABI_VERSION);
        return 1;
    }

    char options[1024];
    int length = snprintf(options, sizeof options, "{\"pack\": \"%s\"}", argv[1]);
    if (length < 0 || (size_t)length >= sizeof options) {
        fprintf(stderr, "the pack's path is too long\n");
        return 2;
    }

    skinkit_handle kit = 0, photo = 0;
    skinkit_error error = {0};
    char *json = NULL;
    const char *region = argc == 4 ? argv[3] : "lesion";
    char analysis[128];
    snprintf(analysis, sizeof analysis, "{\"region\": \"%s\"}", region);
    int failed = skinkit_open(options, NULL, 0, &kit, &error) ||
                 skinkit_photo_open_for(kit, argv[2], region, &photo, &error) ||
                 skinkit_analyze(kit, photo, analysis, 0, &json, &error);
    if (failed) {
        fprintf(stderr, "%s: %s\n", skinkit_status_name(error.status), error.reason);
    } else {
        puts(json);
    }
    skinkit_string_free(json);
    skinkit_error_clear(&error);
    if (photo) skinkit_close(photo, NULL);
    if (kit) skinkit_close(kit, NULL);
    return failed;
}
