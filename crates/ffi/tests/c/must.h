/* Calls that have to succeed: where one does not, the program says which and why, and ends. */
#include <skinkit.h>
#include <stdio.h>
#include <stdlib.h>

/* The options of an analysis of a region. */
#define REGION(name) "{\"region\": \"" name "\"}"

static skinkit_error error;

static void must(int32_t status, const char *what) {
    if (status) {
        fprintf(stderr, "%s: %s: %s\n", what, skinkit_status_name(status), error.reason);
        exit(1);
    }
}

#define MUST(call) must((call), #call)
