/* The part of every_call.c that opens photos. */

static skinkit_handle open_photo(const char *name) {
    skinkit_handle photo = 0;
    OK(skinkit_photo_open(path(path(root, "examples/photos"), name), &photo, &error));
    return photo;
}

static uint8_t bytes[1 << 22];

/* A file's length; it lies in `bytes` then. */
static size_t read_file(const char *name) {
    FILE *file = fopen(name, "rb");
    CHECK(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return length;
}

static void photos(skinkit_handle kit) {
    skinkit_handle photo = open_photo("lesion-first.jpg"), other = 0;
    uint32_t width = 0, height = 0;
    OK(skinkit_photo_size(photo, &width, &height, &error));
    CHECK(width > 100 && height > 100);
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_size(photo, NULL, &height, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_size(photo, &width, NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_photo_size(kit, &width, &height, &error));
    OK(skinkit_close(photo, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_photo_size(photo, &width, &height, &error));

    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open(NULL, &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open("\xff\xfe", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open("x", NULL, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open("x", (skinkit_handle *)((char *)&other + 1), &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_open(path(root, "nowhere.jpg"), &other, &error));
    CHECK(other == 0);

    size_t length = read_file(path(root, "examples/photos/lesion-first.jpg"));
    OK(skinkit_photo_decode(bytes, length, &other, &error));
    OK(skinkit_close(other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode(NULL, length, &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode(bytes, SIZE_MAX, &other, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode(NULL, 0, &other, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode(bytes, length / 20, &other, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode(bytes + 2, length - 2, &other, &error));
}

/* A photo opened for a region: decoded smaller, and all that is said of it in the file's pixels. */
static void photos_for_a_region(skinkit_handle kit) {
    const char *large = path(path(root, "bindings/scenario"), "large.jpg");
    skinkit_handle photo = 0, other = 0;
    uint32_t width = 0, height = 0;
    char *json = NULL;
    OK(skinkit_photo_open_for(kit, large, "lesion", &photo, &error));
    OK(skinkit_photo_size(photo, &width, &height, &error));
    CHECK(width == 1283 && height == 1601);
    OK(skinkit_analyze(kit, photo, REGION("lesion"), 0, &json, &error));
    holds(json, "\"width\":1283.0");
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze(kit, photo, REGION("600,600,400"), 0, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_analyze(kit, photo, REGION("face"), 0, &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_faces(kit, photo, "mesh", &json, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_scale(kit, photo, "{\"kind\": \"iris\"}", NULL, &json, &error));
    OK(skinkit_close(photo, &error));
    /* A square may need all pixels; one outside is the analysis's matter. */
    OK(skinkit_photo_open_for(kit, large, "600,600,400", &photo, &error));
    OK(skinkit_analyze(kit, photo, REGION("600,600,400"), 0, &json, &error));
    holds(json, "\"width\":400.0");
    OK(skinkit_close(photo, &error));
    OK(skinkit_photo_open_for(kit, large, "9000,600,400", &photo, &error));
    FAILS(SKINKIT_STATUS_REGION, skinkit_analyze(kit, photo, REGION("9000,600,400"), 0, &json, &error));
    OK(skinkit_close(photo, &error));

    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_open_for(kit, path(root, "nowhere.jpg"), "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open_for(kit, NULL, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open_for(kit, large, NULL, &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open_for(kit, large, "elbow", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_open_for(kit, large, "lesion", NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_photo_open_for(photo, large, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_photo_open_for(0, large, "lesion", &other, &error));
    CHECK(other == 0);

    size_t length = read_file(large);
    OK(skinkit_photo_decode_for(kit, bytes, length, "lesion", &photo, &error));
    OK(skinkit_analyze(kit, photo, REGION("lesion"), 0, &json, &error));
    holds(json, "\"width\":1283.0");
    OK(skinkit_close(photo, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode_for(kit, NULL, 0, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode_for(kit, bytes, 0, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_PICTURE, skinkit_photo_decode_for(kit, bytes, length / 20, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode_for(kit, NULL, length, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode_for(kit, bytes, SIZE_MAX, "lesion", &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode_for(kit, bytes, length, NULL, &other, &error));
    FAILS(SKINKIT_STATUS_INVALID_ARGUMENT, skinkit_photo_decode_for(kit, bytes, length, "lesion", NULL, &error));
    FAILS(SKINKIT_STATUS_CLOSED, skinkit_photo_decode_for(0, bytes, length, "lesion", &other, &error));
    CHECK(other == 0);
}
